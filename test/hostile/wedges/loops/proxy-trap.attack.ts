import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a trap of a Proxy",
  inHook: 'return "x" in new Proxy({}, { has() { for (;;); } });',
  ends: "wedge",
  why: "an operator runs code",
};
