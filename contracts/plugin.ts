// Types for plugin authors: `export default { … } satisfies Plugin<"read:pages" | "write:kv">`.
// Types only; nothing here is needed at run time, and nothing here grants anything.

import type { HookEvent, HookName, Issue } from "./hooks.ts";
import type { CheckedPatch, Dropped, HtmlPatch } from "./html-patch.ts";
import type { HookContext } from "./invocation.ts";
import type { JsonObject } from "./json.ts";
import type { Page, PageList, PageSummary } from "./page.ts";
import type { Scope } from "./scopes.ts";

export type {
  CheckedPatch,
  Dropped,
  HookName,
  HtmlPatch,
  Issue,
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

/** write:kv: Workers KV's own signatures over the plugin's own keys. */
export interface KvWriteApi {
  put(
    key: string,
    value: string | ArrayBuffer | ArrayBufferView | ReadableStream,
    options?: { expiration?: number; expirationTtl?: number; metadata?: unknown },
  ): Promise<void>;
  delete(key: string): Promise<void>;
}

/** transform:html: checks and applies patches. */
export interface HtmlApi {
  /** The sanitised patch to return from `renderHtml`, with what was dropped from it. */
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

type Has<S extends Scope, Wanted extends Scope, Api> = Wanted extends S ? Api : unknown;
type Without<S extends Scope, Wanted extends Scope> = Extract<S, Wanted> extends never ? never : true;

/** What every plugin has, whatever its scopes. */
interface BaseApi<S extends Scope> {
  readonly log: LogApi;
  /** True when the scope is in effect in this call. */
  can(scope: S): boolean;
}

/** `api`, with exactly what the scopes `S` give. */
export type Api<S extends Scope> = BaseApi<S> &
  Has<S, "read:pages", { readonly pages: PagesApi; getPage(id: string): Promise<Page | null> }> &
  (Without<S, "read:kv" | "write:kv"> extends never
    ? unknown
    : { readonly kv: Has<S, "read:kv", KvReadApi> & Has<S, "write:kv", KvWriteApi> }) &
  Has<
    S,
    "transform:html",
    { readonly html: HtmlApi; transformHtml(html: string, patch: HtmlPatch): Promise<CheckedPatch> }
  >;

type PublishIds = "api" | "pageId" | "collection" | "slug" | "locale" | "isUpdate";

/** Fields that need read:pages are absent without it. */
type Covered<S extends Scope, Event, Free extends keyof Event> = "read:pages" extends S
  ? Event
  : Pick<Event, Free>;

interface SearchHit {
  id: string;
  score: number;
}

/** The event of each hook, minimised by the scopes `S`. */
export interface PluginEvents<S extends Scope> {
  beforePublish: Covered<S, HookEvent<"beforePublish">, PublishIds>;
  afterPublish: Covered<S, HookEvent<"afterPublish">, PublishIds>;
  renderHtml: Covered<S, HookEvent<"renderHtml">, "api" | "pageId" | "url" | "path" | "locale" | "kind">;
  onSearch: {
    api: 1;
    query: string;
    locale: string;
    results: ("read:pages" extends S ? SearchHit & Partial<PageSummary> : SearchHit)[];
  };
  onSchedule: HookEvent<"onSchedule">;
}

export type GateResult = boolean | { allow: boolean; issues?: Issue[] };
export type RankResult = { order?: string[]; boosts?: Record<string, number>; hide?: string[] };
/** `afterMs`: milliseconds until the next call, at most a day; `cursor` comes back in its event. */
export type NotifyResult = { again?: { afterMs: number; cursor?: unknown } };
type Nothing = null | undefined | void;

interface PluginResults {
  beforePublish: GateResult;
  afterPublish: NotifyResult | Nothing;
  renderHtml: HtmlPatch | Nothing;
  onSearch: RankResult | Nothing;
  onSchedule: NotifyResult | Nothing;
}

export interface PluginContext<Settings = Record<string, unknown>>
  extends Omit<HookContext, "settings" | "scopes"> {
  readonly settings: Settings;
}

/** What a hook is called with. */
export interface HookArguments<S extends Scope, H extends HookName, Settings = Record<string, unknown>> {
  readonly data: PluginEvents<S>[H];
  readonly context: PluginContext<Settings>;
  readonly api: Api<S>;
}

type GrantedHooks<S extends Scope> = { [H in HookName]: `hook:${H}` extends S ? H : never }[HookName];
type MaybePromise<T> = T | Promise<T>;

type HookMethods<S extends Scope, Settings> = {
  [H in GrantedHooks<S>]?: (args: HookArguments<S, H, Settings>) => MaybePromise<PluginResults[H]>;
};

type SingleHook<S extends Scope, Settings> = {
  hook(args: {
    readonly data: PluginEvents<S>[GrantedHooks<S>];
    readonly context: PluginContext<Settings>;
    readonly api: Api<S>;
  }): MaybePromise<PluginResults[GrantedHooks<S>] | Nothing>;
};

/**
 * A plugin: hooks by name, or one `hook` that gets every hook it subscribes to.
 * Write the declared scopes as the type parameter; a call outside them does not compile.
 *
 * @example
 * export default {
 *   async beforePublish({ data, api }) {
 *     await api.kv.put("last", data.pageId);
 *     return data.title.length >= 10;
 *   },
 * } satisfies Plugin<"hook:beforePublish" | "read:pages" | "write:kv">;
 */
export type Plugin<S extends Scope, Settings = Record<string, unknown>> =
  | HookMethods<S, Settings>
  | SingleHook<S, Settings>;
