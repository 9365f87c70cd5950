// What a site keeps of its plugins' calls: log lines, traces and recordings. As written, asked for and read.
// Lines and recordings hold what plugins said, which is hostile text; a trace holds codes and our own words alone.
import { z } from "zod";
import type { ErrorCode } from "./errors.ts";
import { type HookName, hookSchema, PLUGIN_METHODS, type PluginMethod } from "./hooks.ts";
import { pluginIdSchema } from "./ids.ts";
import type { HookContext } from "./invocation.ts";
import type { Json } from "./json.ts";
import { MAX_JOURNAL_PAGE } from "./limits.ts";
import {
  CALL_OUTCOMES,
  type CallOutcome,
  LOG_LEVELS,
  type LogLevel,
  type OutcomeError,
  type TracedCall,
} from "./outcome.ts";

/** Which call it was. */
export interface CallRef {
  readonly plugin: string;
  readonly version: string;
  readonly hook: HookName;
  readonly invocationId: string;
}

/** A line of a plugin's log. `hook` and `invocationId` are null for a line that was printed outside of a call. */
export interface KeptLine {
  /** Grows with each line of one site. */
  readonly id: number;
  readonly site: string;
  readonly plugin: string;
  readonly version: string;
  readonly hook: PluginMethod | null;
  readonly invocationId: string | null;
  readonly level: LogLevel;
  readonly message: string;
  /** ISO 8601, UTC: when it reached the gateway. */
  readonly at: string;
}

export type NewLine = Omit<KeptLine, "id" | "site">;

/** Oldest first. `cursor`: what `after` is to be for those that come later. */
export interface LogPage {
  readonly lines: readonly KeptLine[];
  readonly cursor: number;
}

const ageArgs = {
  plugin: pluginIdSchema.optional(),
  hook: hookSchema.optional(),
  /** ISO 8601: from then on. */
  since: z.iso.datetime({ offset: true }).optional(),
  limit: z.number().int().min(1).max(MAX_JOURNAL_PAGE).default(100),
};

export const logQuerySchema = z.strictObject({
  ...ageArgs,
  hook: z.enum(PLUGIN_METHODS).optional(),
  /** Lines of this level and graver ones. */
  level: z.enum(LOG_LEVELS).optional(),
  /** The oldest lines past this id; absent: the newest ones. */
  after: z.number().int().min(0).optional(),
});
export type LogQuery = z.infer<typeof logQuerySchema>;

/** What became of one call of one plugin. */
export interface KeptTrace extends CallRef {
  readonly id: number;
  readonly outcome: CallOutcome;
  readonly code: ErrorCode | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly ms: number;
  /** 1 but for a delivery that was tried before. */
  readonly attempt: number;
  /** The first hundred. */
  readonly calls: readonly TracedCall[];
}

export type NewTrace = Omit<KeptTrace, "id">;

/** Newest first; `cursor` is there while older ones follow. */
export interface TracePage {
  readonly traces: readonly KeptTrace[];
  readonly cursor?: number;
}

const pageArgs = {
  ...ageArgs,
  outcome: z.enum(CALL_OUTCOMES).optional(),
  /** The `cursor` of the page before. */
  cursor: z.number().int().min(1).optional(),
};

export const traceQuerySchema = z.strictObject(pageArgs);
export type TraceQuery = z.infer<typeof traceQuerySchema>;
export const recordingQuerySchema = z.strictObject(pageArgs);
export type RecordingQuery = z.infer<typeof recordingQuerySchema>;

/** A recorded call as the list shows it. */
export interface RecordingSummary extends CallRef {
  readonly id: number;
  readonly outcome: CallOutcome;
  /** ISO 8601, UTC: when the call began. */
  readonly at: string;
  readonly bytes: number;
  /** It was larger than a recording may be, and holds no answers. */
  readonly isTruncated: boolean;
}

/** Newest first; `cursor` is there while older ones follow. */
export interface RecordingPage {
  readonly recordings: readonly RecordingSummary[];
  readonly cursor?: number;
}

/** What a capability answered, or refused with; what was asked comes with it as the plugin put it. */
export type RecordedCall = {
  readonly capability: string;
  readonly method: string;
  readonly args: readonly RecordedValue[];
} & ({ readonly answer: RecordedValue } | { readonly error: RecordedError });

export interface RecordedError {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
  readonly scope?: string;
}

/**
 * Plain JSON, in which `{ "$": "undefined" }`, `{ "$": "bytes", "base64": "…" }`, `{ "$": "bigint" | "date", "text": "…" }`
 * and `{ "$": "number", "text": "NaN" }` stand for what JSON has no spelling for, `{ "$": "object", "entries": […] }`
 * for an object with a key `$`, and `{ "$": "opaque" }` for what cannot be kept, such as a stream or a stub.
 */
export type RecordedValue = Json;

/** What `emgate replay` needs to ask and answer everything again. */
export interface RecordingDocument {
  readonly format: 1;
  readonly site: string;
  /** As the plugin saw it. Null in a truncated one whose event alone was too large. */
  readonly event: RecordedValue | null;
  readonly context: HookContext;
  /** In the order in which they ended. None in a truncated recording. */
  readonly calls: readonly RecordedCall[];
  readonly outcome: CallOutcome;
  readonly result: RecordedValue;
  readonly error: OutcomeError | null;
  readonly ms: number;
  readonly isTruncated: boolean;
  /**
   * Where a visitor's search was taken out: `with` stands for the query in `event.query`, and for it and each of its
   * words wherever they stood alone in what is recorded. Null where nothing was taken out.
   */
  readonly replaced: { readonly what: "event.query"; readonly with: string } | null;
}

export type Recording = RecordingSummary & RecordingDocument;

/** `document` is a RecordingDocument as JSON. */
export type NewRecording = Omit<RecordingSummary, "id" | "bytes"> & { readonly document: string };

/** What an isolate has gathered of one site, written at once. */
export interface JournalBatch {
  readonly lines: readonly NewLine[];
  /** Plugins that lost lines before they came here. */
  readonly dropped: readonly string[];
  readonly traces: readonly NewTrace[];
  readonly recordings: readonly NewRecording[];
}
