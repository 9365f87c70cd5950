import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a yield* over an iterator that is never done",
  inHook: `
    const endless = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) };
    function* all() { yield* endless; }
    for (const _ of all());`,
  ends: "wedge",
  why: "the generator delegates to what never ends, in turns with its reader",
};
