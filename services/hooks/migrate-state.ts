// Calls `migrate` of a version that is about to go live in another major: it moves what it wants of the old state.
// The plugin is frozen meanwhile; what its code may do is what is about to be granted, and nothing once that is over.
import { Invocation } from "../../capabilities/index.ts";
import type { Caveats } from "../../contracts/caveats.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { MAX_LOG_CHARS, migrateWork } from "../../contracts/limits.ts";
import type { LogLine, OutcomeError } from "../../contracts/outcome.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";
import { isSameRelease } from "../site-state/index.ts";
import { contextOf } from "./hook-context.ts";
import { findEnd } from "./invoke.ts";
import { judgeFailure } from "./judge-answer.ts";
import type { HookRuntime, SiteLease } from "./runtime.ts";

/** A move as plain data: it crosses into an I/O context of its own. */
export interface StateMove {
  readonly plugin: string;
  /** Of the version that is to go live: the one held, or the one installed. */
  readonly code: string;
  readonly manifestDigest: string;
  readonly authority: readonly (readonly [Scope, Caveats])[];
  readonly freeze: string;
  /** Whose state it is. */
  readonly from: { readonly version: string; readonly database: string | null };
  /** The binding of the new major's database, or null. */
  readonly database: string | null;
}

/** `error` is null where it went well, or where the version has no `migrate`. */
export interface MoveReport {
  readonly error: OutcomeError | null;
  readonly logs: readonly LogLine[];
}

/** `runtime` opens both states (gateway/wiring.ts). @throws CONFLICT where the version is not there any more */
export async function migrateState(runtime: HookRuntime, site: string, move: StateMove): Promise<MoveReport> {
  const lease = await runtime.takeLease(site);
  const install = findVersion(lease, move);
  const { plugin, version, code, installId } = install;
  const invocationId = crypto.randomUUID();
  const call = { site, plugin, hook: "migrate", invocationId } as const;
  const data = { version: move.from.version };
  const liveness = lease.moveLiveness(move);
  const invocation = new Invocation({
    subject: { ...call, installId, version },
    authority: new Map(move.authority.filter(([scope]) => !scope.startsWith("hook:"))),
    deadlineMs: runtime.clock() + migrateWork.timeoutMs,
    work: migrateWork,
    event: data,
    liveness,
    clock: runtime.clock,
    content: () => runtime.contentOf(site),
    quota: runtime.quotaOf({ site, plugin, installId, version }),
    noteDenial: (denial) => runtime.noteDenial(site, { ...denial, plugin, hook: "migrate", jti: null }),
    eventPage: () => null,
    eventPageId: null,
  });
  const logs: LogLine[] = [];
  const { timeoutMs, cpuMs, subRequests } = migrateWork;
  const answer = await runtime.sandbox.call({
    ...call,
    code,
    event: data,
    context: contextOf(
      { ...call, event: data, attempt: 1, idempotencyKey: move.freeze },
      install,
      lease.site.site,
      invocation,
    ),
    api: runtime.openApi(invocation, (line) => logs.push(line)),
    timeoutMs,
    cpuMs,
    subRequests,
  }).answer;
  invocation.close();
  if (answer.status === "broken" || answer.status === "unread") {
    const message = answer.message.slice(0, MAX_LOG_CHARS);
    logs.push({ level: "error", message, at: new Date(runtime.clock()).toISOString() });
  }
  if (logs.length > 0) runtime.journal.keepLines(call, version, logs);
  // A freeze that is over has let the version before write again.
  const end = await findEnd(liveness);
  if (end !== null) return { error: end, logs };
  if (answer.status === "returned" || answer.status === "missing") return { error: null, logs };
  return { error: judgeFailure("migrate", plugin, answer, invocation, timeoutMs).error, logs };
}

/** By code and manifest: two versions may be of one code. */
function findVersion({ site, deployment }: SiteLease, move: StateMove): InstalledPlugin {
  const { plugin, code } = move;
  const install = site.plugins.find((candidate) => candidate.plugin === plugin);
  const version = [install, install?.update].find((one) => one && isSameRelease(one, move));
  if (install === undefined || !version || deployment.yanked.includes(code)) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} changed meanwhile; look at it again`);
  }
  return { ...install, ...version };
}
