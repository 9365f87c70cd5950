// Works off one delivery: calls the plugin it is for and says what becomes of its row.
// A plugin that is gone is not called; one that fails is tried again unless it said that it is of no use.
import { sha256Hex } from "../../contracts/digest.ts";
import { parseOrThrow } from "../../contracts/errors.ts";
import { eventSchemaOf, type HookName, type HookResult, hookTable } from "../../contracts/hooks.ts";
import type { Delivery, DeliveryResult } from "../../contracts/site.ts";
import { checkGrant } from "./grants-in-force.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { FROZEN, invokePlugin, refuseGrant, reportUnrun } from "./invoke.ts";
import type { HookRuntime, SiteLease } from "./runtime.ts";
import { isCallable, isSubscribed } from "./subscribers.ts";
import { keepTrace } from "./trace.ts";

/** The same event for the same plugin is the same delivery: core may repeat itself, the plugin is told once. */
export async function deliveryIdOf(plugin: string, hook: HookName, eventText: string): Promise<string> {
  return `${hook}:${plugin}:${(await sha256Hex(eventText)).slice(0, 32)}`;
}

/** Runs in an I/O context of its own, begun by the site's alarm. */
export async function deliver(
  runtime: HookRuntime,
  site: string,
  delivery: Delivery,
): Promise<DeliveryResult> {
  const { plugin, installId, hook, attempt, idempotencyKey } = delivery;
  const lease = await runtime.takeLease(site);
  const install = lease.site.plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined || !isCallable(install, hook) || install.grant === null) {
    return { status: "gone" };
  }
  // Uninstalled and installed again since the row was claimed: this one was never told of.
  if (installId !== null && installId !== install.installId) return { status: "gone" };
  if (install.frozen !== null) return { status: "frozen" };
  const event: unknown = parseOrThrow(eventSchemaOf(hook), JSON.parse(delivery.event), "event");
  const grant = await checkGrant(site, install, lease, hook, runtime.clock);
  const retryable = hook === "afterPublish";
  const call = {
    site,
    plugin,
    hook,
    event,
    invocationId: `${idempotencyKey}:${attempt}`,
    totalDeadlineMs: runtime.clock() + hookTable[hook].totalMs,
    attempt,
    idempotencyKey,
  };
  if (!grant.ok) {
    const error = refuseGrant(runtime, site, hook, install, grant);
    keepTrace(runtime, call, reportUnrun(install, "denied", error));
    return { status: "failed", code: error.code, retry: retryable };
  }
  if (!isSubscribed(grant, hook, event)) return { status: "gone" };
  const report = await invokePlugin(runtime, call, install, lease, grant).report;
  if (report.error === FROZEN) return { status: "frozen" };
  keepTrace(runtime, call, report);
  if (report.retryAtMs !== undefined) return { status: "waits", untilMs: report.retryAtMs };
  if (report.outcome !== "ok") {
    const code = report.error?.code ?? "PLUGIN_ERROR";
    // A run that its rate put off has not been made. A failed one has its next tick, and must not run twice.
    const wasPutOff = code === "RATE_LIMITED";
    return { status: "failed", code, retry: wasPutOff || (retryable && report.retry !== false) };
  }
  const again = againOf(report);
  return again ? { status: "done", again } : { status: "done" };
}

/** Writes a delivery for each report that asks to be called again, to the install of the lease; answers how many. */
export async function queueContinuations(
  runtime: HookRuntime,
  lease: SiteLease,
  event: unknown,
  dispatchId: string,
  reports: readonly InvocationReport[],
): Promise<number> {
  const deliveries = reports.flatMap((report) => {
    const again = againOf(report);
    const install = lease.site.plugins.find(({ plugin }) => plugin === report.plugin);
    if (again === null || install === undefined) return [];
    return {
      id: `onSchedule:${report.plugin}:${dispatchId}~1`,
      plugin: report.plugin,
      installId: install.installId,
      hook: "onSchedule" as const,
      event: JSON.stringify({ ...(event as object), cursor: again.cursor }), // parsed by the hook's schema
      dueInMs: again.afterMs,
      continuation: 1,
    };
  });
  if (deliveries.length === 0) return 0;
  return (await runtime.enqueue(lease.site.site.id, deliveries)).queued;
}

function againOf({ outcome, result }: InvocationReport): { afterMs: number; cursor?: unknown } | null {
  if (outcome !== "ok") return null;
  return (result as HookResult<"onSchedule">)?.again ?? null; // parsed by judgeAnswer
}
