import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "indexOf in an array-like of the greatest length",
  inHook: "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  ends: "wedge",
  why: "one call, no loop, no callback: nothing could be written into the code that would end it",
};
