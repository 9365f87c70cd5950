import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "microtasks that queue the next one",
  inHook: `
    const again = () => queueMicrotask(again);
    again();
    await scheduler.wait(10);`,
  ends: "wedge",
  why: "the timer has its turn when there is no microtask left",
};
