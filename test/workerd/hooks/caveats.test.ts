// Caveats as a signed grant carries them: real plugins that look at, and return, more than they were granted.
import { describe, expect, it } from "vitest";
import type { Caveats } from "../../../contracts/caveats.ts";
import type { HookName } from "../../../contracts/hooks.ts";
import type { ContentSource, ListPagesOptions } from "../../../contracts/ports.ts";
import type { Scope } from "../../../contracts/scopes.ts";
import { effectiveAuthority } from "../../../services/hooks/authority.ts";
import { makeClaims } from "../grants/fixture.ts";
import { events, type FixturePlugin, makeSite, page } from "../site.ts";
import { makeManifest } from "../site-state/fixture.ts";

/** Tells what it was shown, in its log. */
const EYES = ["beforePublish", "afterPublish", "renderHtml", "onSearch"]
  .map(
    (hook) => `async ${hook}({ context, data, api }) {
    api.log.info(JSON.stringify(data));
    return context.hook === "beforePublish" || null;
  }`,
  )
  .join(",");

/** The event of `hook` as a plugin sees it that was granted read:pages under these caveats. */
async function see(hook: HookName, event: unknown, caveats: Caveats) {
  const site = await makeSite({
    code: EYES,
    scopes: [`hook:${hook}`, "read:pages"],
    grant: { caveats: { "read:pages": caveats } },
  });
  const { logs, error } = await site.run("probe", hook, event);
  if (logs[0] === undefined) throw new Error(`nothing was seen: ${JSON.stringify(error)}`);
  return JSON.parse(logs[0].message);
}

const ids = { api: 1, pageId: page.id, collection: "posts", slug: "a-page", locale: "en", isUpdate: false };
const empty = {
  title: "",
  excerpt: "",
  image: null,
  authors: [],
  terms: {},
  publishedAt: null,
  updatedAt: "",
  html: "",
  fields: {},
};
const { html: _html, fields: _fields, ...emptySummary } = empty;

describe("fields of read:pages", () => {
  it("are those that a publication shows, in the version before too", async () => {
    const previous = {
      ...page,
      title: "Before",
      publishedAt: "2025-01-01T00:00:00.000Z",
      status: "published",
    };
    const event = { ...events.beforePublish, previous };
    const seen = await see("beforePublish", event, { fields: ["title", "price"] });
    const identity = { url: page.url, status: "draft" };
    expect(seen).toEqual({
      ...ids,
      ...identity,
      ...empty,
      title: page.title,
      fields: { price: 5 },
      previous: {
        ...empty,
        id: page.id,
        collection: "posts",
        slug: "a-page",
        locale: "en",
        url: page.url,
        status: "published",
        title: "Before",
        fields: { price: 5 },
      },
    });
  });

  it("are those of afterPublish", async () => {
    const seen = await see("afterPublish", events.afterPublish, { fields: ["excerpt"] });
    expect(seen).toEqual({
      ...ids,
      ...empty,
      url: page.url,
      status: "published",
      excerpt: page.excerpt,
    });
  });

  it("are those of a rendered page and of search results", async () => {
    const rendered = await see("renderHtml", events.renderHtml, { fields: ["authors"] });
    const identity = { collection: "posts", slug: "a-page", locale: "en", url: page.url, status: "draft" };
    expect(rendered.page).toEqual({ ...emptySummary, ...identity, id: page.id, authors: ["Ada"] });
    const { results } = await see("onSearch", events.onSearch, { fields: ["authors"] });
    expect(results[0]).toEqual({ ...emptySummary, ...identity, id: "posts:a", score: 3, authors: ["Ada"] });
  });

  it("are those of the event's own page, read by api.getPage", async () => {
    const site = await makeSite({
      code: "async beforePublish({ data, api }) { return say(await api.getPage(data.pageId)); }",
      scopes: ["hook:beforePublish", { scope: "read:pages", caveats: { fields: ["html"] } }],
    });
    expect(await site.ask()).toEqual({
      ...empty,
      id: page.id,
      collection: "posts",
      slug: "a-page",
      locale: "en",
      url: page.url,
      status: "draft",
      html: page.html,
    });
  });
});

describe("locales of read:pages", () => {
  const caveats = { locales: ["de"] };

  it("leave ids alone of a publication in another", async () => {
    expect(await see("beforePublish", events.beforePublish, caveats)).toEqual(ids);
    expect(await see("afterPublish", events.afterPublish, caveats)).toEqual(ids);
  });

  it("hide the version before where that was in another", async () => {
    const event = { ...events.beforePublish, locale: "de", previous: { ...page, title: "Before" } };
    const seen = await see("beforePublish", event, caveats);
    expect(seen).toMatchObject({ title: page.title, previous: null });
  });

  it("hide a rendered page and search results in another", async () => {
    expect((await see("renderHtml", events.renderHtml, caveats)).page).toBeNull();
    const results = [
      { id: "posts:a", collection: "posts", locale: "de", title: "Deutsch", score: 2 },
      { id: "posts:b", collection: "posts", locale: "en", title: "English", score: 1 },
      { id: "posts:c", collection: "posts", title: "Somewhere", score: 1 },
    ];
    const seen = await see("onSearch", { query: "q", results }, caveats);
    expect(seen.results[0]).toMatchObject({ id: "posts:a", title: "Deutsch" });
    expect(seen.results.slice(1)).toEqual([
      { id: "posts:b", score: 1 },
      { id: "posts:c", score: 1 },
    ]);
  });
});

const patching = (patch: string, caveats: Caveats): FixturePlugin => ({
  code: `async renderHtml({ api }) { return ${patch}; }`,
  scopes: ["hook:renderHtml", "transform:html"],
  grant: { caveats: { "transform:html": caveats } },
});

describe("elements of transform:html", () => {
  const PATCH = `{
    appendHead: '<meta name="a" content="b"><link rel="canonical" href="/x">',
    appendBody: '<p>kept <b>text</b></p>',
    elements: [
      { selector: 'p, em', after: '<p>1</p>' },
      { selector: 'p', after: '<p>2</p>' },
      { selector: 'a[title=", p"]', setText: '3' },
    ],
    dropped: [],
  }`;

  it.each([
    ["as the hook returned it", PATCH],
    ["through api.html.transform", `api.html.transform(${PATCH})`],
    ["through api.transformHtml", `api.transformHtml("<p>", ${PATCH})`],
    ["changed after it was checked", `{ ...(await api.html.transform({})), ...${PATCH} }`],
  ])("hold for a patch %s", async (_way, patch) => {
    const site = await makeSite(patching(patch, { elements: ["p", "meta"] }));
    const { patch: merged, trace, skipped } = await site.hooks.renderHtml(events.renderHtml);
    expect(skipped).toEqual([]);
    expect(merged).toEqual({
      appendHead: '<meta name="a" content="b">',
      appendBody: "<p>kept text</p>",
      elements: [{ selector: "p", after: "<p>2</p>" }],
    });
    const dropped = new Set(trace.plugins[0]?.dropped?.map(({ where }) => where));
    expect(dropped).toEqual(
      new Set(["appendHead", "appendBody", "elements[0].selector", "elements[2].selector"]),
    );
  });

  it("are each plugin's own", async () => {
    const site = await makeSite(
      { ...patching("{ appendBody: '<p>1</p><b>1</b>' }", { elements: ["p"] }), id: "first" },
      { ...patching("{ appendBody: '<p>2</p><b>2</b>' }", { elements: ["b"] }), id: "second" },
      { ...patching("{ appendBody: '<p>3</p><b>3</b>' }", {}), id: "third" },
    );
    const { patch } = await site.hooks.renderHtml(events.renderHtml);
    expect(patch.appendBody).toBe("<p>1</p>12<b>2</b><p>3</p><b>3</b>");
  });
});

describe("paths of hook:renderHtml", () => {
  async function makeCounted(paths: readonly string[]) {
    return makeSite({
      code: "async renderHtml() { return { appendBody: '<p>called</p>' }; }",
      scopes: ["hook:renderHtml", "transform:html"],
      grant: { caveats: { "hook:renderHtml": { paths } } },
    });
  }

  it("are the pages for which the plugin is called", async () => {
    const site = await makeCounted(["/posts", "/about"]);
    for (const [path, isCalled] of [
      ["/posts", true],
      ["/posts/a-page", true],
      ["/about?x=1", true],
      ["/", false],
      ["/postscript", false],
      ["/posts/../admin", false],
      ["/posts/%2e%2e/admin", false],
      [undefined, false],
    ] as const) {
      const outcome = await site.hooks.renderHtml({ ...events.renderHtml, path });
      expect([path, outcome.trace.plugins.length]).toEqual([path, isCalled ? 1 : 0]);
      expect(outcome.patch).toEqual(isCalled ? { appendBody: "<p>called</p>" } : {});
    }
  });

  it("hold for a call of the plugin by hand", async () => {
    const site = await makeCounted(["/about"]);
    expect(await site.run("probe", "renderHtml", events.renderHtml)).toMatchObject({
      outcome: "denied",
      error: { code: "PERMISSION_DENIED" },
    });
  });
});

describe("key-values under caveats", () => {
  const scopes: Scope[] = ["hook:beforePublish", "read:kv", "write:kv"];
  const attempt = `async beforePublish({ api }) {
    const tell = async (call) => { try { return (await call()) ?? "ok"; } catch (error) { return error.message; } };
    return say([
      await tell(() => api.kv.put("a/1", new Response("12345").body)),
      await tell(() => api.kv.put("b/1", "v")),
      await tell(() => api.kv.put("a/2", "1234567890")),
      (await api.kv.list()).keys.map(({ name }) => name),
    ]);
  }`;

  it("keep a plugin to its prefix and its bytes, from call to call", async () => {
    const site = await makeSite({
      code: attempt,
      scopes,
      grant: { caveats: { "write:kv": { keyPrefix: "a/", maxBytes: 20 }, "read:kv": { keyPrefix: "a/" } } },
    });
    const refused = [
      expect.stringContaining('write:kv was granted for keys that start with "a/"'),
      expect.stringContaining("write:kv was granted for at most 20 bytes in all"),
    ];
    expect(await site.ask()).toEqual(["ok", ...refused, ["a/1"]]);
    expect(await site.ask()).toEqual(["ok", ...refused, ["a/1"]]);
    expect(await site.readKv()).toEqual({ "a/1": "12345" });
  });
});

describe("effectiveAuthority", () => {
  const collections = (...names: string[]) => ({ collections: names });
  const claims = makeClaims({
    authorization_details: [
      { type: "emgate:capability", scope: "read:kv", caveats: { keyPrefix: "a/" } },
      { type: "emgate:capability", scope: "read:pages", caveats: collections("pages", "posts") },
    ],
  });
  const authorityFor = (scopes: readonly { scope: Scope; caveats?: Caveats }[]) => {
    const declared = scopes.map((scope) => ({ ...scope, reason: "it is tested" }));
    return Object.fromEntries(
      effectiveAuthority(makeManifest({ scopes: declared }), claims, "beforePublish"),
    );
  };

  it("is what manifest and grant both allow", () => {
    expect(
      authorityFor([{ scope: "read:pages", caveats: collections("posts", "recipes") }, { scope: "read:kv" }]),
    ).toEqual({ "read:pages": collections("posts"), "read:kv": { keyPrefix: "a/" } });
  });

  it("leaves out a scope of which nothing is left, rather than its caveats", () => {
    expect(
      authorityFor([
        { scope: "read:pages", caveats: collections("recipes") },
        { scope: "read:kv", caveats: { keyPrefix: "b/" } },
      ]),
    ).toEqual({});
  });
});

describe("a list under caveats", () => {
  it("asks core for what is covered, shows what is named, and goes on by its cursors", async () => {
    const asked: ListPagesOptions[] = [];
    const content: ContentSource = {
      get: async () => null,
      list: async (options) => {
        asked.push(options);
        return { pages: [{ ...page, status: "published" }], cursor: "after-2026-01-01" };
      },
    };
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        const { pages, cursor } = await api.pages.list({ limit: 1 });
        await api.pages.list({ limit: 1, cursor });
        return say([pages[0].title, pages[0].excerpt, cursor.includes("2026")]);
      }`,
      scopes: ["hook:beforePublish", "read:pages"],
      grant: { caveats: { "read:pages": { locales: ["en"], fields: ["title"] } } },
    });
    const outcome = await site.hooks.beforePublish(events.beforePublish, { content });
    expect(outcome.issues.map(({ message }) => JSON.parse(message))).toEqual([[page.title, "", false]]);
    expect(asked).toEqual([
      { limit: 1, locales: ["en"] },
      { limit: 1, locales: ["en"], cursor: "after-2026-01-01" },
    ]);
  });
});
