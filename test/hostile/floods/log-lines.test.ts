// A plugin logs without end: one by one, all at once, by the raw stub.
import { expect, it } from "vitest";
import { hookWork, MAX_LOG_CHARS, MAX_LOG_LINES } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const dropped = { level: "warn", message: "further lines were dropped" };

it("is cut to the first lines, says so, and costs the plugin nothing else", async () => {
  const { report } = await attack({
    code: `async beforePublish({ api }) {
      for (let line = 0; line < 10_000; line += 1) {
        api.log.info("line " + line);
        if (line % 50 === 49) await scheduler.wait(0);
      }
      return true;
    }`,
  });
  expect(report.logs).toHaveLength(MAX_LOG_LINES);
  expect(report.logs[0]?.message).toBe("line 0");
  expect(report.logs.at(-1)).toMatchObject(dropped);
});

it("all at once is cut too, and says so", async () => {
  const { report } = await attack({
    code: `async beforePublish() { for (let line = 0; line < 10_000; line += 1) console.log(line); return true; }`,
  });
  expect(report.logs.length).toBeLessThanOrEqual(MAX_LOG_LINES);
  expect(report.logs[0]?.message).toBe("0");
  expect(report.logs.at(-1)).toMatchObject(dropped);
});

it("past the shell is counted as calls, and its lines are cut the same", async () => {
  const { calls } = hookWork.beforePublish;
  const code = pluginOf(`async beforePublish({ api }) {
    const raw = steal(api);
    const lines = Array.from({ length: ${MAX_LOG_LINES} }, () => ({ level: "error", message: "x".repeat(${2 * MAX_LOG_CHARS}) }));
    let turn = 0;
    let answer = "";
    while (turn < 20) { turn += 1; answer = await attempt(() => raw.log.write(lines)); }
    const many = await attempt(() => raw.log.write([...lines, ...lines]));
    while (!answer.startsWith("QUOTA") && turn < ${2 * calls}) { turn += 1; answer = await attempt(() => raw.log.write([])); }
    return tell({ many, turn, answer });
  }`);
  const { report, told } = await attack({ code });
  expect(told).toEqual({
    many: expect.stringMatching(/^INVALID_ARGUMENT: log\.write/),
    turn: expect.stringMatching(/^\d+$/),
    answer: expect.stringMatching(/^QUOTA_EXCEEDED/),
  });
  expect(Number(told.turn)).toBeLessThanOrEqual(calls);
  expect(report.logs).toHaveLength(MAX_LOG_LINES);
  for (const { message } of report.logs) expect(message.length).toBeLessThanOrEqual(MAX_LOG_CHARS);
});
