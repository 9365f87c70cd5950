// How calls ended, as a table; below each that did not end well, or did something, what it asked and how long that took.
// Pure: it gets cleaned text and hands back text.
import type { KeptTrace, TracePage } from "../../contracts/journal.ts";
import type { CallOutcome } from "../../contracts/outcome.ts";
import { formatTable } from "../program/format-table.ts";
import type { Colour, Paint } from "../program/io.ts";

const OUTCOME_COLOURS = {
  ok: "green",
  denied: "yellow",
  timeout: "red",
  error: "red",
  rejected: "red",
} as const satisfies Record<CallOutcome, Colour>;

export function renderTraces({ traces, cursor }: TracePage, paint: Paint): string {
  const table = formatTable(
    ["WHEN", "PLUGIN", "VERSION", "HOOK", "MS", "OUTCOME", "CALL"],
    traces.map((trace) => [
      trace.startedAt,
      trace.plugin,
      trace.version,
      trace.hook,
      String(trace.ms),
      describeOutcome(trace),
      trace.invocationId,
    ]),
    "no calls",
  );
  const [headings = "", ...rows] = table.split("\n");
  const told = rows.flatMap((row, place) => {
    const trace = traces[place];
    return trace === undefined ? [row] : [paintRow(row, trace, paint), ...describeCalls(trace, paint)];
  });
  return [headings, ...told, ...(cursor === undefined ? [] : [`older ones: --cursor ${cursor}`])].join("\n");
}

function describeOutcome({ outcome, code, attempt }: KeptTrace): string {
  return [outcome, ...(code === null ? [] : [code]), ...(attempt > 1 ? [`try ${attempt}`] : [])].join(" ");
}

function paintRow(row: string, trace: KeptTrace, paint: Paint): string {
  const outcome = describeOutcome(trace);
  return row.replace(outcome, paint(OUTCOME_COLOURS[trace.outcome], outcome));
}

/** Calls of one kind and end on one line: how many, and how long they took together. */
function describeCalls({ calls }: KeptTrace, paint: Paint): string[] {
  const kinds = Map.groupBy(calls, ({ capability, method, outcome }) => `${capability}.${method} ${outcome}`);
  return [...kinds].map(([kind, own]) => {
    const times = own.length > 1 ? ` ${own.length} times` : "";
    const ms = own.reduce((sum, call) => sum + call.ms, 0);
    return paint("dim", `    ${kind}${times}, ${ms} ms`);
  });
}
