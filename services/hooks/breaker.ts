// Stops calling a plugin whose calls keep failing, and lets single ones try it again later.
// Failures are counted in this isolate, so that nothing waits for it; that a breaker is open is the site's word, which
// leases bring. Never counts what is not the plugin's doing: a grant, a limit, core's or the gateway's own trouble.
import type { ErrorCode } from "../../contracts/errors.ts";
import { hookTable } from "../../contracts/hooks.ts";
import { BREAKER_FAILURES } from "../../contracts/limits.ts";
import type { OutcomeError } from "../../contracts/outcome.ts";
import type { Breaker, BreakerSighting, InstalledPlugin } from "../../contracts/site.ts";
import { openMsOf } from "../site-state/index.ts";
import type { InvocationReport } from "./invocation-report.ts";
import type { RunningInvocation } from "./invoke.ts";
import type { HookRuntime, PluginCall } from "./runtime.ts";

/** The codes of a call that failed by the plugin's doing. */
const FAILURES: ReadonlySet<ErrorCode> = new Set([
  "PLUGIN_ERROR",
  "RESULT_REJECTED",
  "DEADLINE_EXCEEDED",
  "CPU_LIMIT",
]);

/** Milliseconds that this isolate goes by what it has seen itself, should the site not hear or not tell of it. */
const OWN_WORD_MS = 10_000;
/** Milliseconds beyond its hook's limit after which a try counts as lost, with the request that made it. */
const TRY_PATIENCE_MS = 5_000;
/** Plugins whose failures are counted at once; past it the oldest count is forgotten. */
const MAX_WATCHED = 10_000;

/** What this isolate has seen of one install's code. Times in milliseconds since the epoch. */
interface Watch {
  /** In a row, since the last call that ended well. */
  failures: number;
  /** Calls that began before are of another time: their failures count no more. */
  sinceMs: number;
  /** Until then a try is on its way. */
  tryUntilMs: number;
  /** What it has seen last, until leases say so. */
  own: { readonly isOpen: boolean; readonly retryAtMs: number; readonly untilMs: number } | null;
}

/** A call that is to be made, and what stands for it where it is not. */
interface Turn {
  start(): RunningInvocation;
  hold(error: OutcomeError, retryAtMs: number): RunningInvocation;
}

/** Lost with this isolate, which is fine: what is open is the site's to say. */
const watches = new Map<string, Watch>();

/** Makes the call, unless the plugin's breaker holds it back. `threshold` failures in a row open it. */
export function throughBreaker(
  runtime: HookRuntime,
  call: PluginCall,
  install: InstalledPlugin,
  turn: Turn,
  threshold: number = BREAKER_FAILURES,
): RunningInvocation {
  const key = `${call.site}/${install.installId}/${install.code}`;
  const startedMs = runtime.clock();
  const heldUntilMs = findHold(install.breaker, watches.get(key), startedMs);
  if (heldUntilMs !== null && startedMs < heldUntilMs) {
    const until = new Date(heldUntilMs).toISOString();
    const message = `${install.plugin} keeps failing and is not called until ${until}`;
    return turn.hold({ code: "BREAKER_OPEN", message }, heldUntilMs);
  }
  const isTry = heldUntilMs !== null;
  if (isTry) {
    const watch = takeWatch(key);
    watch.failures = 0;
    watch.tryUntilMs = startedMs + hookTable[call.hook].timeoutMs + TRY_PATIENCE_MS;
  }
  const { report, ended } = turn.start();
  return { report: report.then(noteEnd), ended };

  function noteEnd(report: InvocationReport): InvocationReport {
    const error = failureOf(report);
    const isWell = report.outcome === "ok";
    const known = watches.get(key);
    if (isTry && known) known.tryUntilMs = 0;
    if (isWell && known) known.failures = 0;
    if (isWell && isTry) tell(runtime, call, install, takeWatch(key), { saw: "success" });
    if (error === null || (!isTry && known && startedMs <= known.sinceMs)) return report;
    const watch = takeWatch(key);
    watch.failures += 1;
    if (isTry || watch.failures >= threshold) {
      const { failures } = watch;
      tell(runtime, call, install, watch, { saw: "failures", failures, error, hook: call.hook });
    }
    return report;
  }
}

/** Until when the plugin is not called, or null where its breaker is closed. Past its time, the next call is a try. */
function findHold(told: Breaker | null, watch: Watch | undefined, nowMs: number): number | null {
  const own = watch?.own && nowMs < watch.own.untilMs ? watch.own : null;
  if (own !== null) return own.isOpen ? own.retryAtMs : null;
  return told && Math.max(told.retryAtMs, watch?.tryUntilMs ?? 0);
}

/** The code of a failure that is the plugin's doing, else null. */
function failureOf({ outcome, error, excused }: InvocationReport): ErrorCode | null {
  if (outcome === "ok" || outcome === "denied" || excused === true || error === undefined) return null;
  return FAILURES.has(error.code) ? error.code : null;
}

/** Goes by it at once, and tells the site; from its answer on leases say it. */
function tell(
  runtime: HookRuntime,
  { site }: PluginCall,
  { plugin, installId, code, breaker }: InstalledPlugin,
  watch: Watch,
  sighting: BreakerSighting,
): void {
  const nowMs = runtime.clock();
  const retryAtMs = nowMs + openMsOf((breaker?.openings ?? 0) + 1);
  const own = { isOpen: sighting.saw === "failures", retryAtMs, untilMs: nowMs + OWN_WORD_MS };
  Object.assign(watch, { failures: 0, sinceMs: nowMs, own });
  const notice = { plugin, installId, code, openedAtMs: breaker?.openedAtMs ?? null, ...sighting };
  void runtime.noteBreaker(site, notice).then((isWritten) => {
    if (isWritten && watch.own === own) watch.own = null;
  });
}

function takeWatch(key: string): Watch {
  const known = watches.get(key);
  if (known !== undefined) return known;
  const [oldest] = watches.keys();
  if (oldest !== undefined && watches.size >= MAX_WATCHED) watches.delete(oldest);
  const watch = { failures: 0, sinceMs: 0, tryUntilMs: 0, own: null };
  watches.set(key, watch);
  return watch;
}
