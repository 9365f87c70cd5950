// Merges the patches of renderHtml: each checked on its own, then put together in the site's order.
// The check is made here whether or not the patch went through api.html before.
import { checkPatch, mergePatches } from "../../capabilities/index.ts";
import type { ErrorCode } from "../../contracts/errors.ts";
import type { HookResult } from "../../contracts/hooks.ts";
import type { CheckedPatch, Dropped } from "../../contracts/html-patch.ts";
import type { PluginTrace, RenderOutcome } from "../../contracts/outcome.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { traceOf } from "./trace.ts";

/**
 * The outcome without its trace's id, and each plugin's trace with what was dropped from its patch.
 *
 * @param elementsOf what the plugin's caveat `elements` names, if there is one
 */
export function mergeRender(
  reports: readonly InvocationReport[],
  site: string,
  elementsOf: (plugin: string) => readonly string[] | undefined,
): Pick<RenderOutcome, "patch" | "cacheTags" | "skipped"> & { readonly plugins: PluginTrace[] } {
  const parts: { plugin: string; patch: CheckedPatch }[] = [];
  const skipped: { plugin: string; code: ErrorCode }[] = [];
  for (const { plugin, outcome, result, error } of reports) {
    if (outcome !== "ok") {
      skipped.push({ plugin, code: error?.code ?? "PLUGIN_ERROR" });
      continue;
    }
    const patch = result as HookResult<"renderHtml">; // parsed by judgeAnswer
    if (patch !== null) parts.push({ plugin, patch: checkPatch(patch, plugin, elementsOf(plugin)) });
  }
  const merged = mergePatches(parts);
  const droppedBy = ({ plugin, dropped = [] }: InvocationReport): Dropped[] => [
    ...dropped,
    ...(parts.find((part) => part.plugin === plugin)?.patch.dropped ?? []),
    ...(merged.dropped.get(plugin) ?? []),
  ];
  return {
    patch: merged.patch,
    // A plugin that added nothing now may add something once it is changed, so every subscriber has a tag.
    cacheTags: reports.map(({ plugin }) => `emgate:${site}:${plugin}`),
    skipped,
    plugins: reports.map((report) => {
      const dropped = droppedBy(report);
      return dropped.length > 0 ? { ...traceOf(report), dropped } : traceOf(report);
    }),
  };
}
