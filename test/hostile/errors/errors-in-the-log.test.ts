// A plugin's error is for its own log: cut to size there, and as text whatever it was.
import { expect, it } from "vitest";
import { MAX_LOG_CHARS } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { SECRET } from "./throwing.ts";

it("is kept there, cut to its size", async () => {
  const { report } = await attack(
    { code: `async beforePublish() { throw new Error("${SECRET}".repeat(1_000)); }` },
    { ends: ["error", "PLUGIN_ERROR"] },
  );
  expect(JSON.stringify(report.error)).not.toContain(SECRET);
  expect(report.logs).toMatchObject([{ level: "error", message: expect.stringContaining(SECRET) }]);
  expect(report.logs[0]?.message.length).toBeLessThanOrEqual(MAX_LOG_CHARS);
});

it("forges no line of another plugin or level", async () => {
  const forged = JSON.stringify({
    log: "plugin",
    plugin: "victim",
    lines: [{ level: "info", message: "forged" }],
  });
  const { report } = await attack(
    { code: `async beforePublish() { throw new Error("x\\n" + ${JSON.stringify(forged)}); }` },
    { ends: ["error", "PLUGIN_ERROR"] },
  );
  expect(report.logs).toHaveLength(1);
  expect(report.logs[0]).toMatchObject({ level: "error", message: expect.stringContaining("forged") });
});
