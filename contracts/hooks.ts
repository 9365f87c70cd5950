// The hooks: mode, time limits, event and result of each. One table; dispatch, types and docs derive from it.
// Fields of an event marked `covered` need read:pages and obey its caveats (see hooks/minimise-event).
import { z } from "zod";
import { htmlPatchSchema } from "./html-patch.ts";
import { jsonSchema } from "./json.ts";
import { type CallWork, hookWork, MAX_ISSUES, MAX_SEARCH_RESULTS } from "./limits.ts";
import { pageSchema, pageSummarySchema } from "./page.ts";
import type { Scope } from "./scopes.ts";

export const HOOKS = ["beforePublish", "afterPublish", "renderHtml", "onSearch", "onSchedule"] as const;
export type HookName = (typeof HOOKS)[number];
export const hookSchema = z.enum(HOOKS);
/** What of a plugin is called: a hook, or `migrate` when a new major takes over what the one before had kept. */
export const PLUGIN_METHODS = [...HOOKS, "migrate"] as const;
export type PluginMethod = (typeof PLUGIN_METHODS)[number];

export const API_VERSION = 1;

/** How outcomes of several plugins become one (docs/architecture.md, «Hooks and their modes»). */
export type HookMode = "gate" | "notify" | "transform" | "rank";

interface HookRow extends CallWork {
  readonly mode: HookMode;
  readonly scope: Extract<Scope, `hook:${string}`>;
  /** Milliseconds one plugin may take, and all of them together. */
  readonly timeoutMs: number;
  readonly totalMs: number;
  /** Handed to the loader with each call; enforced in production. */
  readonly cpuMs: number;
  readonly subRequests: number;
}

/** What a call may cost comes from `hookWork`, with its reasons. */
export const hookTable = {
  // An editor waits for a publication and will for a real check; a minute is where people give up.
  beforePublish: {
    mode: "gate",
    scope: "hook:beforePublish",
    timeoutMs: 25_000,
    totalMs: 50_000,
    ...hookWork.beforePublish,
  },
  afterPublish: {
    mode: "notify",
    scope: "hook:afterPublish",
    timeoutMs: 25_000,
    totalMs: 25_000,
    ...hookWork.afterPublish,
  },
  // A visitor waits: the page is served without the plugin past five seconds.
  renderHtml: {
    mode: "transform",
    scope: "hook:renderHtml",
    timeoutMs: 5_000,
    totalMs: 5_000,
    ...hookWork.renderHtml,
  },
  onSearch: {
    mode: "rank",
    scope: "hook:onSearch",
    timeoutMs: 5_000,
    totalMs: 5_000,
    ...hookWork.onSearch,
  },
  onSchedule: {
    mode: "notify",
    scope: "hook:onSchedule",
    timeoutMs: 25_000,
    totalMs: 25_000,
    ...hookWork.onSchedule,
  },
} as const satisfies Record<HookName, HookRow>;

const localeSchema = z.string().max(35).default("en");
const pageIdSchema = z.string().min(1).max(512);

const publishFields = {
  api: z.literal(API_VERSION).default(API_VERSION),
  pageId: pageIdSchema,
  isUpdate: z.boolean().default(false),
};

/** The page as it is about to go live lies flat in the event, beside `pageId`. */
const beforePublishEventSchema = pageSchema
  .omit({ id: true })
  .extend({ ...publishFields, previous: pageSchema.nullable().default(null) });

const afterPublishEventSchema = pageSchema
  .omit({ id: true })
  /** What the call before returned as `again.cursor`. */
  .extend({ ...publishFields, cursor: jsonSchema.optional() });

export const PAGE_KINDS = ["page", "home", "archive", "search"] as const;

const renderHtmlEventSchema = z.object({
  api: publishFields.api,
  /** Null on home, archive and search. */
  pageId: pageIdSchema.nullable().default(null),
  url: z.string().max(4096).default(""),
  path: z.string().max(2048).default("/"),
  locale: localeSchema,
  kind: z.enum(PAGE_KINDS).default("page"),
  page: pageSummarySchema.nullable().default(null),
});

const onSearchEventSchema = z.object({
  api: publishFields.api,
  query: z.string().max(1000),
  locale: localeSchema,
  results: z
    .array(pageSummarySchema.partial().extend({ id: pageIdSchema, score: z.number().default(0) }))
    .max(MAX_SEARCH_RESULTS)
    .default([]),
});

const onScheduleEventSchema = z.object({
  api: publishFields.api,
  cron: z.string().max(200).default("* * * * *"),
  /** ISO 8601, UTC. */
  scheduledAt: z.iso.datetime({ offset: true }).optional(),
  /** Ticks that were due since the last run and did not run. */
  missed: z.number().int().min(0).default(0),
  /** What the call before returned as `again.cursor`. */
  cursor: jsonSchema.optional(),
});

/** What core sends: unknown fields are ignored, absent optional ones get their default. */
export const eventSchemas = {
  beforePublish: beforePublishEventSchema,
  afterPublish: afterPublishEventSchema,
  renderHtml: renderHtmlEventSchema,
  onSearch: onSearchEventSchema,
  onSchedule: onScheduleEventSchema,
} as const satisfies Record<HookName, z.ZodType>;

/** The schema of one hook's event where the hook is known only at run time. */
export function eventSchemaOf(hook: HookName): z.ZodType<unknown> {
  return eventSchemas[hook];
}

/** A hook's event, as dispatch hands it on. */
export type HookEvent<H extends HookName> = z.infer<(typeof eventSchemas)[H]>;
/** A hook's event, as core may write it: fields with a default may be left out. */
export type HookEventInput<H extends HookName> = z.input<(typeof eventSchemas)[H]>;

export const SEVERITIES = ["error", "warning", "info"] as const;
export const issueSchema = z.strictObject({
  severity: z.enum(SEVERITIES),
  message: z.string().min(1).max(2000),
  field: z.string().max(200).optional(),
});
export type Issue = z.infer<typeof issueSchema>;

/** `allow` alone decides; issues inform. */
const gateResultSchema = z.union([
  z.boolean(),
  z.strictObject({ allow: z.boolean(), issues: z.array(issueSchema).max(MAX_ISSUES).optional() }),
]);

const rankResultSchema = z
  .strictObject({
    order: z.array(pageIdSchema).max(MAX_SEARCH_RESULTS).optional(),
    boosts: z.record(pageIdSchema, z.number().positive().max(1000)).optional(),
    hide: z.array(pageIdSchema).max(MAX_SEARCH_RESULTS).optional(),
  })
  .nullable();

const notifyResultSchema = z
  .strictObject({
    /** Asks to be called again: milliseconds from now (at most a day), with `cursor` in the next event. */
    again: z
      .strictObject({ afterMs: z.number().int().min(0).max(86_400_000), cursor: jsonSchema.optional() })
      .optional(),
  })
  .nullable();

/** What a hook may return; nothing (undefined) crosses as null. Anything else is RESULT_REJECTED. */
export const resultSchemas = {
  beforePublish: gateResultSchema,
  afterPublish: notifyResultSchema,
  renderHtml: htmlPatchSchema.nullable(),
  onSearch: rankResultSchema,
  onSchedule: notifyResultSchema,
} as const satisfies Record<HookName, z.ZodType>;

/** A hook's result after parsing. */
export type HookResult<H extends HookName> = z.infer<(typeof resultSchemas)[H]>;
