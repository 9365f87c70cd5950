import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a regular expression with back-references",
  inHook: 'return /^(.*)\\1+(.*)\\2+(.*)\\3+$/.test("ab".repeat(5_000) + "c");',
  ends: "wedge",
  why: "what it matches depends on what it matched, which no other algorithm would make fast",
};
