import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "microtasks that queue two more each",
  inHook: `
    const fork = (text) => {
      queueMicrotask(() => fork(text + "x"));
      queueMicrotask(() => fork(text + "y"));
    };
    fork("");
    await scheduler.wait(1);`,
  ends: "death",
  why: "the queue itself is the memory",
};
