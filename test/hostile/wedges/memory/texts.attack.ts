import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "texts in waitUntil, some at a time",
  inHook: `
    waitUntil((async () => {
      const kept = [];
      for (;;) {
        for (let count = 0; count < 1_000; count += 1) kept.push(JSON.stringify("x".repeat(10_000) + kept.length));
        await scheduler.wait(1);
      }
    })());
    return true;`,
  ends: "death",
  why: "between pauses everybody is answered, until V8 finds no more room or the watchdog finds it too much",
};
