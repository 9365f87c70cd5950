import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an array spread from an iterator that is never done",
  inHook: "[...{ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) }];",
  ends: "death",
  why: "the array grows until there is no room, or until the silence is noticed",
};
