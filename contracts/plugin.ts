// Types for plugin authors: `export default { … } satisfies Plugin<"read:pages" | "write:kv">`.
// Types only; nothing here is needed at run time, and nothing here grants anything.
import type { HookEvent, HookName, Issue, PluginMethod } from "./hooks.ts";
import type { CheckedPatch, Dropped, HtmlPatch } from "./html-patch.ts";
import type { HookContext } from "./invocation.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Page, PageList, PageSummary } from "./page.ts";
import type { Scope } from "./scopes.ts";

export type {
  CheckedPatch,
  Dropped,
  HookName,
  HtmlPatch,
  Issue,
  Json,
  JsonObject,
  Page,
  PageList,
  PageSummary,
  Scope,
};

/** Thrown by a call whose scope, or whose caveats, do not cover it. Check `error.name === "PermissionDenied"`. */
export interface PermissionDeniedError extends Error {
  name: "PermissionDenied";
  code: "PERMISSION_DENIED";
  scope: Scope;
}

/** read:pages: published pages, and the event's own page during its call. */
export interface PagesApi {
  /** A page by id or `collection/slug`; null when there is none. */
  get(id: string): Promise<Page | null>;
  /** Published pages, newest first; at most 100 at once, 20 unless asked. */
  list(options?: { collection?: string; limit?: number; cursor?: string }): Promise<PageList>;
}

/** How `get` decodes a value, as in Workers KV. */
export type KvType = "text" | "json" | "arrayBuffer" | "stream";

export interface KvEntry<Value, Metadata> {
  value: Value | null;
  metadata: Metadata | null;
}

/** read:kv: Workers KV's own signatures over the plugin's own keys. */
export interface KvReadApi {
  get(key: string, type?: "text" | { type?: "text" }): Promise<string | null>;
  get<T = unknown>(key: string, type: "json" | { type: "json" }): Promise<T | null>;
  get(key: string, type: "arrayBuffer" | { type: "arrayBuffer" }): Promise<ArrayBuffer | null>;
  get(key: string, type: "stream" | { type: "stream" }): Promise<ReadableStream | null>;
  getWithMetadata<M = unknown>(key: string, type?: "text" | { type?: "text" }): Promise<KvEntry<string, M>>;
  getWithMetadata<T = unknown, M = unknown>(
    key: string,
    type: "json" | { type: "json" },
  ): Promise<KvEntry<T, M>>;
  getWithMetadata<M = unknown>(
    key: string,
    type: "arrayBuffer" | { type: "arrayBuffer" },
  ): Promise<KvEntry<ArrayBuffer, M>>;
  list<M = unknown>(options?: { prefix?: string; limit?: number; cursor?: string }): Promise<KvListResult<M>>;
}

/** One answer of `kv.list`: at most 1,000 keys; `cursor` is there while more follow. */
export type KvListResult<Metadata = unknown> = {
  keys: { name: string; expiration?: number; metadata?: Metadata }[];
} & ({ list_complete: true } | { list_complete: false; cursor: string });

/**
 * write:kv: Workers KV's own signatures over the plugin's own keys: at most 10,000 of them and 64 MiB in all, unless the
 * admin says otherwise; past that `put` throws `QUOTA_EXCEEDED`.
 */
export interface KvWriteApi {
  put(
    key: string,
    value: string | ArrayBuffer | ArrayBufferView | ReadableStream,
    options?: { expiration?: number; expirationTtl?: number; metadata?: unknown },
  ): Promise<void>;
  delete(key: string): Promise<void>;
}

/** What D1 binds; `undefined`, objects and bigint are a D1_TYPE_ERROR. Bytes come back as arrays of numbers. */
export type DbValue = string | number | boolean | null | ArrayBuffer | ArrayBufferView | number[];

/** D1's account of one statement; `duration` and `timings` are D1's own. */
export interface DbMeta {
  duration: number;
  changes: number;
  last_row_id: number;
  changed_db: boolean;
  /** Bytes of the database after it. */
  size_after: number;
  rows_read: number;
  rows_written: number;
}

export interface DbResult<Row = Record<string, unknown>> {
  success: true;
  meta: DbMeta & Record<string, unknown>;
  results: Row[];
}

/** A statement, as D1 prepares it; nothing is sent before one of the last four is called. */
export interface DbStatement {
  bind(...values: DbValue[]): DbStatement;
  first<Row = Record<string, unknown>>(): Promise<Row | null>;
  first<Value = unknown>(column: string): Promise<Value | null>;
  all<Row = Record<string, unknown>>(): Promise<DbResult<Row>>;
  run<Row = Record<string, unknown>>(): Promise<DbResult<Row>>;
  raw<Row extends unknown[] = unknown[]>(options?: { columnNames?: false }): Promise<Row[]>;
  raw<Row extends unknown[] = unknown[]>(options: { columnNames: true }): Promise<[string[], ...Row[]]>;
}

/** use:db: D1's own API over the plugin's own database. */
export interface DbApi {
  prepare(sql: string): DbStatement;
  /** One transaction: all statements, or none. */
  batch<Row = Record<string, unknown>>(statements: DbStatement[]): Promise<DbResult<Row>[]>;
  /** Each line is a statement. */
  exec(sql: string): Promise<{ count: number; duration: number }>;
}

/** transform:html: checks and applies patches. */
export interface HtmlApi {
  /** The sanitised patch, to return from `renderHtml`, with what was dropped from it. */
  transform(patch: HtmlPatch): Promise<CheckedPatch>;
  /** The patched HTML, to look at. */
  apply(html: string, patch: HtmlPatch): Promise<string>;
}

/** Reaches the site's plugin log; synchronous. */
export interface LogApi {
  debug(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

type KvScope = "read:kv" | "write:kv";
type OrUndefined<Shape> = { [K in keyof Shape]: Shape[K] | undefined };

/** `Shape` where its scope is declared; `| undefined` by member where it is optional; nothing elsewhere. */
type Gated<S extends Scope, O extends Scope, Wanted extends Scope, Shape> = [Wanted] extends [S]
  ? Shape
  : [Wanted] extends [O]
    ? OrUndefined<Shape>
    : unknown;

type KvMethods<S extends Scope, O extends Scope> = Gated<S, O, "read:kv", KvReadApi> &
  Gated<S, O, "write:kv", KvWriteApi>;

/** `kv` itself is there as soon as one of its scopes is; with optional ones alone it may be missing whole. */
type KvMember<S extends Scope, O extends Scope> = [Extract<S, KvScope>] extends [never]
  ? [Extract<O, KvScope>] extends [never]
    ? unknown
    : { readonly kv: ([KvScope] extends [O] ? KvMethods<never, O> : KvMethods<O, never>) | undefined }
  : { readonly kv: KvMethods<S, O> };

interface PagesMember {
  readonly pages: PagesApi;
  /** `pages.get`, by its short name. */
  getPage(id: string): Promise<Page | null>;
}

interface DbMember {
  readonly db: DbApi;
}

interface HtmlMember {
  readonly html: HtmlApi;
  /** `html.transform` by its short name, for those who have the document at hand; it is not changed. */
  transformHtml(html: string, patch: HtmlPatch): Promise<CheckedPatch>;
}

/** What every plugin has, whatever its scopes. */
interface BaseApi<S extends Scope, O extends Scope> {
  readonly log: LogApi;
  /** True when the scope is in effect in this call; synchronous. */
  can(scope: S): boolean;
  /** For an optional scope, also tells the compiler: what hangs on it is there. */
  can<Wanted extends O>(scope: Wanted): this is Api<S | Wanted, Exclude<O, Wanted>>;
}

/** `api`, with exactly what the scopes `S` give, and perhaps what the optional ones `O` do. */
export type Api<S extends Scope, O extends Scope = never> = BaseApi<S, O> &
  Gated<S, O, "read:pages", PagesMember> &
  KvMember<S, O> &
  Gated<S, O, "use:db", DbMember> &
  Gated<S, O, "transform:html", HtmlMember>;

/**
 * An event without the fields that need read:pages, unless it is declared. An admin may narrow the scope to some
 * collections: events of the others carry ids alone, whatever the type says.
 */
type Covered<S extends Scope, O extends Scope, Event, Free extends keyof Event> = ["read:pages"] extends [S]
  ? Event
  : Pick<Event, Free> & (["read:pages"] extends [O] ? Partial<Omit<Event, Free>> : unknown);

type PublishIds = "api" | "pageId" | "collection" | "slug" | "locale" | "isUpdate";
type RenderIds = "api" | "pageId" | "url" | "path" | "locale" | "kind";
type SearchEvent = HookEvent<"onSearch">;

/** The event of each hook, minimised by the scopes. */
export interface PluginEvents<S extends Scope, O extends Scope = never> {
  beforePublish: Covered<S, O, HookEvent<"beforePublish">, PublishIds>;
  afterPublish: Covered<S, O, HookEvent<"afterPublish">, PublishIds | "cursor">;
  renderHtml: Covered<S, O, HookEvent<"renderHtml">, RenderIds>;
  onSearch: Omit<SearchEvent, "results"> & {
    results: Covered<S, O, SearchEvent["results"][number], "id" | "score">[];
  };
  onSchedule: HookEvent<"onSchedule">;
}

/** `allow` alone decides; issues inform. */
export type GateResult = boolean | { allow: boolean; issues?: Issue[] };
/** `order` comes first, the rest keep their place; `boosts` multiply scores, by id. */
export type RankResult = { order?: string[]; boosts?: Record<string, number>; hide?: string[] };
/** `afterMs`: milliseconds until the next call, at most a day; `cursor` comes back in its event. */
export type NotifyResult = { again?: { afterMs: number; cursor?: Json } };
type Nothing = null | undefined | void;

/** What each hook may return. */
export interface PluginResults {
  beforePublish: GateResult;
  afterPublish: NotifyResult | Nothing;
  renderHtml: HtmlPatch | Nothing;
  onSearch: RankResult | Nothing;
  onSchedule: NotifyResult | Nothing;
}

export interface PluginContext<Settings = Record<string, unknown>, H extends PluginMethod = HookName>
  extends Omit<HookContext, "hook" | "settings" | "scopes" | "missing"> {
  readonly hook: H;
  /** The defaults of plugin.json, and over them what the admin set. */
  readonly settings: Readonly<Settings>;
}

/** What a hook is called with; for several hooks at once, one variant each. */
export type HookArguments<
  S extends Scope,
  H extends HookName,
  Settings = Record<string, unknown>,
  O extends Scope = never,
> = {
  [Hook in H]: {
    readonly data: PluginEvents<S, O>[Hook];
    readonly context: PluginContext<Settings, Hook>;
    readonly api: Api<S, O>;
  };
}[H];

/** The database of the version before: statements that read, one in each, without a semicolon. */
export type DbReadApi = Pick<DbApi, "prepare" | "batch">;

/** What the version before had kept, to read; each part hangs on the scope that it hangs on in `api`. */
export type FormerState<S extends Scope, O extends Scope = never> = {
  /** Of the version whose state it is, such as `1.4.0`. */
  readonly version: string;
} & (["read:kv"] extends [S]
  ? { readonly kv: KvReadApi }
  : ["read:kv"] extends [O]
    ? { readonly kv: KvReadApi | undefined }
    : unknown) &
  (["use:db"] extends [S]
    ? { readonly db: DbReadApi }
    : ["use:db"] extends [O]
      ? { readonly db: DbReadApi | undefined }
      : unknown);

/** What `migrate` is called with: the old state to read, and this version's own, which starts empty. */
export interface MigrateArguments<
  S extends Scope,
  Settings = Record<string, unknown>,
  O extends Scope = never,
> {
  readonly from: FormerState<S, O>;
  readonly context: PluginContext<Settings, "migrate">;
  readonly api: Api<S, O>;
}

/** The hooks that the scopes `S` admit. */
export type HooksOf<S extends Scope> = { [H in HookName]: `hook:${H}` extends S ? H : never }[HookName];

type MaybePromise<T> = T | Promise<T>;

/**
 * Called once when a version goes live in a higher major than the one before, which is not called meanwhile. Where it
 * throws, that one stays; so it may be called again, and finds what it wrote before.
 */
interface WithMigrate<S extends Scope, Settings, O extends Scope> {
  migrate?: (args: MigrateArguments<S, Settings, O>) => MaybePromise<unknown>;
}

/** Hooks by name; `hook` beside them would never be called. */
type NamedHooks<S extends Scope, Settings, O extends Scope> = {
  [H in HooksOf<S | O>]?: (args: HookArguments<S, H, Settings, O>) => MaybePromise<PluginResults[H]>;
} & { hook?: never };

/** One `hook` for all; `context.hook` says which, and `"results" in data` and the like narrow the event. */
type SingleHook<S extends Scope, Settings, O extends Scope> = {
  hook(args: HookArguments<S, HooksOf<S | O>, Settings, O>): MaybePromise<PluginResults[HooksOf<S | O>]>;
} & { [H in HookName]?: never };

/**
 * A plugin: hooks by name, or one `hook` that gets every hook it subscribes to.
 * The first parameter is the scopes that plugin.json declares; a call outside them does not compile. The
 * second types `context.settings`. The third is the optional scopes: what hangs on them may be undefined.
 *
 * @example
 * export default {
 *   async beforePublish({ data, api }) {
 *     await api.kv.put("last", data.pageId);
 *     return data.title.length >= 10;
 *   },
 * } satisfies Plugin<"hook:beforePublish" | "read:pages" | "write:kv">;
 */
export type Plugin<S extends Scope, Settings = Record<string, unknown>, Optional extends Scope = never> =
  | (NamedHooks<S, Settings, Optional> & WithMigrate<S, Settings, Optional>)
  | (SingleHook<S, Settings, Optional> & WithMigrate<S, Settings, Optional>);
