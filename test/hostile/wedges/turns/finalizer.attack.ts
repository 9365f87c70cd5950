import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a callback of the garbage collector",
  inHook: `
    globalThis.registry = new FinalizationRegistry(() => { for (;;); });
    for (let count = 0; count < 1e5; count += 1) registry.register({}, count);
    return true;`,
  ends: "wedge",
  why: "making the garbage sets the collector off within the same call",
};
