import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an await of nothing at the top of the module, again and again",
  atStart: "for (;;) await null;",
  ends: "wedge",
  why: "the isolate never starts: the run that started it is marked",
};
