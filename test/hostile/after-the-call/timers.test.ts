// A plugin sets timers that ring when its call is over.
import { it } from "vitest";
import { expectNothingLands } from "./working-on.ts";

it.concurrent.each([
  ["setTimeout", "setTimeout(later, 60)"],
  ["setInterval", "const timer = setInterval(later, 20); globalThis.timer = timer"],
  ["an abort signal", "AbortSignal.timeout(60).addEventListener('abort', later)"],
  ["a timer set in microtasks", "Promise.resolve().then(() => setTimeout(later, 60))"],
])("nothing lands: %s", async (_what, start) => {
  await expectNothingLands(start);
});
