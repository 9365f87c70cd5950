// A plugin exits the process, by what it takes for one.
import { it } from "vitest";
import { expectOwnEnd } from "./ending.ts";

it.concurrent.each([
  ["exit", '(await import("node:process")).exit(1)'],
  ["exit of the default", '(await import("node:process")).default.exit()'],
])("fails its own call: %s", async (_how, end) => {
  await expectOwnEnd(end);
});
