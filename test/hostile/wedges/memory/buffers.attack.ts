import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "buffers in waitUntil that are written to, some at a time",
  inHook: `
    waitUntil((async () => {
      const kept = [];
      for (;;) {
        kept.push(new Uint8Array(2 ** 25).fill(1));
        await scheduler.wait(1);
      }
    })());
    return true;`,
  ends: "death",
  why: "between pauses everybody is answered, until V8 finds no more room or the watchdog finds it too much",
};
