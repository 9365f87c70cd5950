import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "isPrototypeOf with a Proxy that is its own prototype",
  inHook: `
    const ring = new Proxy({}, { getPrototypeOf: () => ring });
    return ({}).isPrototypeOf(ring);`,
  ends: ["error", "PLUGIN_ERROR"],
  why: "the ring overflows the stack",
};
