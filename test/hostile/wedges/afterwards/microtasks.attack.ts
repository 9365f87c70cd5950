import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "microtasks in waitUntil, some time after the answer",
  inHook: `
    waitUntil((async () => {
      await scheduler.wait(300);
      for (;;) await null;
    })());
    return true;`,
  ends: "wedge",
  why: "a call is marked until all that it left behind has ended",
};
