// A plugin replaces the console that the shell made.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";

it.each([
  ["replaced whole", "globalThis.console = { log() { throw new Error('no'); } };", "console.log"],
  ["with a method replaced", "console.info = (text) => { globalThis.seen = text; };", "api.log.info"],
])("%s takes nothing from api.log and ends nothing", async (_how, patch, log) => {
  const { report } = await attack({
    code: `${patch} export default { async beforePublish({ api }) {
      api.log.warn("before"); try { ${log}("x"); } catch {} return true;
    } };`,
  });
  expect(report.logs[0]).toMatchObject({ level: "warn", message: "before" });
});
