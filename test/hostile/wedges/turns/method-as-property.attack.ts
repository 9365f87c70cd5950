import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of reads of a method",
  inHook: `
    const raw = steal(api);
    for (;;) await raw.kv.get;`,
  ends: "wedge",
  why: "the runtime answers each with a stub, and calls nothing",
};
