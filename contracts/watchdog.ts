// What a gateway on a developer's machine and its watchdog say to each other (docs/architecture.md, «The watchdog»).
// There, nothing limits a plugin's CPU time but this; on Cloudflare there is no watchdog, and no binding to one.
import { z } from "zod";
import type { ErrorCode } from "./errors.ts";
import { PLUGIN_METHODS } from "./hooks.ts";
import { pluginIdSchema, siteIdSchema } from "./ids.ts";

const runShape = { site: siteIdSchema, plugin: pluginIdSchema, hook: z.enum(PLUGIN_METHODS) };

/** A plugin that is about to run, and how many milliseconds it may wait for that. */
export const runBeginSchema = z.strictObject({
  ...runShape,
  waitMs: z.number().int().min(0).max(60_000),
});
export type RunBegin = z.input<typeof runBeginSchema>;
export type PluginRun = Omit<RunBegin, "waitMs">;

/**
 * `off`: nobody is watched, ask no more; `go`: it may run, under the mark `id`; `busy`: others took all the time
 * that it could wait; `stopped`: it held up the runtime, and runs no more.
 */
export const RUN_VERDICTS = ["off", "go", "busy", "stopped"] as const;
export const runVerdictSchema = z.strictObject({ verdict: z.enum(RUN_VERDICTS), id: z.number().int() });
export type RunVerdict = z.infer<typeof runVerdictSchema>;

/** A watched run was answered, or never started. Work that goes on past the answer still counts. */
export const runAnsweredSchema = z.strictObject({ id: z.number().int(), started: z.boolean() });
export type RunAnswered = z.infer<typeof runAnsweredSchema>;

/** So many watched runs of a plugin have ended for good, with all that they left behind. */
export const runsEndedSchema = z.strictObject({
  site: siteIdSchema,
  plugin: pluginIdSchema,
  count: z.number().int().min(1).max(1_000_000),
});
export type RunsEnded = z.input<typeof runsEndedSchema>;

/** Why a runtime was ended or found to be gone. */
export const TROUBLES = ["silent", "ended", "memory", "stalled", "killed"] as const;
export type Trouble = (typeof TROUBLES)[number];

interface TroubleRow {
  /** What a plugin did, or where that is no plugin's doing what the runtime did; in our own words. */
  readonly text: string;
  /** The code under which a plugin is stopped for it; null where it is no plugin's doing. */
  readonly code: ErrorCode | null;
}

export const troubleTable: Readonly<Record<Trouble, TroubleRow>> = {
  silent: { text: "computed without end, so that nothing else was answered", code: "CPU_LIMIT" },
  ended: { text: "ended the runtime's process, as taking too much memory does", code: "PLUGIN_ERROR" },
  memory: { text: "took more memory than the runtime may", code: "PLUGIN_ERROR" },
  stalled: { text: "answered nothing, though it did not compute", code: null },
  killed: { text: "was ended from outside", code: null },
};

const runSchema = z.strictObject(runShape);

/** What the watchdog has done, for the audit log; the culprits are switched off where they are installed. */
export const incidentSchema = z.strictObject({
  trouble: z.enum(TROUBLES),
  culprits: z.array(runSchema).max(20),
  /** Those that were at work where nobody could be named for sure. */
  suspects: z.array(runSchema).max(20),
});
export type IncidentReport = z.input<typeof incidentSchema>;
