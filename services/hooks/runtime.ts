// What calling hooks needs of the rest of the gateway; wired in gateway/wiring.ts and nowhere else.
// Types, and the runtime's journal for calls of which nothing is kept.

import type { Invocation } from "../../capabilities/index.ts";
import type { Denial } from "../../contracts/audit.ts";
import type { Liveness, StorageQuota, Subject } from "../../contracts/capability.ts";
import type { ErrorCode } from "../../contracts/errors.ts";
import type { HookName, PluginMethod } from "../../contracts/hooks.ts";
import type { CallRef } from "../../contracts/journal.ts";
import type { CallOutcome, LogLine, TracedCall } from "../../contracts/outcome.ts";
import type { Clock, ContentSource } from "../../contracts/ports.ts";
import type { BreakerNotice, DeploymentSnapshot, SiteSnapshot } from "../../contracts/site.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { NewDelivery } from "../site-state/index.ts";
import type { InvocationReport } from "./invocation-report.ts";
import type { HeldRecording, Recorder } from "./recorder.ts";

/** A site's and the deployment's control state under leases that were good when it was taken. */
export interface SiteLease {
  readonly site: SiteSnapshot;
  readonly deployment: DeploymentSnapshot;
  /** The deployment's newest state, since `kid` is not in this one; asked for once a minute and kid. */
  refetchKeys(kid: string): Promise<DeploymentSnapshot>;
  /** Whether the plugin's grant still stands, asked again at every capability call. */
  liveness(grant: LiveIdentity): Liveness;
  /** The same for a call that moves a frozen plugin's state to another version. */
  moveLiveness(move: MoveIdentity): Liveness;
}

/** What a plugin's call stands on; when any of it changes, the call may act no more. */
export interface LiveIdentity {
  readonly plugin: string;
  readonly jti: string;
  readonly kid: string;
  readonly code: string;
}

/** What the move of a plugin's state stands on. */
export interface MoveIdentity {
  readonly plugin: string;
  readonly freeze: string;
  readonly code: string;
}

/** One plugin's call, as plain data: it crosses into an I/O context of its own. */
export interface PluginCall {
  readonly site: string;
  readonly plugin: string;
  readonly hook: HookName;
  /** Parsed by the hook's schema and whole; it is minimised for the plugin where the grant is known. */
  readonly event: unknown;
  readonly invocationId: string;
  /** Milliseconds since the epoch: the end of the hook's common time. */
  readonly totalDeadlineMs: number;
  readonly attempt: number;
  readonly idempotencyKey: string;
}

export interface HookRuntime {
  readonly clock: Clock;
  readonly sandbox: Sandbox;
  /** `hook` named: where nobody subscribes to it, a lease that is over may do for a while (architecture.md). */
  takeLease(site: string, hook?: HookName): Promise<SiteLease>;
  /** The one stub of an invocation. */
  openApi(invocation: Invocation, log: (line: LogLine) => void): Rpc.RpcTargetBranded;
  /** Core's content as it is bound, or null. */
  contentOf(site: string): ContentSource | null;
  /** Runs a call in an I/O context of its own, so that a timed-out plugin's work ends with it. */
  invokeApart(call: PluginCall, content: ContentSource | undefined): Promise<InvocationReport>;
  enqueue(site: string, deliveries: readonly NewDelivery[]): Promise<{ queued: number }>;
  /** The counter of what the plugin keeps. */
  quotaOf(call: Pick<Subject, "site" | "plugin" | "installId" | "version">): StorageQuota;
  /** Counts a run of a plugin whose grant bounds them; false: it may not run now. */
  takeRun(site: string, plugin: string, rate: string): Promise<boolean>;
  /** Counts a call of the plugin against the gateway's own limit; true where it is known at once. */
  takeTurn(site: string, plugin: string): true | Promise<boolean>;
  /** False for calls that somebody tries out: they are made whatever the breaker says, and tell it nothing. */
  readonly hasBreaker: boolean;
  /** Tells the site what was seen of a plugin; true once leases that are taken from then on say so. Never rejects. */
  noteBreaker(site: string, notice: BreakerNotice): Promise<boolean>;
  /** Notes a refusal for the site's audit log; synchronous, and never throws. */
  noteDenial(site: string, denial: Omit<Denial, "count">): void;
  readonly journal: Journal;
}

/** Whose lines they are. */
export interface CallIdentity extends Pick<PluginCall, "site" | "plugin" | "invocationId"> {
  readonly hook: PluginMethod;
}

/** Keeps what calls said and came to. Synchronous; never throws, and never costs a call what can be done later. */
export interface Journal {
  keepLines(call: CallIdentity, version: string, lines: readonly LogLine[]): void;
  keepTrace(site: string, trace: TracedInvocation): void;
  /** Null where the call is not recorded. */
  openRecorder(site: SiteSnapshot, call: PluginCall): Recorder | null;
  keepRecording(recording: HeldRecording): void;
}

/** A trace as it is known when a call has ended; nothing of it is put into words yet. */
export interface TracedInvocation extends CallRef {
  readonly outcome: CallOutcome;
  readonly code: ErrorCode | null;
  readonly startedAtMs: number;
  readonly ms: number;
  readonly attempt: number;
  readonly calls: readonly TracedCall[];
}

/** For calls of which nothing may stay. */
export const NO_JOURNAL: Journal = {
  keepLines: () => {},
  keepTrace: () => {},
  openRecorder: () => null,
  keepRecording: () => {},
};
