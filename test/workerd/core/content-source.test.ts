import { describe, expect, it } from "vitest";
import { contentAnswers } from "../../../contracts/ports.ts";
import { contentSource, importSeed, publishPage } from "../../../services/core/index.ts";
import { makeCore, makeHooks, makeSeed } from "./fixtures.ts";

/** A site of 7 posts, one a minute newer than the one before, with the two pages and the draft of makeSeed. */
async function makeSite() {
  const core = await makeCore();
  await importSeed(core, JSON.stringify(makeSeed()), "refuse");
  for (let index = 1; index <= 6; index += 1) {
    core.time.ms += 60_000;
    const entry = { id: `n${index}`, slug: `note-${index}`, data: { title: `Note ${index}` } };
    await importSeed(core, JSON.stringify({ version: "1", content: { posts: [entry] } }), "refuse");
  }
  return core;
}

describe("contentSource.list", () => {
  it("walks everything published, newest first, each page once", async () => {
    const source = contentSource(await makeSite());
    const slugs: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = contentAnswers.list.parse(await source.list({ limit: 3, ...(cursor && { cursor }) }));
      slugs.push(...answer.pages.map(({ slug }) => slug));
      cursor = answer.cursor;
    } while (cursor !== undefined);
    expect(slugs).toEqual(
      ["note-6", "note-5", "note-4", "note-3", "note-2", "note-1"].concat("first-light", "imprint"),
    );
  });

  it("gives no cursor when nothing follows", async () => {
    const source = contentSource(await makeSite());
    expect((await source.list({ limit: 8 })).cursor).toBeUndefined();
    expect((await source.list({ limit: 7 })).cursor).toBeDefined();
  });

  it("narrows to collections, and to none", async () => {
    const source = contentSource(await makeSite());
    const pages = await source.list({ limit: 100, collections: ["pages", "unknown"] });
    expect(pages.pages.map(({ slug }) => slug)).toEqual(["imprint"]);
    expect((await source.list({ limit: 100, collections: [] })).pages).toEqual([]);
  });

  it("narrows to locales, and to none, and still fills its pages", async () => {
    const core = await makeSite();
    await core.db
      .prepare("UPDATE pages SET locale = 'de' WHERE site = ? AND slug IN ('note-1', 'note-4', 'imprint')")
      .bind(core.site)
      .run();
    const source = contentSource(core);
    const first = await source.list({ limit: 2, locales: ["de", "fr"] });
    expect(first.pages.map(({ slug }) => slug)).toEqual(["note-4", "note-1"]);
    const rest = await source.list({
      limit: 2,
      locales: ["de"],
      ...(first.cursor && { cursor: first.cursor }),
    });
    expect(rest).toMatchObject({ pages: [{ slug: "imprint" }] });
    expect(rest.cursor).toBeUndefined();
    const both = await source.list({ limit: 9, locales: ["de"], collections: ["posts"] });
    expect(both.pages.map(({ slug }) => slug)).toEqual(["note-4", "note-1"]);
    expect((await source.list({ limit: 9, locales: [] })).pages).toEqual([]);
  });

  it("gives drafts only when asked", async () => {
    const source = contentSource(await makeSite());
    expect((await source.list({ limit: 100 })).pages.some(({ status }) => status === "draft")).toBe(false);
    expect((await source.list({ limit: 100, drafts: true })).pages).toHaveLength(9);
  });

  it("lists a page by its first publication however often it is published", async () => {
    const core = await makeSite();
    await publishPage(core, makeHooks(), "posts/first-light");
    const { pages } = await contentSource(core).list({ limit: 100 });
    expect(pages.at(-2)?.slug).toBe("first-light");
  });

  it.each([0, 101, 1.5, Number.NaN])("refuses a limit of %s", async (limit) => {
    const source = contentSource(await makeCore());
    await expect(source.list({ limit })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it.each(["x", "", "!!", btoa('["a"]'), btoa('["2026",-1]'), btoa("{}"), "A".repeat(5_000)])(
    "refuses the cursor %j",
    async (cursor) => {
      const source = contentSource(await makeCore());
      await expect(source.list({ limit: 1, cursor })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        details: { path: "cursor" },
      });
    },
  );
});

describe("contentSource.get", () => {
  it.each(["", "x", "posts", "posts/", "/first-light", "posts/first-light/", "p1", "%", "x".repeat(800)])(
    "knows no page %j",
    async (ref) => {
      expect(await contentSource(await makeSite()).get(ref)).toBeNull();
    },
  );

  it("answers what the port's parser takes", async () => {
    const page = await contentSource(await makeSite()).get("posts/first-light");
    expect(contentAnswers.get.parse(page)).toEqual(page);
  });

  it("writes addresses below the site's own", async () => {
    const core = { ...(await makeSite()), siteUrl: "https://harbour.example/" };
    expect((await contentSource(core).get("pages/imprint"))?.url).toBe(
      "https://harbour.example/pages/imprint",
    );
  });
});
