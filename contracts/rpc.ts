// The RPC interfaces of the server: the Hooks entrypoint, and the sessions behind /rpc, with their arguments.
// Types are not validation: every method parses its arguments with the schemas that stand beside it.
import { z } from "zod";
import { caveatsSchema } from "./caveats.ts";
import { type HookEventInput, type HookName, hookSchema } from "./hooks.ts";
import { pluginIdSchema, siteIdSchema, versionSchema } from "./ids.ts";
import { MAX_BUNDLE_BYTES, MAX_GRANT_BYTES, MAX_GRANT_LIFETIME_SECONDS, MAX_SEED_BYTES } from "./limits.ts";
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
import { type Risk, type Scope, scopeSchema } from "./scopes.ts";
import type { SiteInfo } from "./site.ts";

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

/** Roles of a token (docs/permissions.md, «Who is who»); operator and author belong to the deployment. */
export const ROLES = ["operator", "admin", "viewer", "core"] as const;
export type Role = (typeof ROLES)[number];

const siteArgs = { site: siteIdSchema };
const sitePluginArgs = { ...siteArgs, plugin: pluginIdSchema };
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
  }),
  listPlugins: z.strictObject(siteArgs),
  install: z.strictObject({ ...sitePluginArgs, version: versionSchema.optional() }),
  describeConsent: z.strictObject({ ...sitePluginArgs, ...grantTerms }),
  grant: z.strictObject({
    ...sitePluginArgs,
    ...grantTerms,
    expiresInSeconds: z.number().int().min(1).max(MAX_GRANT_LIFETIME_SECONDS).optional(),
    /** The digest of the consent that was shown; signing anything else is refused with CONFLICT. */
    consent: z.string().length(64).optional(),
  }),
  revoke: z.strictObject(sitePluginArgs),
  listGrants: z.strictObject(siteArgs),
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
  revokeToken: z.strictObject({ id: z.string().min(1).max(64) }),
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

export interface PluginStatus {
  readonly plugin: string;
  readonly name: string;
  readonly version: string;
  readonly enabled: boolean;
  readonly position: number;
  readonly hooks: readonly HookName[];
  readonly scopes: { readonly asked: readonly Scope[]; readonly granted: readonly Scope[] };
  /** What stands between the plugin and its next call; `live` when nothing does. */
  readonly status: "live" | "needs-consent" | "expired" | "invalid" | "disabled";
}

export interface RegisteredVersion {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifest: string;
}

export interface ConsentLine {
  readonly scope: Scope;
  readonly risk: Risk;
  readonly text: string;
  readonly reason: string;
}

/** What an admin is shown before signing; `digest` is what `cns` will hold. */
export interface Consent {
  readonly plugin: string;
  readonly name: string;
  readonly version: string;
  readonly lines: readonly ConsentLine[];
  /** Scopes against the grant in force: added, removed, kept with other caveats. */
  readonly difference: {
    readonly added: readonly Scope[];
    readonly removed: readonly Scope[];
    readonly changed: readonly Scope[];
  };
  readonly digest: string;
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
  readonly status: "live" | "expired" | "revoked" | "invalid";
}

/** An acknowledged revocation: nothing minted under `jti` passes a guard from `revokedAt + drainedMs` on. */
export interface Revocation {
  readonly plugin: string;
  readonly jti: string;
  readonly revokedAt: string;
  readonly epoch: number;
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
  describeConsent(args: AdminArguments["describeConsent"]): Promise<Consent>;
  grant(args: AdminArguments["grant"]): Promise<GrantStatus>;
  revoke(args: AdminArguments["revoke"]): Promise<Revocation>;
  listGrants(args: AdminArguments["listGrants"]): Promise<readonly GrantStatus[]>;
  createToken(args: AdminArguments["createToken"]): Promise<TokenStatus & { token: string }>;
  listTokens(): Promise<readonly TokenStatus[]>;
  revokeToken(args: AdminArguments["revokeToken"]): Promise<{ revoked: boolean }>;
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
