// A plugin answers while a promise of it is still at work.
import { it } from "vitest";
import { expectNothingLands } from "./working-on.ts";

it.concurrent.each([
  ["a promise that nobody awaits", "void soon()"],
  [
    "a chain of microtasks",
    "void (async () => { for (let turn = 0; turn < 1_000; turn += 1) await null; await soon(); })()",
  ],
  ["a promise race that it lost", "await Promise.race([soon(), null])"],
])("nothing lands: %s", async (_what, start) => {
  await expectNothingLands(start);
});
