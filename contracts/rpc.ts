// The RPC interfaces of the server: the Hooks entrypoint, and the sessions behind /rpc, with their arguments.
// Types are not validation: every method parses its arguments with the schemas that stand beside it.
import { z } from "zod";
import { type AuditPage, auditQuerySchema } from "./audit.ts";
import { caveatsSchema } from "./caveats.ts";
import type { Consent, DryRunResult, UpdateReport } from "./consent.ts";
import {
  type DataPage,
  type DataStatus,
  deleteDataSchema,
  type ErasedData,
  exportDataSchema,
} from "./data.ts";
import type { ErrorCode } from "./errors.ts";
import { type HookEventInput, type HookName, hookSchema } from "./hooks.ts";
import { pluginIdSchema, siteIdSchema, versionSchema } from "./ids.ts";
import {
  type LogPage,
  logQuerySchema,
  type Recording,
  type RecordingPage,
  recordingQuerySchema,
  type TracePage,
  traceQuerySchema,
} from "./journal.ts";
import { type JsonObject, jsonObjectSchema } from "./json.ts";
import {
  MAX_BUNDLE_BYTES,
  MAX_GRANT_BYTES,
  MAX_GRANT_LIFETIME_SECONDS,
  MAX_KEEP_DATA_SECONDS,
  MAX_SEED_BYTES,
} from "./limits.ts";
import { migrationsSchema } from "./migrations.ts";
import type {
  GateOutcome,
  HookOutcome,
  NotifyOutcome,
  RenderOutcome,
  RunReport,
  SearchOutcome,
} from "./outcome.ts";
import { pageSchema } from "./page.ts";
import type { ContentSource } from "./ports.ts";
import { type Scope, scopeSchema } from "./scopes.ts";
import {
  type InstalledPlugin,
  type KeyState,
  type PoolDatabase,
  type SiteInfo,
  type SitePolicy,
  sitePolicySchema,
} from "./site.ts";
import { incidentSchema } from "./watchdog.ts";

/** Second argument of a hook call: core's content for this call, when it is not bound. */
export interface HookCallOptions {
  readonly content?: ContentSource;
}

/** What `describe()` answers. */
export interface HooksDescription {
  readonly api: number;
  readonly hooks: readonly HookName[];
  readonly limits: Readonly<Record<HookName, { readonly timeoutMs: number; readonly totalMs: number }>>;
}

/** The `Hooks` entrypoint as core sees it, and what a CoreSession offers beside registering content. */
export interface HooksApi {
  beforePublish(event: HookEventInput<"beforePublish">, options?: HookCallOptions): Promise<GateOutcome>;
  afterPublish(event: HookEventInput<"afterPublish">, options?: HookCallOptions): Promise<NotifyOutcome>;
  renderHtml(event: HookEventInput<"renderHtml">, options?: HookCallOptions): Promise<RenderOutcome>;
  onSearch(event: HookEventInput<"onSearch">, options?: HookCallOptions): Promise<SearchOutcome>;
  onSchedule(event: HookEventInput<"onSchedule">, options?: HookCallOptions): Promise<NotifyOutcome>;
  dispatch(hook: string, event: unknown, options?: HookCallOptions): Promise<HookOutcome>;
  describe(): Promise<HooksDescription>;
}

/** Roles of a token (docs/permissions.md, «Who is who»): operator is for the deployment, the others for one site. */
export const ROLES = ["operator", "owner", "admin", "viewer", "core"] as const;
export type Role = (typeof ROLES)[number];

const siteArgs = { site: siteIdSchema };
const sitePluginArgs = { ...siteArgs, plugin: pluginIdSchema };
/** What a person says about a change; it goes into the audit log. */
const reasonArgs = { reason: z.string().max(500).optional() };
const lifetimeArgs = {
  expiresInSeconds: z.number().int().min(1).max(MAX_GRANT_LIFETIME_SECONDS).optional(),
};
const grantTerms = {
  /** Scopes to grant; absent: everything the manifest declares. */
  scopes: z.array(scopeSchema).min(1).max(50).optional(),
  /** True: exactly these scopes; else they come on top of what is granted already. */
  only: z.boolean().default(false),
  /** By scope; each is intersected with the manifest's own caveats. */
  caveats: z.partialRecord(scopeSchema, caveatsSchema).optional(),
};

/** Argument schemas of the AdminSession, by method. */
export const adminArguments = {
  createSite: z.strictObject({
    ...siteArgs,
    name: z.string().min(1).max(200).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .optional(),
    locale: z.string().min(2).max(35).optional(),
  }),
  importSeed: z.strictObject({
    ...siteArgs,
    /** The file's text; parsed on the server, which is the one place that knows a seed. */
    seed: z.string().max(MAX_SEED_BYTES),
    onConflict: z.enum(["refuse", "skip", "replace"]).default("refuse"),
  }),
  putPages: z.strictObject({ ...siteArgs, pages: z.array(pageSchema).min(1).max(1000) }),
  publish: z.strictObject({ ...siteArgs, page: z.string().min(1).max(700) }),
  callHook: z.strictObject({ ...siteArgs, hook: z.string().max(64), event: z.unknown() }),
  runHook: z.strictObject({ ...sitePluginArgs, hook: hookSchema, event: z.unknown() }),
  registerVersion: z.strictObject({
    /** plugin.json as text, so that its digest is that of the submitted bytes. */
    manifest: z.string().max(64 * 1024),
    code: z.string().max(MAX_BUNDLE_BYTES),
    /** migrations/*.sql in the order of their names. */
    migrations: migrationsSchema.default([]),
  }),
  listPlugins: z.strictObject(siteArgs),
  install: z.strictObject({ ...sitePluginArgs, version: versionSchema.optional() }),
  /** Installs another version as the site's policy has it: at once, or held until an admin consents. */
  update: z.strictObject({
    ...sitePluginArgs,
    /** The version to go to, an older one too; absent: the newest. */
    to: versionSchema.optional(),
    dryRun: z.boolean().default(false),
  }),
  /** Goes back to the version that was live before, under the grant that it had. */
  rollback: z.strictObject({
    ...sitePluginArgs,
    ...reasonArgs,
    /** The version that was shown; going back to another is refused with CONFLICT. */
    to: versionSchema.optional(),
  }),
  /** What a rollback would come to. */
  describeRollback: z.strictObject(sitePluginArgs),
  disable: z.strictObject({ ...sitePluginArgs, ...reasonArgs }),
  enable: z.strictObject(sitePluginArgs),
  uninstall: z.strictObject({
    ...sitePluginArgs,
    ...reasonArgs,
    /** What it keeps stays this long, to be exported; absent: it goes. */
    keepDataSeconds: z.number().int().min(1).max(MAX_KEEP_DATA_SECONDS).optional(),
  }),
  listData: z.strictObject(siteArgs),
  exportData: exportDataSchema,
  deleteData: deleteDataSchema,
  resetBreaker: z.strictObject({ ...sitePluginArgs, ...reasonArgs }),
  getPolicy: z.strictObject(siteArgs),
  setPolicy: z.strictObject({ ...siteArgs, ...sitePolicySchema.partial().shape }),
  setOrder: z.strictObject({
    ...siteArgs,
    /** From first to last; those left out follow in the order they had. */
    plugins: z.array(pluginIdSchema).min(1).max(500),
  }),
  getSettings: z.strictObject(sitePluginArgs),
  setSettings: z.strictObject({
    ...sitePluginArgs,
    /** By name; null takes a setting back to the manifest's default. */
    settings: jsonObjectSchema,
  }),
  describeConsent: z.strictObject({ ...sitePluginArgs, ...grantTerms }),
  /** Calls each hook once under the narrowed grant, on a page of the site; nothing that it does is kept. */
  dryRunGrant: z.strictObject({ ...sitePluginArgs, ...grantTerms }),
  grant: z.strictObject({
    ...sitePluginArgs,
    ...grantTerms,
    ...lifetimeArgs,
    /** The digest of the consent that was shown; signing anything else is refused with CONFLICT. */
    consent: z.string().length(64).optional(),
  }),
  /** Signs the grant in force again, as it is, for longer. */
  renew: z.strictObject({
    ...sitePluginArgs,
    ...lifetimeArgs,
    /** Of the grant that was shown; signing another again is refused with CONFLICT. */
    jti: z.string().min(1).max(64).optional(),
  }),
  revoke: z.strictObject({
    ...sitePluginArgs,
    ...reasonArgs,
    /** Takes back these alone: the rest goes on under a narrower grant. */
    scopes: z.array(scopeSchema).min(1).max(50).optional(),
  }),
  listGrants: z.strictObject(siteArgs),
  /** Without a site: the deployment's own log. */
  audit: z.strictObject({ site: siteIdSchema.optional(), ...auditQuerySchema.shape }),
  logs: z.strictObject({ ...siteArgs, ...logQuerySchema.shape }),
  listTraces: z.strictObject({ ...siteArgs, ...traceQuerySchema.shape }),
  listRecordings: z.strictObject({ ...siteArgs, ...recordingQuerySchema.shape }),
  recording: z.strictObject({ ...siteArgs, invocation: z.string().min(1).max(500) }),
  retireKey: z.strictObject({ kid: z.string().min(1).max(64), ...reasonArgs }),
  /** Withdraws a version's code on every site at once. */
  yank: z.strictObject({
    plugin: pluginIdSchema,
    version: versionSchema,
    reason: z.string().min(1).max(500),
  }),
  createToken: z.strictObject({
    role: z.enum(ROLES),
    site: siteIdSchema.optional(),
    label: z.string().max(200).default(""),
    /** A sign-in token: it authenticates once. */
    singleUse: z.boolean().default(false),
    expiresInSeconds: z
      .number()
      .int()
      .min(1)
      .max(365 * 86_400)
      .optional(),
  }),
  /** Without a site: every token, which an operator alone may see. */
  listTokens: z.strictObject({ site: siteIdSchema.optional() }),
  /** What the watchdog of a local runtime has done. */
  reportIncident: incidentSchema,
  revokeToken: z.strictObject({ id: z.string().min(1).max(64), site: siteIdSchema.optional() }),
} as const satisfies Record<string, z.ZodType>;

export type AdminArguments = { [M in keyof typeof adminArguments]: z.input<(typeof adminArguments)[M]> };

/** What an import did: pages written and left alone, and the collections they belong to. */
export interface ImportReport {
  readonly created: number;
  readonly replaced: number;
  readonly skipped: number;
  readonly collections: Readonly<Record<string, number>>;
}

export interface PublishReport {
  readonly published: boolean;
  readonly page: string;
  readonly url: string | null;
  readonly outcome: GateOutcome;
}

/** A breaker that is not closed. From `retryAt` on it is half-open: one call decides. Times: ISO 8601, UTC. */
export interface BreakerStatus {
  readonly state: "open" | "half-open";
  /** Failed calls in a row, as far as they were counted. */
  readonly failures: number;
  readonly openedAt: string;
  readonly retryAt: string;
  readonly lastError: ErrorCode;
}

export interface PluginStatus {
  readonly plugin: string;
  readonly name: string;
  readonly version: string;
  readonly enabled: boolean;
  readonly position: number;
  readonly hooks: readonly HookName[];
  readonly scopes: { readonly asked: readonly Scope[]; readonly granted: readonly Scope[] };
  /** ISO 8601, UTC; null without a grant. */
  readonly expiresAt: string | null;
  /** Days that are left, once a warning is due; else null. */
  readonly expiresInDays: number | null;
  /** A version that waits for consent; `isWider`: it asks for more than the version that runs asked for. */
  readonly update: { readonly version: string; readonly heldAt: string; readonly isWider: boolean } | null;
  /** Why the watchdog switched it off; null where nobody but an admin did. */
  readonly stopped: InstalledPlugin["stopped"];
  /** Why it is not called for now; null while its breaker is closed. */
  readonly breaker: BreakerStatus | null;
  /** What stands between the plugin and its next call; `live` when nothing does. */
  readonly status: "live" | "needs-consent" | "expired" | "invalid" | "disabled" | "yanked";
}

export interface RegisteredVersion {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifest: string;
}

export interface GrantStatus {
  readonly plugin: string;
  readonly version: string;
  readonly jti: string;
  readonly scope: string;
  readonly authorization: readonly {
    readonly scope: Scope;
    readonly caveats: Readonly<Record<string, unknown>>;
  }[];
  readonly grantedBy: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Days that are left, once a warning is due; else null. */
  readonly expiresInDays: number | null;
  /** The jti of the grant that it continues, or null. */
  readonly continues: string | null;
  readonly status: "live" | "expired" | "revoked" | "invalid";
}

/** What a rollback would come to: the version, and the grant that it would have again until then. */
export interface RollbackProposal {
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
  readonly authorization: GrantStatus["authorization"];
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** An acknowledged rollback: nothing of the version before acts from the answer on. */
export interface Rollback extends RollbackProposal {
  readonly jti: string;
  readonly epoch: number;
  readonly drainedMs: number;
}

/** An acknowledged revocation: nothing minted under `jti` passes a guard from `revokedAt + drainedMs` on. */
export interface Revocation {
  readonly plugin: string;
  readonly jti: string;
  readonly revokedAt: string;
  readonly epoch: number;
  readonly drainedMs: number;
  /** The narrower grant in its place, where only some scopes were taken back; else null. */
  readonly replacedBy: string | null;
}

/** An acknowledged change: nothing acts on the state before it from the answer on. */
export interface Acknowledged {
  readonly plugin: string;
  /** False when it was so already. */
  readonly changed: boolean;
  readonly epoch: number;
  readonly drainedMs: number;
}

export interface PluginSettings {
  readonly plugin: string;
  /** What the plugin sees: the manifest's defaults under what was set. */
  readonly effective: JsonObject;
  readonly set: JsonObject;
}

export interface KeyStatus {
  readonly kid: string;
  readonly state: KeyState;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly retiredAt: string | null;
}

export interface YankReport {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly yankedAt: string;
  readonly drainedMs: number;
}

export interface TokenStatus {
  readonly id: string;
  readonly role: Role;
  readonly site: string | null;
  readonly label: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** What an admin's token opens; a viewer's answers only the methods that read. */
export interface AdminSession {
  whoAmI(): Promise<{ role: Role; site: string | null; label: string }>;
  /** Brings the databases to this version's schema; applied migrations are left alone. */
  migrate(): Promise<{ applied: readonly string[] }>;
  createSite(args: AdminArguments["createSite"]): Promise<SiteInfo>;
  listSites(): Promise<readonly SiteInfo[]>;
  importSeed(args: AdminArguments["importSeed"]): Promise<ImportReport>;
  /** Writes pages as they are, running no hooks: what a throwaway site is filled with. */
  putPages(args: AdminArguments["putPages"]): Promise<{ written: number }>;
  publish(args: AdminArguments["publish"]): Promise<PublishReport>;
  callHook(args: AdminArguments["callHook"]): Promise<HookOutcome>;
  /** One call of one plugin with its logs and its plain result, for authors. */
  runHook(args: AdminArguments["runHook"]): Promise<RunReport>;
  registerVersion(args: AdminArguments["registerVersion"]): Promise<RegisteredVersion>;
  listPlugins(args: AdminArguments["listPlugins"]): Promise<readonly PluginStatus[]>;
  install(args: AdminArguments["install"]): Promise<PluginStatus>;
  update(args: AdminArguments["update"]): Promise<UpdateReport>;
  describeRollback(args: AdminArguments["describeRollback"]): Promise<RollbackProposal>;
  /** What the version before had kept is found as it was, for a week. */
  rollback(args: AdminArguments["rollback"]): Promise<Rollback>;
  disable(args: AdminArguments["disable"]): Promise<Acknowledged>;
  enable(args: AdminArguments["enable"]): Promise<Acknowledged>;
  uninstall(args: AdminArguments["uninstall"]): Promise<Acknowledged>;
  /** Closes the breaker, so that the plugin is called again as soon as an isolate hears of it. */
  resetBreaker(args: AdminArguments["resetBreaker"]): Promise<Acknowledged>;
  /** What plugins keep on the site, by major version, and until when. */
  listData(args: AdminArguments["listData"]): Promise<readonly DataStatus[]>;
  /** A page of what a plugin keeps; while there is a cursor, more follows. */
  exportData(args: AdminArguments["exportData"]): Promise<DataPage>;
  /** @throws CONFLICT for what an enabled plugin uses */
  deleteData(args: AdminArguments["deleteData"]): Promise<ErasedData>;
  getPolicy(args: AdminArguments["getPolicy"]): Promise<SitePolicy>;
  setPolicy(args: AdminArguments["setPolicy"]): Promise<SitePolicy>;
  /** Answers all plugins in their new order. */
  setOrder(args: AdminArguments["setOrder"]): Promise<{ order: readonly string[] }>;
  getSettings(args: AdminArguments["getSettings"]): Promise<PluginSettings>;
  setSettings(args: AdminArguments["setSettings"]): Promise<PluginSettings>;
  describeConsent(args: AdminArguments["describeConsent"]): Promise<Consent>;
  dryRunGrant(args: AdminArguments["dryRunGrant"]): Promise<readonly DryRunResult[]>;
  grant(args: AdminArguments["grant"]): Promise<GrantStatus>;
  renew(args: AdminArguments["renew"]): Promise<GrantStatus>;
  revoke(args: AdminArguments["revoke"]): Promise<Revocation>;
  listGrants(args: AdminArguments["listGrants"]): Promise<readonly GrantStatus[]>;
  audit(args: AdminArguments["audit"]): Promise<AuditPage>;
  /** What a site's plugins have logged. */
  logs(args: AdminArguments["logs"]): Promise<LogPage>;
  /** What became of their calls. */
  listTraces(args: AdminArguments["listTraces"]): Promise<TracePage>;
  listRecordings(args: AdminArguments["listRecordings"]): Promise<RecordingPage>;
  /** @throws NOT_FOUND where nothing was recorded of that call, or not any more */
  recording(args: AdminArguments["recording"]): Promise<Recording>;
  /** Makes a new signing key; grants of the one before stay good until it is retired. */
  rotateKey(): Promise<KeyStatus>;
  /** From the answer on no grant that it signed is good. @throws CONFLICT for the current key */
  retireKey(args: AdminArguments["retireKey"]): Promise<KeyStatus & { drainedMs: number }>;
  listKeys(): Promise<readonly KeyStatus[]>;
  /** The databases for plugins, and whose each is. */
  listPool(): Promise<readonly PoolDatabase[]>;
  yank(args: AdminArguments["yank"]): Promise<YankReport>;
  createToken(args: AdminArguments["createToken"]): Promise<TokenStatus & { token: string }>;
  listTokens(args: AdminArguments["listTokens"]): Promise<readonly TokenStatus[]>;
  /** From the answer on, sessions that the token opened are refused. */
  revokeToken(args: AdminArguments["revokeToken"]): Promise<{ revoked: boolean; drainedMs: number }>;
  /** Switches the culprits off, each on its site, and writes it down; for the watchdog of a local runtime. */
  reportIncident(args: AdminArguments["reportIncident"]): Promise<{ stopped: number }>;
}

/** What a core token opens: the hooks of its one site. */
export interface CoreSession extends HooksApi {
  /** Registers core's content for the calls of this session; the newest registration counts. */
  registerContent(content: ContentSource): Promise<void>;
}

/** The capnweb root. */
export interface Root {
  health(): Promise<{ ok: true; version: string }>;
  authenticate(token: string): Promise<AdminSession | CoreSession>;
}

/** A token as it is presented: bounded before it is hashed. */
export const presentedTokenSchema = z.string().min(16).max(MAX_GRANT_BYTES);
