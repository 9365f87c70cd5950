import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a wait for no time, again and again",
  inHook: "for (;;) await scheduler.wait(0);",
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "each wait gives others a turn",
};
