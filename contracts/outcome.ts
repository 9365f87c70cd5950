// What comes back from a hook: the trace of each plugin and the merged outcome of each mode.
// Everything here is safe to show to core: codes and our own words, never a plugin's error text.
import type { ErrorCode } from "./errors.ts";
import type { HookName, Issue } from "./hooks.ts";
import type { Dropped, HtmlPatch } from "./html-patch.ts";

/** How one plugin's call ended. `queued` stands for work that a delivery will do later. */
export const CALL_OUTCOMES = ["ok", "denied", "timeout", "error", "rejected"] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

export interface OutcomeError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One capability call of an invocation, in the order they came; `ms` is wall-clock, whole milliseconds. */
export interface TracedCall {
  readonly capability: string;
  readonly method: string;
  readonly outcome: "ok" | "denied" | "error";
  readonly ms: number;
}

/** From the least grave on. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  /** ISO 8601, UTC: when it reached the gateway. */
  readonly at: string;
  /** It was printed outside of a call, such as by the module's top level, and came with the next one. */
  readonly stray?: true;
}

/** One plugin's part in a call. */
export interface PluginTrace {
  readonly plugin: string;
  readonly version: string;
  readonly outcome: CallOutcome | "queued";
  readonly ms: number;
  readonly calls: readonly TracedCall[];
  /** What the gateway took out of its HTML patch. */
  readonly dropped?: readonly Dropped[];
  readonly error?: OutcomeError;
}

export interface Trace {
  readonly id: string;
  readonly plugins: readonly PluginTrace[];
}

/** True when no gateway answered and core's own default decided; a gateway never sets it. */
interface MaybeUnavailable {
  readonly unavailable?: boolean;
}

export interface GateOutcome extends MaybeUnavailable {
  readonly allow: boolean;
  readonly issues: readonly (Issue & { readonly plugin: string })[];
  /** The plugins that refused, or failed where the site's policy is to refuse. */
  readonly refusedBy: readonly string[];
  readonly trace: Trace;
}

/** A merged patch: every plugin's fragments and element patches, in the site's order. */
export type MergedPatch = Omit<HtmlPatch, "dropped">;

export interface RenderOutcome extends MaybeUnavailable {
  readonly patch: MergedPatch;
  /** Tags to cache the page under; a plugin's change or revocation purges its own. */
  readonly cacheTags: readonly string[];
  readonly skipped: readonly { readonly plugin: string; readonly code: ErrorCode }[];
  readonly trace: Trace;
}

export interface SearchOutcome extends MaybeUnavailable {
  /** Ids in their new order, those hidden left out. */
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  readonly trace: Trace;
}

export interface NotifyOutcome extends MaybeUnavailable {
  /** Deliveries written: plugins to be told, or continuations asked for. */
  readonly queued: number;
  readonly trace: Trace;
}

export interface HookOutcomes {
  readonly beforePublish: GateOutcome;
  readonly afterPublish: NotifyOutcome;
  readonly renderHtml: RenderOutcome;
  readonly onSearch: SearchOutcome;
  readonly onSchedule: NotifyOutcome;
}
export type HookOutcome<H extends HookName = HookName> = HookOutcomes[H];

/** One real call of one plugin, whole: what `emgate run` prints. */
export interface RunReport {
  readonly outcome: CallOutcome;
  readonly result: unknown;
  readonly error?: OutcomeError;
  readonly calls: readonly TracedCall[];
  readonly logs: readonly LogLine[];
  readonly durationMs: number;
}
