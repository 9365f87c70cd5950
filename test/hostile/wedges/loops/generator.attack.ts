import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a generator that yields for ever",
  inHook: `
    function* endless() { for (;;) yield 1; }
    for (const _ of endless());`,
  ends: "wedge",
  why: "who reads it never gets to its end",
};
