// Calls one plugin for one hook: opens its stub, runs it, closes the stub, judges its answer.
// The plugin's result is untrusted data; nothing of its error text leaves but into its own log.
import { Invocation, STATE_MOVES } from "../../capabilities/index.ts";
import type { Liveness } from "../../contracts/capability.ts";
import { runsOf } from "../../contracts/caveats.ts";
import { EmgateError, toWireError } from "../../contracts/errors.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import { MAX_LOG_CHARS } from "../../contracts/limits.ts";
import type { CallOutcome, LogLine, OutcomeError } from "../../contracts/outcome.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import type { InstalledPlugin, SiteSnapshot } from "../../contracts/site.ts";
import type { GrantRefusal } from "../grants/index.ts";
import { throughBreaker } from "./breaker.ts";
import { requireGivenIds } from "./check-results.ts";
import { checkGrant, type GrantInForce } from "./grants-in-force.ts";
import { contextOf, eventPageOf } from "./hook-context.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { minimiseEvent } from "./minimise-event.ts";
import type { HookRuntime, PluginCall, SiteLease } from "./runtime.ts";
import { isCallable, isSubscribed } from "./subscribers.ts";

/** Why a plugin whose state is being moved is not called, or is not heard. */
export const FROZEN: OutcomeError = { code: "BUSY", message: STATE_MOVES };

/** A report, and when the plugin's own work has ended: later than the report where it timed out. */
export interface RunningInvocation {
  readonly report: Promise<InvocationReport>;
  readonly ended: Promise<unknown>;
}

/** Calls the plugin in this I/O context, unless its breaker is open. Never rejects: every failure is a report. */
export function invokePlugin(
  runtime: HookRuntime,
  call: PluginCall,
  install: InstalledPlugin,
  lease: SiteLease,
  grant: GrantInForce,
  content?: ContentSource,
): RunningInvocation {
  const start = () => beginInvocation(runtime, call, install, lease, grant, content);
  if (!runtime.hasBreaker) return start();
  return throughBreaker(runtime, call, install, {
    start,
    hold: (error, retryAtMs) => finished({ ...reportUnrun(install, "error", error), retryAtMs }),
  });
}

/**
 * A call that waited for its place may have outlived its lease; the grant is then asked about again before the plugin
 * sees anything.
 */
function beginInvocation(
  runtime: HookRuntime,
  call: PluginCall,
  install: InstalledPlugin,
  lease: SiteLease,
  grant: GrantInForce,
  content: ContentSource | undefined,
): RunningInvocation {
  const { plugin, code } = install;
  const liveness = lease.liveness({ plugin, code, jti: grant.jti, kid: grant.kid });
  const start = () => startInvocation(runtime, call, install, lease.site, grant, liveness, content);
  const { rate } = grant.authority.get(hookTable[call.hook].scope) ?? {};
  const turn = runtime.takeTurn(call.site, plugin);
  if (turn === true && liveness.state() === "live" && rate === undefined) return start();
  const started = findObstacle(runtime, call, { turn, liveness, jti: grant.jti, rate }).then(
    (obstacle): RunningInvocation =>
      obstacle === null ? start() : finished(reportUnrun(install, outcomeOf(obstacle), obstacle)),
    (error: unknown): RunningInvocation => finished(reportUnrun(install, "error", toWireError(error))),
  );
  return { report: started.then(({ report }) => report), ended: started.then(({ ended }) => ended) };
}

/** What a call must be asked about before it may start. */
interface Standing {
  readonly turn: true | Promise<boolean>;
  readonly liveness: Liveness;
  readonly jti: string;
  readonly rate: string | undefined;
}

/** Why the plugin may not run now, or null. */
async function findObstacle(
  runtime: HookRuntime,
  { site, plugin, hook }: PluginCall,
  { turn, liveness, jti, rate }: Standing,
): Promise<OutcomeError | null> {
  if (!(await turn)) {
    runtime.noteDenial(site, { plugin, hook, scope: null, jti, reason: "past the gateway's own limit" });
    return { code: "RATE_LIMITED", message: `${plugin} was called more often than a plugin may be` };
  }
  if (rate !== undefined && !(await runtime.takeRun(site, plugin, rate))) {
    const { scope } = hookTable[hook];
    runtime.noteDenial(site, { plugin, hook, scope, jti, reason: "outside the caveat rate" });
    return {
      code: "RATE_LIMITED",
      message: `${plugin} was granted at most ${runsOf(rate)} runs in 60 seconds`,
    };
  }
  return findEnd(liveness);
}

/** Why the grant behind a call stands no more, or null. Where nobody can say, it does not. */
export async function findEnd(liveness: Liveness): Promise<OutcomeError | null> {
  try {
    if (liveness.state() === "stale") await liveness.refresh();
  } catch (error) {
    return toWireError(error);
  }
  const state = liveness.state();
  if (state === "live") return null;
  if (state === "frozen") return FROZEN;
  return { code: "GRANT_REVOKED", message: "the grant was revoked or replaced meanwhile" };
}

/** What a call comes to that ends so: nothing was denied to a plugin that is only asked to wait. */
export function outcomeOf(end: OutcomeError): CallOutcome {
  return end.code === "BUSY" ? "error" : "denied";
}

/** A call that ended without being started. */
export function finished(report: InvocationReport): RunningInvocation {
  return { report: Promise.resolve(report), ended: Promise.resolve() };
}

function startInvocation(
  runtime: HookRuntime,
  call: PluginCall,
  install: InstalledPlugin,
  site: SiteSnapshot,
  grant: GrantInForce,
  liveness: Liveness,
  content: ContentSource | undefined,
): RunningInvocation {
  const startedMs = runtime.clock();
  const { plugin } = install;
  const row = hookTable[call.hook];
  const timeoutMs = Math.min(
    row.timeoutMs,
    install.manifest.limits?.timeoutMs ?? row.timeoutMs,
    Math.max(0, call.totalDeadlineMs - startedMs),
  );
  const event = minimiseEvent(call.hook, call.event, grant.authority);
  const recorder = runtime.journal.openRecorder(site, call);
  const invocation = new Invocation({
    subject: {
      site: call.site,
      plugin: install.plugin,
      installId: install.installId,
      version: install.version,
      hook: call.hook,
      invocationId: call.invocationId,
    },
    authority: grant.authority,
    deadlineMs: startedMs + timeoutMs,
    work: row,
    event,
    liveness,
    clock: runtime.clock,
    content: () => content ?? runtime.contentOf(call.site),
    quota: runtime.quotaOf({ ...install, site: call.site }),
    noteDenial: (denial) =>
      runtime.noteDenial(call.site, { ...denial, plugin, hook: call.hook, jti: grant.jti }),
    recorder: recorder ?? undefined,
    ...eventPageOf(call.hook, call.event),
  });
  const context = contextOf(call, install, site.site, invocation);
  const logs: LogLine[] = [];
  const run = runtime.sandbox.call({
    site: call.site,
    plugin: install.plugin,
    code: install.code,
    hook: call.hook,
    event,
    context,
    api: runtime.openApi(invocation, (line) => logs.push(line)),
    timeoutMs,
    cpuMs: row.cpuMs,
    subRequests: row.subRequests,
  });
  const report = run.answer.then(async (answer) => {
    // The sandbox's timer may ring late, and a plugin that was refused for the time may return before it does.
    const cameInTime = answer.status !== "returned" || runtime.clock() < startedMs + timeoutMs;
    // From here on every stub of this call refuses, whoever still holds one.
    invocation.close();
    if (answer.status === "broken" || answer.status === "unread") {
      const message = answer.message.slice(0, MAX_LOG_CHARS);
      logs.push({ level: "error", message, at: new Date(runtime.clock()).toISOString() });
    }
    const { version } = install;
    if (logs.length > 0) runtime.journal.keepLines(call, version, logs);
    // What a plugin answers acts on the site, so the grant must still stand: asked last, like before an effect.
    const end = liveness.state() === "live" ? null : await findEnd(liveness);
    const judgement =
      end === null
        ? judgeAnswer(call.hook, plugin, cameInTime ? answer : { status: "timeout" }, invocation, timeoutMs)
        : { outcome: outcomeOf(end), error: end };
    const ms = runtime.clock() - startedMs;
    const { calls, dropped } = invocation;
    const report = requireGivenIds(
      {
        plugin,
        version,
        result: null,
        startedAtMs: startedMs,
        ms,
        calls,
        logs,
        ...(dropped.length > 0 && { dropped }),
        ...judgement,
      },
      call,
    );
    if (recorder !== null) {
      const { result, error = null, outcome } = report;
      const came = { outcome, result, error };
      const held = recorder.end({ call, version, context, event, startedAtMs: startedMs, ms, ...came });
      runtime.journal.keepRecording(held);
    }
    return report;
  });
  return { report, ended: run.ended };
}

/** The report of a plugin that was not run, such as one whose grant is no longer good. */
export function reportUnrun(
  install: Pick<InstalledPlugin, "plugin" | "version">,
  outcome: CallOutcome,
  error: OutcomeError,
): InvocationReport {
  const { plugin, version } = install;
  return { plugin, version, outcome, result: null, ms: 0, calls: [], logs: [], error };
}

/** Why a plugin whose grant is not good is not run; the site's audit log hears of it. */
export function refuseGrant(
  runtime: HookRuntime,
  site: string,
  hook: HookName,
  { plugin, grant }: InstalledPlugin,
  { code, reason }: GrantRefusal,
): OutcomeError {
  runtime.noteDenial(site, { plugin, hook, scope: null, jti: grant?.jti ?? null, reason });
  return { code, message: `the grant of ${plugin} is not good: ${reason}` };
}

/**
 * Runs a call whose plugin is only named: takes the lease, checks the grant, invokes. For an I/O context of
 * the call's own, where nothing but plain data came along.
 */
export async function invokeCall(
  runtime: HookRuntime,
  call: PluginCall,
  content?: ContentSource,
): Promise<InvocationReport> {
  const lease = await runtime.takeLease(call.site);
  const install = lease.site.plugins.find(({ plugin }) => plugin === call.plugin);
  if (install === undefined) {
    throw new EmgateError("NOT_FOUND", `plugin ${call.plugin} is not installed on this site`);
  }
  if (!isCallable(install, call.hook)) {
    const why = install.enabled ? `does not take part in ${call.hook}` : "is disabled";
    const error = { code: "PERMISSION_DENIED", message: `${install.plugin} ${why}` } as const;
    return reportUnrun(install, "denied", error);
  }
  const grant = await checkGrant(call.site, install, lease, call.hook, runtime.clock);
  if (!grant.ok) {
    return reportUnrun(install, "denied", refuseGrant(runtime, call.site, call.hook, install, grant));
  }
  if (!isSubscribed(grant, call.hook, call.event)) {
    const message = `${install.plugin} was not granted ${hookTable[call.hook].scope} for this event`;
    return reportUnrun(install, "denied", { code: "PERMISSION_DENIED", message });
  }
  return invokePlugin(runtime, call, install, lease, grant, content).report;
}
