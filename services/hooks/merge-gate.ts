// Merges the reports of a gate: one refusal refuses, and so does a failure unless the site allows it.
import type { HookResult } from "../../contracts/hooks.ts";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { GatePolicy } from "../../contracts/site.ts";
import type { InvocationReport } from "./invocation-report.ts";

/** `allow` and `issues` of every plugin; whoever refused or failed is named. */
export function mergeGate(
  reports: readonly InvocationReport[],
  policy: GatePolicy,
): Pick<GateOutcome, "allow" | "issues" | "refusedBy"> {
  const issues: GateOutcome["issues"][number][] = [];
  const refusedBy: string[] = [];
  for (const { plugin, outcome, result, error } of reports) {
    if (outcome !== "ok") {
      const severity = policy === "refuse" ? "error" : "warning";
      issues.push({ severity, message: error?.message ?? `${plugin} failed`, plugin });
      if (policy === "refuse") refusedBy.push(plugin);
      continue;
    }
    const verdict = result as HookResult<"beforePublish">; // parsed by judgeAnswer
    const { allow, issues: own = [] } = typeof verdict === "boolean" ? { allow: verdict } : verdict;
    issues.push(...own.map((issue) => ({ ...issue, plugin })));
    if (allow) continue;
    refusedBy.push(plugin);
    // An editor needs a line to read even where the plugin gave none.
    if (own.length === 0)
      issues.push({ severity: "error", message: `${plugin} refused the publication`, plugin });
  }
  return { allow: refusedBy.length === 0, issues, refusedBy };
}
