import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a sort of an array-like of the greatest length",
  inHook: "Array.prototype.sort.call({ length: 2 ** 53 - 1 });",
  ends: "crash",
  why: "V8 aborts the process when it cannot make room for the elements",
};
