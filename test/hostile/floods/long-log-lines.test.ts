// A plugin logs megabytes a line, and values that are a trap to describe.
import { expect, it } from "vitest";
import { MAX_LOG_CHARS } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

it("is cut in each line, whoever cuts it", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    console.log("x".repeat(1_000_000));
    api.log.info({ deep: "y".repeat(1_000_000) });
    await steal(api).log.write([{ level: "info", message: "z".repeat(10_000_000) }]).catch(() => {});
    return true;
  }`);
  const { report } = await attack({ code });
  expect(report.logs.length).toBeGreaterThanOrEqual(2);
  for (const { message } of report.logs) expect(message.length).toBe(MAX_LOG_CHARS);
});

it("takes values of every kind as text", async () => {
  const { report } = await attack({
    code: `async beforePublish({ api }) {
      const cycle = {}; cycle.self = cycle;
      const trap = new Proxy({}, { get() { throw 1; }, ownKeys() { throw 1; } });
      api.log.info(undefined, null, 1n, Symbol("s"), () => 1, cycle, new Map(), { toJSON() { throw 1; } }, trap);
      return true;
    }`,
  });
  expect(report.logs).toHaveLength(1);
  expect(typeof report.logs[0]?.message).toBe("string");
});
