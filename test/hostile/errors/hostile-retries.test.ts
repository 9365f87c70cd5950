// A plugin says by its error whether to try again: with getters, other types, and in hooks that know no trying.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a getter of retry that throws": `{ get retry() { throw "${SECRET}"; } }`,
  "a retry that is a text": `{ retry: "${SECRET}" }`,
  "a retry that is an object": "{ retry: { valueOf: () => false } }",
  "a retry": "{ retry: true }",
});

it("is not called again by the hook that it failed in", async () => {
  const code = `async onSchedule() {
    globalThis.turns = (globalThis.turns ?? 0) + 1;
    throw Object.assign(new Error("turn " + globalThis.turns), { retry: true });
  }`;
  const { report } = await attack(
    { code, scopes: ["hook:onSchedule"] },
    { hook: "onSchedule", ends: ["error", "PLUGIN_ERROR"] },
  );
  expect(report.logs.map(({ message }) => message.split("\n")[0])).toEqual(["Error: turn 1"]);
});
