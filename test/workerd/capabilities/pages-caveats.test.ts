// The caveats collections, locales and fields of read:pages, and the plugin that would get around them.
import { describe, expect, it } from "vitest";
import { PagesReader } from "../../../capabilities/index.ts";
import type { InvocationTerms } from "../../../contracts/capability.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import type { Page } from "../../../contracts/page.ts";
import type { ContentSource, ListPagesOptions } from "../../../contracts/ports.ts";
import { failureOf, makeContent, makeInvocation, makePage } from "./fixture.ts";

const whole = {
  url: "/posts/p1",
  title: "Title",
  excerpt: "Excerpt",
  image: { url: "/i.png", alt: "" },
  authors: ["Ada"],
  terms: { category: ["notes"] },
  publishedAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-02T00:00:00.000Z",
  html: "<p>Text</p>",
  fields: { price: 5, cost: 3, title: "custom" },
} satisfies Partial<Page>;
const english = makePage("posts:p1", whole);
const german = makePage("posts:p2", { ...whole, locale: "de" });
const germanDraft = makePage("posts:p3", { ...whole, locale: "de", status: "draft" });
const other = makePage("pages:p4", { ...whole, collection: "pages" });

function makeReader(caveats: Caveats, changes: Partial<InvocationTerms> = {}) {
  const content = makeContent([english, german, germanDraft, other]);
  const opened = makeInvocation({ "read:pages": caveats }, { content: () => content, ...changes });
  return { reader: new PagesReader(opened.invocation), content, ...opened };
}

const identity = {
  id: "posts:p1",
  collection: "posts",
  slug: "p1",
  locale: "en",
  url: "/posts/p1",
  status: "published",
};
const emptySummary = {
  title: "",
  excerpt: "",
  image: null,
  authors: [],
  terms: {},
  publishedAt: null,
  updatedAt: "",
};
const nothing = { ...identity, ...emptySummary, html: "", fields: {} };
const denied = { name: "PermissionDenied", code: "PERMISSION_DENIED", scope: "read:pages" };

describe("locales", () => {
  const caveats = { locales: ["en"] };

  it("let pages of theirs be read, and no others, by id and by name", async () => {
    const { reader, world } = makeReader(caveats);
    expect(await reader.get("posts:p1")).toEqual(english);
    for (const id of ["posts:p2", "posts/p2"]) {
      expect(await failureOf(reader.get(id))).toMatchObject({
        ...denied,
        message: expect.stringContaining("locale de"),
      });
    }
    expect(world.denials[0]).toEqual({ scope: "read:pages", reason: "outside the caveat locales" });
  });

  it("give a draft outside no other answer than a page that there is not", async () => {
    const { reader, world } = makeReader(caveats);
    expect(await reader.get("posts:p3")).toBeNull();
    expect(world.denials).toEqual([]);
  });

  it("hold for the event's own page too", async () => {
    const whole = makeReader(caveats, { eventPage: () => germanDraft, eventPageId: germanDraft.id });
    expect(await failureOf(whole.reader.get(germanDraft.id))).toMatchObject(denied);
    const named = makeReader(caveats, { eventPageId: germanDraft.id });
    expect(await failureOf(named.reader.get(germanDraft.id))).toMatchObject(denied);
  });

  it("are asked of core, and kept to when core does not", async () => {
    const { reader, content } = makeReader({ ...caveats, collections: ["posts"] });
    expect((await reader.list()).pages.map(({ id }) => id)).toEqual(["posts:p1"]);
    expect(content.asked).toEqual([{ limit: 20, collections: ["posts"], locales: ["en"] }]);
  });

  it("cannot be asked for by the plugin itself", async () => {
    const { reader, content } = makeReader({});
    await reader.list({ locales: ["de"] });
    expect(content.asked).toEqual([{ limit: 20 }]);
  });
});

describe("fields", () => {
  it.each<[string, string[], Partial<Page>]>([
    ["one field", ["title"], { title: "Title", fields: { title: "custom" } }],
    ["several", ["authors", "html"], { authors: ["Ada"], html: "<p>Text</p>" }],
    ["a custom field", ["price"], { fields: { price: 5 } }],
    ["all custom fields", ["fields"], { fields: { price: 5, cost: 3, title: "custom" } }],
    ["a field that there is not", ["nobody"], {}],
    ["names that every object has", ["constructor", "toString"], {}],
    [
      "the dates",
      ["publishedAt", "updatedAt"],
      { publishedAt: whole.publishedAt, updatedAt: whole.updatedAt },
    ],
  ])("show the identity and %s", async (_what, fields, seen) => {
    const { reader } = makeReader({ fields });
    expect(await reader.get("posts:p1")).toEqual({ ...nothing, ...seen });
    const { html: _html, fields: _fields, ...summary } = { ...nothing, ...seen };
    expect((await reader.list()).pages[0]).toEqual(summary);
  });

  it("hold for the event's own page, whole or named", async () => {
    const draft: Page = { ...english, status: "draft" };
    const seen = { ...nothing, status: "draft", title: "Title", fields: { title: "custom" } };
    const { reader } = makeReader({ fields: ["title"] }, { eventPage: () => draft, eventPageId: draft.id });
    expect(await reader.get(draft.id)).toEqual(seen);
    expect(await reader.get("posts/p1")).toEqual(seen);
  });

  it("leave core's page and the event's as they are for others", async () => {
    const { reader } = makeReader({ fields: ["title"] }, { eventPage: () => english });
    await reader.get("posts:p1");
    expect(english).toMatchObject(whole);
  });

  it("take no field for custom that the prototype has", async () => {
    const fields = JSON.parse('{"__proto__":{"secret":1},"price":5}');
    const page = makePage("posts:p1", { fields });
    const { invocation } = makeInvocation(
      { "read:pages": { fields: ["price", "constructor"] } },
      { content: () => makeContent([page]) },
    );
    const seen = await new PagesReader(invocation).get("posts:p1");
    expect(Object.entries(seen?.fields ?? {})).toEqual([["price", 5]]);
  });
});

describe("fields, and the cursors of a list", () => {
  /** A core whose cursors spell the date of the last page, and which takes any that it is given. */
  function makeCore(): ContentSource & { asked: ListPagesOptions[] } {
    const asked: ListPagesOptions[] = [];
    return {
      asked,
      get: async () => null,
      list: async (options) => {
        asked.push(options);
        return { pages: [english], cursor: btoa(`${english.publishedAt} 17`) };
      },
    };
  }

  function open(caveats: Caveats, core = makeCore(), changes: Partial<InvocationTerms> = {}) {
    const opened = makeInvocation({ "read:pages": caveats }, { content: () => core, ...changes });
    return { reader: new PagesReader(opened.invocation), core, ...opened };
  }

  it("go through a list, without showing what core wrote into them", async () => {
    const { reader, core } = open({ fields: ["title"] });
    const { cursor = "" } = await reader.list();
    expect(atob(cursor)).not.toContain("2026");
    await reader.list({ cursor, limit: 5 });
    expect(core.asked[1]).toEqual({ limit: 5, cursor: btoa(`${english.publishedAt} 17`) });
  });

  it("cannot be made up, changed, or brought from a grant that showed more", async () => {
    const core = makeCore();
    const wide = await open({}, core).reader.list();
    const { reader, world } = open({ fields: ["title"] }, core);
    const { cursor = "" } = await reader.list();
    core.asked.length = 0;
    for (const forged of [wide.cursor, btoa("2020-01-01 1"), `${cursor}A`, "", "x"]) {
      expect(await failureOf(reader.list({ cursor: forged })), forged).toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
    expect(core.asked).toEqual([]);
    expect(world.denials).toEqual([]);
  });

  it("are of one install", async () => {
    const first = open({ fields: ["title"] });
    const { cursor = "" } = await first.reader.list();
    const other = open({ fields: ["title"] });
    expect(await failureOf(other.reader.list({ cursor }))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("come back as core wrote them where every field is shown", async () => {
    const { reader } = open({});
    expect((await reader.list()).cursor).toBe(btoa(`${english.publishedAt} 17`));
  });
});
