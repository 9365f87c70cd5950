// The question before what cannot be taken back: asked on a terminal only, and a no is a no.
import { expect, it } from "vitest";
import { askUnlessYes, assertCanAsk } from "../../../cli/program/ask.ts";
import { UsageError } from "../../../cli/program/usage-error.ts";
import { makeIo } from "../stand-in-io.ts";

function context(changes: Parameters<typeof makeIo>[0], json = false) {
  return { io: makeIo(changes), options: { json }, warn: async () => undefined };
}

it("goes on without a question on --yes", async () => {
  const asked = context({ canAsk: true, confirm: () => Promise.reject(new Error("asked")) });
  await askUnlessYes(asked, { yes: true }, "Go on?", "nothing was done");
});

it("goes on when a person says yes, and ends as denied when not", async () => {
  await askUnlessYes(context({ canAsk: true, confirm: async () => true }), {}, "Go on?", "nothing was done");
  await expect(
    askUnlessYes(context({ canAsk: true }), {}, "Go on?", "nothing was done"),
  ).rejects.toMatchObject({ code: "PERMISSION_DENIED", message: "nothing was done: you declined" });
});

it("is wrong usage without a terminal, and under --json, where nobody reads a question", () => {
  expect(() => assertCanAsk(context({}), {})).toThrow(UsageError);
  expect(() => assertCanAsk(context({ canAsk: true }, true), {})).toThrow(UsageError);
  expect(() => assertCanAsk(context({ canAsk: true }), {})).not.toThrow();
  expect(() => assertCanAsk(context({}), { yes: true })).not.toThrow();
});
