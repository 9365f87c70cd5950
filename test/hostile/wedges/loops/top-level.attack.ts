import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "code at the top of the module",
  atStart: "for (;;);",
  ends: "wedge",
  why: "it runs when the isolate starts, before any hook: the run that started it is marked",
};
