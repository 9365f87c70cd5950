// What the types of `emgate/plugin` promise to an author, checked by `tsc -p .` itself and never run.
// `@ts-expect-error` is the test: tsc fails when the line below it compiles.
import type {
  Api,
  CheckedPatch,
  FormerState,
  HookArguments,
  HooksOf,
  Json,
  NotifyResult,
  Page,
  PageList,
  Plugin,
  PluginEvents,
  PluginResults,
} from "emgate/plugin";

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Identical types, `any` only with itself: the compiler compares deferred conditionals for identity. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Expect<T extends true> = T;
type Not<T extends boolean> = T extends true ? false : true;

interface Limits {
  minTitle: number;
  greeting: string;
}

// Each capability needs its scope.
export const gate = {
  async beforePublish({ data, context, api }) {
    await api.kv.put("last", data.pageId, { expirationTtl: 60, metadata: { at: context.deadline } });
    // @ts-expect-error read:kv is not declared
    await api.kv.get("last");
    // @ts-expect-error read:pages is not declared
    await api.pages.get(data.pageId);
    // @ts-expect-error nor by its short name
    await api.getPage(data.pageId);
    // @ts-expect-error transform:html is not declared
    await api.html.transform({ appendHead: "" });
    // @ts-expect-error nor by its short name
    await api.transformHtml("<p>", { appendHead: "" });
    // @ts-expect-error nothing reaches the network
    await api.fetch("https://example.com");
    api.log.info("seen", data);
    // @ts-expect-error a log line is not a promise
    api.log.info("seen").then();
    // @ts-expect-error fields of the page need read:pages
    data.title.at(0);
    // @ts-expect-error so does the page's previous version
    data.previous?.title.at(0);
    const may: boolean = api.can("write:kv");
    // @ts-expect-error only declared scopes can be asked for
    api.can("read:pages");
    // @ts-expect-error settings are unknown until they are typed
    context.settings.minTitle?.toFixed();
    return may;
  },
} satisfies Plugin<"hook:beforePublish" | "write:kv">;

export const reader = {
  async beforePublish({ data, api, context }) {
    const text: string | null = await api.kv.get("last");
    const parsed: { at: number } | null = await api.kv.get<{ at: number }>("last", "json");
    const listed = await api.kv.list({ prefix: "a/" });
    if (!listed.list_complete) listed.cursor.at(0);
    // @ts-expect-error write:kv is not declared
    await api.kv.put("last", data.title);
    const page: Page | null = await api.pages.get(data.pageId);
    const pages: PageList = await api.pages.list({ collection: "posts", limit: 10 });
    // @ts-expect-error write:pages is not declared
    api.pages.update("id", {});
    const minimum: number = context.settings.minTitle;
    // @ts-expect-error settings are what the admin set, not the plugin's to change
    context.settings.minTitle = 3;
    // @ts-expect-error a setting that is not in the schema
    context.settings.maxTitle;
    const sum = data.title.length + (text?.length ?? 0) + (parsed?.at ?? 0) + pages.pages.length;
    return { allow: page !== null && sum > minimum, issues: [{ severity: "warning", message: "short" }] };
  },
} satisfies Plugin<"hook:beforePublish" | "read:kv" | "read:pages", Limits>;

// A hook needs its scope, and returns what its mode takes.
export const extra = {
  beforePublish: () => true,
  // @ts-expect-error hook:onSearch is not declared
  onSearch: () => undefined,
} satisfies Plugin<"hook:beforePublish">;

export const unknownKey = {
  beforePublish: () => true,
  // @ts-expect-error a plugin has no other keys
  helper: () => 1,
} satisfies Plugin<"hook:beforePublish">;

export const wrongGate = {
  // @ts-expect-error a gate answers
  async beforePublish() {},
} satisfies Plugin<"hook:beforePublish">;

export const wrongSeverity = {
  // @ts-expect-error there is no such severity
  beforePublish: () => ({ allow: true, issues: [{ severity: "fatal", message: "no" }] }),
} satisfies Plugin<"hook:beforePublish">;

export const wrongPatch = {
  // @ts-expect-error a patch has no such slot
  renderHtml: () => ({ appendFoot: "<p>" }),
} satisfies Plugin<"hook:renderHtml">;

export const wrongCursor = {
  // @ts-expect-error a cursor is plain JSON
  onSchedule: () => ({ again: { afterMs: 1, cursor: () => 1 } }),
} satisfies Plugin<"hook:onSchedule">;

export const nothing = {
  renderHtml() {},
  async onSearch() {},
  afterPublish: () => null,
  onSchedule: async ({ data }) => ({ again: { afterMs: 1_000, cursor: { after: data.cron } } }),
} satisfies Plugin<"hook:renderHtml" | "hook:onSearch" | "hook:afterPublish" | "hook:onSchedule">;

export const search = {
  onSearch({ data }) {
    const boosts: Record<string, number> = {};
    for (const { id, title, score } of data.results) if (title?.includes(data.query)) boosts[id] = score;
    return { boosts };
  },
} satisfies Plugin<"hook:onSearch" | "read:pages">;

export const blindSearch = {
  onSearch({ data }) {
    // @ts-expect-error a result's fields need read:pages
    return { hide: data.results.filter(({ title }) => title === "").map(({ id }) => id) };
  },
} satisfies Plugin<"hook:onSearch">;

// One `hook` for all: the event is a union, and the fields it has tell which it is.
export const single = {
  async hook({ context, data, api }) {
    type _Hook = Expect<Equal<typeof context.hook, "beforePublish" | "onSearch">>;
    await api.kv.put("hook", context.hook);
    if ("results" in data) return { order: data.results.map(({ id }) => id) };
    // @ts-expect-error narrowed to beforePublish, which has no query
    data.query.at(0);
    return data.pageId !== "";
  },
} satisfies Plugin<"hook:beforePublish" | "hook:onSearch" | "write:kv">;

export const wrongSingle = {
  // @ts-expect-error neither a gate's answer nor a patch
  hook: () => ({ order: [] }),
} satisfies Plugin<"hook:beforePublish" | "hook:renderHtml">;

// @ts-expect-error hooks by name beside `hook` would never be called
export const both: Plugin<"hook:beforePublish"> = { hook: () => true, beforePublish: () => true };

// What hangs on an optional scope may be missing, until `api.can` says that it is there.
export const optional = {
  async beforePublish({ data, api }) {
    // @ts-expect-error kv may be missing
    await api.kv.put("last", data.pageId);
    await api.kv?.put("last", data.pageId);
    // @ts-expect-error read:pages may be missing
    await api.getPage(data.pageId);
    await api.getPage?.(data.pageId);
    await api.pages?.get(data.pageId);
    const title: string | undefined = data.title;
    if (api.can("write:kv")) await api.kv.put("last", title ?? data.slug);
    if (!api.can("write:kv")) return api.can("hook:beforePublish");
    await api.kv.put("again", data.slug);
    return true;
  },
  // An optional hook may be written; it is called where it is granted.
  onSchedule: () => undefined,
} satisfies Plugin<"hook:beforePublish", Limits, "write:kv" | "read:pages" | "hook:onSchedule">;

export const optionalWrite = {
  async onSchedule({ api }) {
    const seen = await api.kv.get("seen");
    // @ts-expect-error put may be missing where get is not
    await api.kv.put("seen", seen ?? "");
    await api.kv.put?.("seen", seen ?? "");
  },
} satisfies Plugin<"hook:onSchedule" | "read:kv", Limits, "write:kv">;

export const optionalBoth = {
  async onSchedule({ api }) {
    const seen = await api.kv?.get?.("seen");
    // @ts-expect-error either may be there without the other
    await api.kv?.put("seen", seen ?? "");
  },
} satisfies Plugin<"hook:onSchedule", Limits, "read:kv" | "write:kv">;

export const keeper = {
  async onSchedule({ api }) {
    const statement = api.db
      .prepare("SELECT id, title FROM pages WHERE at > ?")
      .bind(1, "a", null, true, new Uint8Array());
    // @ts-expect-error D1 binds no undefined
    statement.bind(undefined);
    // @ts-expect-error nor objects
    statement.bind({});
    // @ts-expect-error nor bigint
    statement.bind(1n);
    // @ts-expect-error nor dates
    statement.bind(new Date());
    const { results, meta } = await statement.all<{ id: number; title: string }>();
    const first: { id: number } | null = await statement.first<{ id: number }>();
    const title: string | null = await statement.first<string>("title");
    const rows: [number, string][] = await statement.raw<[number, string]>();
    const [names] = await statement.raw({ columnNames: true });
    const [result] = await api.db.batch([statement, api.db.prepare("SELECT 1")]);
    const { count } = await api.db.exec("DELETE FROM pages");
    // @ts-expect-error a batch takes statements, not their text
    await api.db.batch(["SELECT 1"]);
    // @ts-expect-error rows are unknown until they are typed
    result?.results[0]?.title.at(0);
    type _Rows = Expect<Equal<typeof results, { id: number; title: string }[]>>;
    type _Names = Expect<Equal<typeof names, string[]>>;
    await api.kv.put("seen", [title, first?.id, rows.length, count + meta.changes].join(" "));
  },
} satisfies Plugin<"hook:onSchedule" | "use:db" | "write:kv">;

export const withoutDatabase = {
  async onSchedule({ api }) {
    // @ts-expect-error use:db is not declared
    api.db.prepare("SELECT 1");
  },
} satisfies Plugin<"hook:onSchedule">;

export const optionalDatabase = {
  async onSchedule({ api }) {
    // @ts-expect-error the database may be missing
    api.db.prepare("SELECT 1");
    await api.db?.exec("SELECT 1");
    if (api.can("use:db")) await api.db.exec("SELECT 1");
  },
} satisfies Plugin<"hook:onSchedule", Limits, "use:db">;

// The state of the version before: read, part by part as scopes are declared.
export const mover = {
  beforePublish: () => true,
  async migrate({ from, context, api }) {
    const version: string = from.version;
    const hook: "migrate" = context.hook;
    const text: string | null = await from.kv.get(version);
    // @ts-expect-error what the version before had kept is not written
    await from.kv.put("a", "b");
    // @ts-expect-error nor is its database
    await from.db.exec("DELETE FROM pages");
    const rows = await from.db.prepare("SELECT id FROM pages").raw<[number]>();
    await api.kv.put(hook, `${text} ${rows.length} ${context.settings.greeting}`);
    // @ts-expect-error there is no event
    context.data;
  },
} satisfies Plugin<"hook:beforePublish" | "read:kv" | "use:db" | "write:kv", Limits>;

export const moverWithoutScopes = {
  hook: () => undefined,
  async migrate({ from }) {
    // @ts-expect-error read:kv is not declared
    await from.kv.get("a");
    // @ts-expect-error use:db is not declared
    from.db.prepare("SELECT 1");
  },
} satisfies Plugin<"hook:onSchedule" | "write:kv">;

export const optionalMover = {
  async migrate({ from }) {
    // @ts-expect-error the database may be missing
    from.db.prepare("SELECT 1");
    await from.db?.prepare("SELECT 1").all();
    await from.kv?.list();
  },
} satisfies Plugin<"hook:onSchedule", Limits, "read:kv" | "use:db">;

export const wrongMover = {
  // @ts-expect-error migrate is called with `from`, not with an event
  migrate: ({ data }: { data: string }) => data,
} satisfies Plugin<"hook:onSchedule">;

// Nothing an author touches is `any`.
type All = Api<"read:pages" | "read:kv" | "write:kv" | "use:db" | "transform:html">;
type Search = PluginEvents<"read:pages">["onSearch"]["results"][number];
export type Assertions = [
  Expect<Equal<HooksOf<"hook:onSearch" | "read:kv">, "onSearch">>,
  Expect<Equal<HooksOf<"read:kv">, never>>,
  Expect<Equal<keyof Api<never>, "log" | "can">>,
  Expect<Equal<keyof Api<"write:kv">, "log" | "can" | "kv">>,
  Expect<Equal<keyof Api<"write:kv">["kv"], "put" | "delete">>,
  Expect<Equal<keyof Api<"read:kv">["kv"], "get" | "getWithMetadata" | "list">>,
  Expect<Equal<keyof All, "log" | "can" | "pages" | "getPage" | "kv" | "db" | "html" | "transformHtml">>,
  Expect<Equal<keyof Api<"use:db">["db"], "prepare" | "batch" | "exec">>,
  Expect<Not<IsAny<Awaited<ReturnType<ReturnType<All["db"]["prepare"]>["all"]>>["results"][number]>>>,
  Expect<Equal<keyof FormerState<never>, "version">>,
  Expect<Equal<keyof FormerState<"read:kv" | "use:db">, "version" | "kv" | "db">>,
  Expect<Equal<keyof FormerState<"read:kv">["kv"], "get" | "getWithMetadata" | "list">>,
  Expect<Equal<keyof FormerState<"use:db">["db"], "prepare" | "batch">>,
  Expect<Equal<keyof PluginEvents<never>["onSearch"]["results"][number], "id" | "score">>,
  Expect<Equal<Search["title"], string | undefined>>,
  Expect<Equal<PluginEvents<"read:pages">["beforePublish"]["previous"], Page | null>>,
  Expect<Equal<PluginEvents<never>["renderHtml"]["pageId"], string | null>>,
  Expect<Equal<PluginEvents<never>["afterPublish"]["cursor"], Json | undefined>>,
  Expect<Equal<Awaited<ReturnType<All["html"]["transform"]>>, CheckedPatch>>,
  Expect<Equal<Awaited<ReturnType<All["transformHtml"]>>, CheckedPatch>>,
  Expect<Equal<Awaited<ReturnType<All["html"]["apply"]>>, string>>,
  Expect<Equal<Awaited<ReturnType<All["getPage"]>>, Page | null>>,
  Expect<Equal<HookArguments<never, "onSchedule", Limits>["context"]["settings"], Readonly<Limits>>>,
  Expect<Equal<PluginResults["afterPublish"], NotifyResult | null | undefined | void>>,
  Expect<Not<IsAny<NonNullable<PluginEvents<never>["onSchedule"]["cursor"]>>>>,
  Expect<Not<IsAny<Page["fields"][string]>>>,
  Expect<Not<IsAny<NonNullable<NonNullable<NotifyResult["again"]>["cursor"]>>>>,
  Expect<Not<IsAny<Parameters<All["log"]["info"]>[number]>>>,
  Expect<Not<IsAny<HookArguments<never, "onSchedule">["context"]["settings"][string]>>>,
];
