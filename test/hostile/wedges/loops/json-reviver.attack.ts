import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a reviver of JSON.parse",
  inHook: 'JSON.parse("[1]", () => { for (;;); });',
  ends: "wedge",
  why: "parsing text runs code",
};
