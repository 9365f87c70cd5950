// A plugin sets more timers than anybody can wait for.
import { it } from "vitest";
import { attack } from "../attack.ts";

it.each([
  ["10,000 at once", "for (let n = 0; n < 10_000; n += 1) setTimeout(() => {}, 60_000)"],
  [
    "intervals of no time",
    "for (let n = 0; n < 100; n += 1) setInterval(() => { globalThis.rung = (globalThis.rung ?? 0) + 1; }, 0); await scheduler.wait(20)",
  ],
  [
    "negative and endless",
    "for (const ms of [-1, -Infinity, Infinity, NaN, 2 ** 53, 2 ** 31]) setTimeout(() => {}, ms)",
  ],
  ["waits that nobody awaits", "for (let n = 0; n < 10_000; n += 1) void scheduler.wait(60_000)"],
])("they end with its answer: %s", async (_how, flood) => {
  await attack({ code: `async beforePublish() { ${flood}; return true; }` });
});
