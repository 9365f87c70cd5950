import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a static block, at start-up",
  atStart: "class Spin { static { for (;;); } }",
  ends: "wedge",
  why: "it runs when the isolate starts, before any hook: the run that started it is marked",
};
