// The part of a report that core may see.
import type { PluginTrace } from "../../contracts/outcome.ts";
import type { InvocationReport } from "./invocation-report.ts";

export function traceOf({ plugin, version, outcome, ms, calls, error }: InvocationReport): PluginTrace {
  return { plugin, version, outcome, ms, calls, ...(error && { error }) };
}
