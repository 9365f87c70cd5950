import { describe, expect, it } from "vitest";
import { type HookName, hookTable } from "../../../contracts/hooks.ts";
import { events, type FixturePlugin, gateway, makeSite, page, refusalOf } from "../site.ts";

const SEES =
  "{ context, data, api }) { api.log.info(JSON.stringify({ data })); return context.hook === 'beforePublish' || null; }";
const eyes = HOOKS()
  .map((hook) => `async ${hook}(${SEES}`)
  .join(",");

function HOOKS(): HookName[] {
  return Object.keys(events) as HookName[];
}

/** The event of `hook` as a plugin with these further scopes sees it. */
async function see(hook: HookName, event: unknown, plugin: Partial<FixturePlugin> = {}) {
  const scopes = [`hook:${hook}` as const, ...(plugin.scopes ?? [])];
  const site = await makeSite({ ...plugin, code: eyes, scopes });
  const { logs, error } = await site.run("probe", hook, event);
  if (logs[0] === undefined) throw new Error(`nothing was seen: ${JSON.stringify(error)}`);
  return JSON.parse(logs[0].message).data;
}

const covering = { scopes: ["read:pages"] } as const;
const elsewhere = {
  scopes: [{ scope: "read:pages", caveats: { collections: ["recipes"] } }],
} satisfies Partial<FixturePlugin>;
const ids = { api: 1, pageId: page.id, collection: "posts", slug: "a-page", locale: "en", isUpdate: false };

describe("with read:pages", () => {
  it("beforePublish carries the page flat, and the version before", async () => {
    const previous = { ...page, title: "Before", status: "published" };
    const seen = await see("beforePublish", { ...events.beforePublish, isUpdate: true, previous }, covering);
    const { id: _id, ...flat } = page;
    expect(seen).toEqual({ api: 1, pageId: page.id, isUpdate: true, ...flat, previous });
  });

  it("renderHtml and onSearch carry summaries, never the content", async () => {
    const withContent = { ...events.renderHtml, page };
    const { page: summary } = await see("renderHtml", withContent, covering);
    expect(summary).toMatchObject({ id: page.id, title: page.title });
    expect(summary).not.toHaveProperty("html");
    expect(summary).not.toHaveProperty("fields");
    const { results } = await see("onSearch", events.onSearch, covering);
    expect(results[0]).toMatchObject({ id: "posts:a", score: 3, title: page.title });
  });

  it("leaves out what core sent beside the event's fields", async () => {
    const seen = await see(
      "beforePublish",
      { ...events.beforePublish, editorEmail: "a@b.example" },
      covering,
    );
    expect(seen).not.toHaveProperty("editorEmail");
  });
});

describe.each([
  ["without read:pages", {}],
  ["outside the collections of read:pages", elsewhere],
  [
    "where the admin left read:pages out",
    { ...covering, grant: { scopes: HOOKS().map((hook) => `hook:${hook}` as const) } },
  ],
] as const)("%s", (what, plugin) => {
  const grantOf = (hook: HookName) =>
    what.startsWith("where") ? { ...plugin, grant: { scopes: [`hook:${hook}` as const] } } : plugin;

  it("publications carry ids alone", async () => {
    const previous = { ...page, title: "Before" };
    const event = { ...events.beforePublish, previous };
    expect(await see("beforePublish", event, grantOf("beforePublish"))).toEqual(ids);
    expect(await see("afterPublish", events.afterPublish, grantOf("afterPublish"))).toEqual(ids);
  });

  it("renderHtml has no page, and onSearch ids and scores", async () => {
    const rendered = await see("renderHtml", events.renderHtml, grantOf("renderHtml"));
    expect(rendered).toEqual({
      api: 1,
      pageId: page.id,
      url: page.url,
      path: page.url,
      locale: "en",
      kind: "page",
      page: null,
    });
    const { results } = await see("onSearch", events.onSearch, grantOf("onSearch"));
    expect(results).toEqual([
      { id: "posts:a", score: 3 },
      { id: "posts:b", score: 2 },
      { id: "posts:c", score: 1 },
    ]);
  });
});

describe("a search's results of several collections", () => {
  it("are each shown as far as the caveat covers them; one without a collection counts as outside", async () => {
    const results = [
      { id: "recipes:a", collection: "recipes", title: "Soup", score: 1 },
      { id: "posts:b", collection: "posts", title: "Post", score: 1 },
      { id: "x:c", title: "Somewhere", score: 1 },
    ];
    const seen = await see("onSearch", { query: "q", results }, elsewhere);
    expect(seen.results[0]).toMatchObject({ id: "recipes:a", title: "Soup" });
    expect(seen.results.slice(1)).toEqual([
      { id: "posts:b", score: 1 },
      { id: "x:c", score: 1 },
    ]);
  });
});

describe("the event's own page", () => {
  const code = "async beforePublish({ data, api }) { return say(await api.getPage(data.pageId)); }";

  it("is read as it is about to go live, though core holds no such page", async () => {
    const site = await makeSite({ code, scopes: ["hook:beforePublish", "read:pages"] });
    expect(await site.ask()).toEqual(page);
  });

  it("counts as bytes in, as the plugin sees it, and so does each time that it is read again", async () => {
    const html = "x".repeat(2_000_000);
    const reading = `async beforePublish({ api }) {
      for (let read = 0; ; read += 1) {
        try { await api.getPage(${JSON.stringify(page.id)}); } catch (error) { return say([read, error.message]); }
      }
    }`;
    const site = await makeSite({ code: reading, scopes: ["hook:beforePublish", "read:pages"] });
    const { issues } = await site.hooks.beforePublish({ ...events.beforePublish, html });
    const { bytesIn } = hookTable.beforePublish;
    expect(JSON.parse(issues[0]?.message ?? "null")).toEqual([
      Math.floor(bytesIn / html.length) - 1,
      expect.stringContaining(`at most ${bytesIn} bytes in`),
    ]);
  });

  it("is refused outside the collections of read:pages", async () => {
    const site = await makeSite({ code, scopes: ["hook:beforePublish", ...elsewhere.scopes] });
    const report = await site.run("probe", "beforePublish", events.beforePublish);
    expect(report).toMatchObject({ outcome: "denied", error: { code: "PERMISSION_DENIED" } });
  });
});

describe("an event that core got wrong", () => {
  it.each([
    ["beforePublish", { ...events.beforePublish, pageId: undefined }, "event.pageId"],
    ["beforePublish", { ...events.beforePublish, pageId: "" }, "event.pageId"],
    ["beforePublish", { ...events.beforePublish, api: 2 }, "event.api"],
    ["beforePublish", { ...events.beforePublish, collection: 5 }, "event.collection"],
    ["beforePublish", { ...events.beforePublish, fields: { at: new Date() } }, "event.fields"],
    ["beforePublish", { ...events.beforePublish, fields: { call: () => 1 } }, "event.fields"],
    ["afterPublish", { ...events.afterPublish, terms: [] }, "event.terms"],
    ["renderHtml", { kind: "feed" }, "event.kind"],
    ["renderHtml", { page: { id: "x" } }, "event.page.collection"],
    ["onSearch", {}, "event.query"],
    ["onSearch", { query: "q", results: Array(201).fill({ id: "a" }) }, "event.results"],
    ["onSchedule", { missed: -1 }, "event.missed"],
    ["onSchedule", { scheduledAt: "soon" }, "event.scheduledAt"],
    ["onSchedule", null, "event"],
    ["onSchedule", "text", "event"],
    ["onSchedule", [], "event"],
  ])("is INVALID_ARGUMENT and names the field (%s, case %#)", async (hook, event, field) => {
    const { hooks } = await makeSite();
    expect(await refusalOf(() => hooks.dispatch(hook, event))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(`${field}:`),
    });
  });

  it.each(["onPublish", "constructor", "__proto__", "toString", "dispatch", "", "BEFOREPUBLISH"])(
    "is HOOK_UNKNOWN for the hook «%s»",
    async (hook) => {
      const { hooks } = await makeSite();
      expect(await refusalOf(() => hooks.dispatch(hook, {}))).toMatchObject({ code: "HOOK_UNKNOWN" });
    },
  );

  it("is PAYLOAD_TOO_LARGE past four million characters or values, wherever they are", async () => {
    const { hooks } = await makeSite();
    const long = "x".repeat(2_200_000);
    for (const event of [
      { ...events.beforePublish, html: long, fields: { body: [long] } },
      { ...events.beforePublish, html: long, previous: { ...page, html: long } },
      { ...events.beforePublish, fields: { body: Array(4_200_000).fill([]) } },
    ]) {
      const refusal = await refusalOf(() => hooks.beforePublish(event));
      expect(refusal).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    }
    expect((await hooks.beforePublish({ ...events.beforePublish, html: long })).allow).toBe(true);
  });

  it("is NOT_FOUND for a site that there is not, and the refusal holds nothing of the inside", async () => {
    const hooks = gateway.Hooks({ props: { site: "nowhere" } });
    const refusal = await refusalOf(() => hooks.beforePublish(events.beforePublish));
    expect(refusal).toMatchObject({ code: "NOT_FOUND", message: "no such site" });
    expect((refusal as Error).cause).toBeUndefined();
  });

  it("is INVALID_ARGUMENT on a binding that names no site", async () => {
    for (const props of [undefined, {}, { site: 5 }, { site: "UP" }]) {
      const hooks = gateway.Hooks({ props } as Parameters<typeof gateway.Hooks>[0]);
      const refusal = await refusalOf(() => hooks.beforePublish(events.beforePublish));
      expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining("props") });
    }
  });

  it.each([null, undefined, {}, { content: null }, { content: undefined }])(
    "does not ask for options: %j",
    async (options) => {
      const { hooks } = await makeSite();
      expect((await hooks.beforePublish(events.beforePublish, options as object)).allow).toBe(true);
    },
  );
});
