import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a regular expression with nested repetition",
  inHook: 'return /^(a+)+$/.test("a".repeat(60) + "b");',
  ends: "wedge",
  why: "it backtracks 2^60 times",
};
