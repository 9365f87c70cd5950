import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a Set made of an iterator that is never done",
  inHook: "new Set({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });",
  ends: "wedge",
  why: "the same value again and again takes no memory, so nothing overflows",
};
