import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a third of a second of work at a time",
  inHook: `
    for (;;) {
      const untilMs = Date.now() + 300;
      while (Date.now() < untilMs);
      await scheduler.wait(1);
    }`,
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "the hook's time limit ends the call, and its work with it",
};
