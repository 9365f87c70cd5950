import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a string split into 2^28 characters",
  inHook: 'return "x".repeat(2 ** 28).split("").length > 0;',
  ends: "death",
  why: "V8 aborts the process when the array does not fit",
};
