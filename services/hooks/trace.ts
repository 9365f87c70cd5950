// The part of a report that core may see, and the part that the site keeps as its trace.
import type { PluginTrace } from "../../contracts/outcome.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { type Dispatch, invocationIdOf } from "./run-subscribers.ts";
import type { HookRuntime, PluginCall } from "./runtime.ts";

export function traceOf({ plugin, version, outcome, ms, calls, error }: InvocationReport): PluginTrace {
  return { plugin, version, outcome, ms, calls, ...(error && { error }) };
}

/** Keeps what came of each call of a dispatch, as core is told of it, and hands the reports on. */
export function keepTraces(dispatch: Dispatch, reports: InvocationReport[]): InvocationReport[] {
  const { runtime, lease, hook } = dispatch;
  const { id: site } = lease.site.site;
  for (const report of reports) {
    const invocationId = invocationIdOf(dispatch, report.plugin);
    keepTrace(runtime, { site, hook, invocationId, attempt: 1 }, report);
  }
  return reports;
}

export function keepTrace(
  { journal, clock }: HookRuntime,
  { site, hook, invocationId, attempt }: Pick<PluginCall, "site" | "hook" | "invocationId" | "attempt">,
  { plugin, version, outcome, error, startedAtMs, ms, calls }: InvocationReport,
): void {
  journal.keepTrace(site, {
    plugin,
    version,
    hook,
    invocationId,
    outcome,
    code: error?.code ?? null,
    startedAtMs: startedAtMs ?? clock(),
    ms,
    attempt,
    calls,
  });
}
