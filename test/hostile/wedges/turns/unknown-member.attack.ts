import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of calls of what the api has not",
  inHook: `
    const raw = steal(api);
    for (;;) await raw.nope.catch(() => {});`,
  ends: "wedge",
  why: "the runtime answers it without the host, which counts the calls, and without a turn for others",
};
