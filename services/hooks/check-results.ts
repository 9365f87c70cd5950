// What a result needs beyond its shape: the scope for a patch, and ids that were among those given.
// Pure; a report that has not what it needs becomes that of a failed call.
import type { HookEvent, HookResult } from "../../contracts/hooks.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { findForeignId } from "./merge-search.ts";
import type { PluginCall } from "./runtime.ts";

/** A patch is markup on public pages, whatever hook it came from: it needs transform:html. */
export function requireTransform(report: InvocationReport, isGranted: boolean): InvocationReport {
  if (report.outcome !== "ok" || report.result === null || isGranted) return report;
  const message = `${report.plugin} returned a patch, which needs the scope transform:html`;
  return { ...report, outcome: "denied", result: null, error: { code: "PERMISSION_DENIED", message } };
}

/** A ranking of ids that core did not offer is rejected whole. */
export function requireGivenIds(
  report: InvocationReport,
  { hook, event }: Pick<PluginCall, "hook" | "event">,
): InvocationReport {
  if (hook !== "onSearch" || report.outcome !== "ok" || report.result === null) return report;
  const { results } = event as HookEvent<"onSearch">; // parsed by the hook's schema
  const ranking = report.result as NonNullable<HookResult<"onSearch">>; // parsed by judgeAnswer
  if (findForeignId(ranking, results) === null) return report;
  const message = `${report.plugin} ranked an id that was not among the results`;
  return { ...report, outcome: "rejected", result: null, error: { code: "RESULT_REJECTED", message } };
}
