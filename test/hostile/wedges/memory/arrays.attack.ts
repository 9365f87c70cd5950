import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "arrays without a pause",
  inHook: `
    const kept = [];
    for (;;) kept.push(new Array(1_000).fill(1));`,
  ends: "death",
  why: "the heap fills until there is no room, or until the silence is noticed",
};
