import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "timers that start two more each",
  inHook: `
    const fork = () => {
      setTimeout(fork, 0);
      setTimeout(fork, 0);
    };
    fork();
    await new Promise(() => {});`,
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "timers take turns with everybody else, and there is a limit to how many there are",
};
