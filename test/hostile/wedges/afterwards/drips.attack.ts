import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "seconds of work at a time, in waitUntil",
  inHook: `
    waitUntil((async () => {
      for (;;) {
        const untilMs = Date.now() + 2_500;
        while (Date.now() < untilMs);
        await scheduler.wait(1);
      }
    })());
    return true;`,
  ends: "wedge",
  why: "others have turns between, too seldom to be answered in time",
};
