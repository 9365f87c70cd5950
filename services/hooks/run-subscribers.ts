// Runs the subscribers of one call, at most as many at once as a request may, and reports each of them.
// It merges nothing: what the reports come to is decided by the hook's mode, in dispatch.
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";
import type { GrantRefusal } from "../grants/index.ts";
import { runInFlight } from "./in-flight.ts";
import type { InvocationReport } from "./invocation-report.ts";
import {
  findEnd,
  finished,
  invokePlugin,
  outcomeOf,
  type RunningInvocation,
  refuseGrant,
  reportUnrun,
} from "./invoke.ts";
import type { HookRuntime, PluginCall, SiteLease } from "./runtime.ts";
import type { Subscriber } from "./subscribers.ts";

/** A call on its way: what every mode below needs. */
export interface Dispatch {
  readonly runtime: HookRuntime;
  readonly lease: SiteLease;
  readonly hook: HookName;
  readonly event: unknown;
  readonly id: string;
  readonly subscribers: readonly Subscriber[];
  readonly content: ContentSource | undefined;
}

export function invocationIdOf({ id, subscribers }: Dispatch, plugin: string): string {
  return subscribers.length === 1 ? id : `${id}:${plugin}`;
}

/** Runs the plugins in this request's I/O context: for hooks that a visitor waits for. */
export async function runHere(dispatch: Dispatch): Promise<InvocationReport[]> {
  const { runtime, lease, content } = dispatch;
  return runAll(dispatch, (call, { install, grant }) =>
    grant.ok
      ? invokePlugin(runtime, call, install, lease, grant, content)
      : refused(dispatch, install, grant),
  );
}

/**
 * Runs each plugin in an I/O context of its own, so that one that timed out ends with it. A single plugin
 * already has one: this request's, which ends when it is answered.
 */
export async function runApart(dispatch: Dispatch): Promise<InvocationReport[]> {
  if (dispatch.subscribers.length === 1) return runHere(dispatch);
  const { runtime, content } = dispatch;
  return runAll(dispatch, (call, { install, grant }) => {
    if (!grant.ok) return refused(dispatch, install, grant);
    const report = runtime.invokeApart(call, content).catch(() => unavailable(install));
    return { report, ended: report.then(() => undefined) };
  });
}

async function runAll(
  dispatch: Dispatch,
  start: (call: PluginCall, subscriber: Subscriber) => RunningInvocation,
): Promise<InvocationReport[]> {
  const { runtime, lease, hook, event, subscribers } = dispatch;
  const { totalMs } = hookTable[hook];
  const totalDeadlineMs = runtime.clock() + totalMs;
  const turns = subscribers.map((subscriber) => {
    const { install } = subscriber;
    const invocationId = invocationIdOf(dispatch, install.plugin);
    const call: PluginCall = {
      site: lease.site.site.id,
      plugin: install.plugin,
      hook,
      event,
      invocationId,
      totalDeadlineMs,
      attempt: 1,
      idempotencyKey: invocationId,
    };
    return {
      start: () => start(call, subscriber),
      skip: () =>
        reportUnrun(install, "error", {
          code: "BUSY",
          message: `${install.plugin} found no free place in time`,
        }),
    };
  });
  const reports = await runInFlight(turns, totalMs);
  // A report is as good as its grant was when it came; others may have taken long since.
  return subscribers.length === 1 ? reports : Promise.all(reports.map((report) => confirm(report, dispatch)));
}

/** The report, or that of a denied call where the plugin's grant stands no more. */
async function confirm(
  report: InvocationReport,
  { lease, subscribers }: Dispatch,
): Promise<InvocationReport> {
  const { install, grant } = subscribers.find(({ install }) => install.plugin === report.plugin) ?? {};
  if (report.outcome !== "ok" || install === undefined || !grant?.ok) return report;
  const { plugin, code } = install;
  const end = await findEnd(lease.liveness({ plugin, code, jti: grant.jti, kid: grant.kid }));
  return end === null ? report : { ...report, outcome: outcomeOf(end), result: null, error: end };
}

function refused(
  { runtime, lease, hook }: Dispatch,
  install: InstalledPlugin,
  grant: GrantRefusal,
): RunningInvocation {
  return finished(
    reportUnrun(install, "denied", refuseGrant(runtime, lease.site.site.id, hook, install, grant)),
  );
}

function unavailable(install: Subscriber["install"]): InvocationReport {
  return reportUnrun(install, "error", {
    code: "UNAVAILABLE",
    message: `${install.plugin} could not be reached`,
  });
}
