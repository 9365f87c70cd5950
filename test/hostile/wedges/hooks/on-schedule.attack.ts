import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop on schedule",
  hook: "onSchedule",
  inHook: "for (;;) {}",
  ends: "wedge",
  why: "nobody waits for it",
};
