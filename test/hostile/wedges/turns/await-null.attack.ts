import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an await of nothing, again and again",
  inHook: "for (;;) await null;",
  ends: "wedge",
  why: "microtasks run before anything else, and there is always one more",
};
