import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a Map that grows without a pause",
  inHook: `
    const kept = new Map();
    for (let key = 0; ; key += 1) kept.set(key, { key });`,
  ends: "death",
  why: "the heap fills until there is no room, or until the silence is noticed",
};
