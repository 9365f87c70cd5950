import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a comparator of sort",
  inHook: "[2, 1].sort(() => { for (;;); });",
  ends: "wedge",
  why: "a built-in function calls it back",
};
