// A plugin's line on a terminal: in columns, and never looking like another's.
import { expect, it } from "vitest";
import { renderLine } from "../../../cli/logs/render-line.ts";
import { renderTraces } from "../../../cli/traces/render-traces.ts";
import type { KeptLine, KeptTrace } from "../../../contracts/journal.ts";

const plain = (_colour: string, text: string) => text;
const LINE: KeptLine = {
  id: 1,
  site: "demo",
  plugin: "probe",
  version: "1.0.0",
  hook: "onSearch",
  invocationId: "call",
  level: "warn",
  message: "hello",
  at: "2026-11-22T13:45:21.983Z",
};
const TRACE: KeptTrace = {
  id: 1,
  plugin: "probe",
  version: "1.0.0",
  hook: "afterPublish",
  invocationId: "call",
  outcome: "timeout",
  code: "DEADLINE_EXCEEDED",
  startedAt: "2026-11-22T13:45:21.983Z",
  ms: 25_000,
  attempt: 3,
  calls: [
    { capability: "kv.read", method: "get", outcome: "ok", ms: 24_000 },
    { capability: "pages.read", method: "list", outcome: "denied", ms: 0 },
    { capability: "kv.read", method: "get", outcome: "ok", ms: 7 },
  ],
};

it("names when, how grave, whose and where", () => {
  expect(renderLine(LINE, plain)).toBe(
    "2026-11-22T13:45:21.983Z  warn   probe          onSearch       hello",
  );
  expect(renderLine({ ...LINE, hook: null }, plain)).toContain("  -  ");
});

it("keeps the line breaks of a plugin within its own line", () => {
  const message = "x\n2026-11-22T13:45:21.983Z  error  victim  onSearch  forged\n  at there";
  const [first, ...rest] = renderLine({ ...LINE, message }, plain).split("\n");
  expect(first).toMatch(/ x$/);
  for (const line of rest) expect(line).toMatch(/^ {4}/);
});

it("shows of a call how it ended, how long it took, and what it waited for", () => {
  const [_headings, row, call, denied, more] = renderTraces({ traces: [TRACE], cursor: 1 }, plain).split(
    "\n",
  );
  expect(row).toMatch(/probe +1\.0\.0 +afterPublish +25000 +timeout DEADLINE_EXCEEDED try 3 +call$/);
  expect(call).toBe("    kv.read.get ok 2 times, 24007 ms");
  expect(denied).toBe("    pages.read.list denied, 0 ms");
  expect(more).toBe("older ones: --cursor 1");
  expect(renderTraces({ traces: [] }, plain)).toBe("no calls");
});
