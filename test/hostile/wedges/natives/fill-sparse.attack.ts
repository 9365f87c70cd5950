import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "fill of the longest sparse array",
  inHook: "Array(2 ** 32 - 2).fill(0);",
  ends: "wedge",
  why: "each element goes into a dictionary, which grows for minutes",
};
