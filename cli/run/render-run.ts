// The report of one call in words.
// Pure: it gets cleaned text and hands back text.
import type { CallOutcome, OutcomeError, RunReport } from "../../contracts/outcome.ts";
import type { Colour, Paint } from "../program/io.ts";

/** A report as the command prints it: every key is there. */
export type PrintedReport = Omit<RunReport, "error"> & { readonly error: OutcomeError | null };

const OUTCOME_COLOURS = {
  ok: "green",
  denied: "yellow",
  timeout: "red",
  error: "red",
  rejected: "red",
} as const satisfies Record<CallOutcome, Colour>;

export function renderRun(report: PrintedReport, paint: Paint): string {
  const { outcome, result, error, calls, logs, durationMs } = report;
  return [
    `${paint(OUTCOME_COLOURS[outcome], outcome)} in ${durationMs} ms`,
    ...(error ? [`${error.code}: ${error.message}`] : []),
    ...calls.map((call) =>
      paint("dim", `  ${call.capability}.${call.method} ${call.outcome}, ${call.ms} ms`),
    ),
    ...logs.map(({ level, message }) => `  [${level}] ${message}`),
    ...(outcome === "ok" ? [JSON.stringify(result, null, 2)] : []),
  ].join("\n");
}
