import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "structuredClone of a million levels",
  inHook: `
    let deep = [];
    for (let depth = 0; depth < 1e6; depth += 1) deep = [deep];
    structuredClone(deep);`,
  ends: ["error", "PLUGIN_ERROR"],
  why: "the depth overflows the stack",
};
