import { describe, expect, it } from "vitest";
import { PluginLog } from "../../../capabilities/index.ts";
import { MAX_LOG_CHARS, MAX_LOG_LINES } from "../../../contracts/limits.ts";
import type { LogLine } from "../../../contracts/outcome.ts";
import { failureOf, makeInvocation, NOW_MS } from "./fixture.ts";
import { describeGuard } from "./guard-cases.ts";

const line = { level: "info", message: "hello" };

function makeLog() {
  const kept: LogLine[] = [];
  const { invocation, world } = makeInvocation({});
  return { log: new PluginLog(invocation, (written) => kept.push(written)), kept, invocation, world };
}

describeGuard("log", {
  write: {
    traced: null,
    scope: null,
    call: (invocation, effect) => new PluginLog(invocation, effect).write([line]),
  },
});

describe("log.write", () => {
  it("keeps lines in order with the gateway's own time, whatever the plugin says", async () => {
    const { log, kept, world } = makeLog();
    await log.write([line, { level: "error", message: "second", at: "1970-01-01", plugin: "other" }]);
    world.nowMs += 1000;
    await log.write([{ level: "debug", message: "third" }]);
    expect(kept).toEqual([
      { level: "info", message: "hello", at: new Date(NOW_MS).toISOString() },
      { level: "error", message: "second", at: new Date(NOW_MS).toISOString() },
      { level: "debug", message: "third", at: new Date(NOW_MS + 1000).toISOString() },
    ]);
  });

  it("leaves no trace: a log is no capability", async () => {
    const { log, invocation } = makeLog();
    await log.write([line]);
    expect(invocation.calls).toEqual([]);
  });

  it("cuts a line at its length", async () => {
    const { log, kept } = makeLog();
    await log.write([{ level: "info", message: "x".repeat(MAX_LOG_CHARS + 1) }]);
    expect(kept[0]?.message).toHaveLength(MAX_LOG_CHARS);
  });

  it("keeps so many lines of an invocation, and says that it dropped the rest, once", async () => {
    const { log, kept } = makeLog();
    for (let batch = 0; batch < 5; batch += 1) await log.write(Array.from({ length: 100 }, () => line));
    expect(kept).toHaveLength(MAX_LOG_LINES);
    expect(kept.at(-1)).toMatchObject({ level: "warn", message: "further lines were dropped" });
    expect(kept.filter(({ message }) => message === "hello")).toHaveLength(MAX_LOG_LINES - 1);
  });

  it.each([
    ["text", "hello"],
    ["a line alone", line],
    ["nothing", undefined],
    ["a level that there is not", [{ level: "fatal", message: "x" }]],
    ["a message that is no text", [{ level: "info", message: ["x"] }]],
    ["one bad line among good ones", [line, null]],
    ["too many at once", Array.from({ length: MAX_LOG_LINES + 1 }, () => line)],
  ])("refuses %s whole", async (_name, lines) => {
    const { log, kept } = makeLog();
    expect(await failureOf(log.write(lines))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(kept).toEqual([]);
  });
});
