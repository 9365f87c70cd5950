import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "unshift on an array-like of the greatest length",
  inHook: "Array.prototype.unshift.call({ length: 2 ** 53 - 2 }, 1);",
  ends: "wedge",
  why: "it moves every element that is not there",
};
