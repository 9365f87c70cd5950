import { describe, expect, it } from "vitest";
import { MAX_SEED_BYTES } from "../../../../contracts/limits.ts";
import { type CoreContext, contentSource, importSeed } from "../../../../services/core/index.ts";
import { makeCore, makeSeed, NOW_MS, paragraph } from "../fixtures.ts";

type Seed = ReturnType<typeof makeSeed>;

function importText(core: CoreContext, seed: unknown, onConflict: "refuse" | "skip" | "replace" = "refuse") {
  return importSeed(core, JSON.stringify(seed), onConflict);
}

async function dumpSite(core: CoreContext): Promise<unknown> {
  const tables = ["sites", "collections", "taxonomies", "terms", "pages", "outbox"];
  const answers = await core.db.batch([
    ...tables.map((table) => core.db.prepare(`SELECT * FROM ${table} WHERE site = ?`).bind(core.site)),
    core.db.prepare("SELECT rowid FROM page_index WHERE page_index MATCH ?").bind(`site : "${core.site}"`),
  ]);
  return answers.map(({ results }) => results);
}

describe("importSeed", () => {
  it("stores the pages of a seed file with everything the contract has of them", async () => {
    const core = await makeCore();
    expect(await importText(core, makeSeed())).toEqual({
      created: 3,
      replaced: 0,
      skipped: 0,
      collections: { posts: 2, pages: 1 },
    });
    expect(await contentSource(core).get("posts/first-light")).toEqual({
      id: "posts:p1",
      collection: "posts",
      slug: "first-light",
      locale: "en",
      url: `/sites/${core.site}/posts/first-light`,
      title: "First light on the quay",
      excerpt: "Before the ferries wake, the harbour belongs to the gulls.",
      image: { url: "https://img.example/quay.jpg", alt: "A quay" },
      authors: ["Ada Quay"],
      terms: { category: ["boats"] },
      status: "published",
      publishedAt: new Date(NOW_MS).toISOString(),
      updatedAt: new Date(NOW_MS).toISOString(),
      html: "<p>The lanterns go out one by one.</p>",
      fields: { aside: [paragraph("Bring a coat.")], related: "$ref:p2" },
    });
  });

  it("keeps a draft a draft, found by its id and by its slug", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    const byId = await contentSource(core).get("posts:p2");
    expect(byId).toMatchObject({ slug: "slack-water", status: "draft", publishedAt: null });
    expect(await contentSource(core).get("posts/slack-water")).toEqual(byId);
  });

  it("publishes an entry that names no status, as EmDash does", async () => {
    const core = await makeCore();
    const seed = makeSeed();
    Reflect.deleteProperty(seed.content.posts[1] ?? {}, "status");
    await importText(core, seed);
    expect(await contentSource(core).get("posts:p2")).toMatchObject({ status: "published" });
  });

  it("takes name for a title, summary for an excerpt, src for an image, and the id for a slug", async () => {
    const core = await makeCore();
    const seed = makeSeed();
    Object.assign(seed.content.posts[0] ?? {}, {
      slug: null,
      data: {
        name: "Named",
        summary: "Summed up",
        cover: { src: "/media/a.jpg", alt: "A" },
        body: "One\n\nTwo",
      },
    });
    await importText(core, seed);
    expect(await contentSource(core).get("posts/p1")).toMatchObject({
      title: "Named",
      excerpt: "Summed up",
      image: { url: "/media/a.jpg", alt: "A" },
      html: "<p>One</p><p>Two</p>",
      fields: {},
    });
  });

  it("reads content of a collection that the file never declares", async () => {
    const core = await makeCore();
    const seed = { ...makeSeed(), collections: [] };
    await importText(core, seed);
    expect(await contentSource(core).get("posts/first-light")).toMatchObject({
      html: "<p>The lanterns go out one by one.</p>",
    });
  });

  it("gives pages the file's locale and keeps translations apart", async () => {
    const core = await makeCore();
    const seed = { ...makeSeed(), defaultLocale: "de" };
    const translated = {
      id: "p1-fr",
      slug: "first-light",
      locale: "fr",
      data: { title: "Première lumière" },
    };
    seed.content.posts.push(translated as unknown as Seed["content"]["posts"][0]);
    await importText(core, seed);
    const source = contentSource(core);
    expect(await source.get("posts/first-light")).toMatchObject({ id: "posts:p1", locale: "de" });
    expect(await source.get("posts:p1-fr")).toMatchObject({
      locale: "fr",
      url: `/sites/${core.site}/fr/posts/first-light`,
    });
  });

  it("stores no NUL and no half of a surrogate pair", async () => {
    const core = await makeCore();
    const text = JSON.stringify(makeSeed()).replace(
      "First light on the quay",
      String.raw`A\u0000B \ud83d C \\u0000 \ud83d\ude00`,
    );
    await importSeed(core, text, "refuse");
    expect((await contentSource(core).get("posts:p1"))?.title).toBe("AB \ufffd C \\u0000 😀");
  });

  it("drops a key that would set a prototype", async () => {
    const core = await makeCore();
    const text = JSON.stringify(makeSeed()).replace('"related":', '"__proto__":{"polluted":1},"related":');
    await importSeed(core, text, "refuse");
    const fields = (await contentSource(core).get("posts:p1"))?.fields ?? {};
    expect(Object.keys(fields).sort()).toEqual(["aside", "related"]);
  });
});

describe("importSeed refuses, naming the path and changing nothing", () => {
  const cases: [string, string, (seed: Seed) => unknown][] = [
    ["another version", "version", (seed) => ({ ...seed, version: "2" })],
    ["a missing version", "version", ({ version, ...seed }) => seed],
    ["a list for a document", "", () => []],
    ["a slug of two segments", "content.posts[0].slug", (seed) => withPost(seed, { slug: "a/b" })],
    ["a slug that climbs", "content.posts[0].slug", (seed) => withPost(seed, { slug: ".." })],
    ["an id without text", "content.posts[0].id", (seed) => withPost(seed, { id: "" })],
    [
      "an id no slug can come from",
      "content.posts[0].slug",
      (seed) => withPost(seed, { id: "a b", slug: null }),
    ],
    ["an unknown status", "content.posts[0].status", (seed) => withPost(seed, { status: "live" })],
    ["data that is no object", "content.posts[0].data", (seed) => withPost(seed, { data: "x" })],
    ["a locale that is none", "content.posts[0].locale", (seed) => withPost(seed, { locale: "no_such!" })],
    [
      "an unknown byline",
      "content.posts[0].bylines[0].byline",
      (seed) => withPost(seed, { bylines: [{ byline: "x" }] }),
    ],
    ["an id twice", "content.posts[1].id", (seed) => withPost(seed, { id: "p2" })],
    ["an address twice", "content.posts[1].slug", (seed) => withPost(seed, { slug: "slack-water" })],
    ["a collection that is no slug", "content.a b", (seed) => ({ ...seed, content: { "a b": [] } })],
    [
      "data nested too deep",
      `content.posts[0].data.x${".x".repeat(32)}`,
      (seed) => withPost(seed, { data: { x: Array.from({ length: 40 }).reduce((x) => ({ x }), 1) } }),
    ],
  ];

  function withPost(seed: Seed, change: Record<string, unknown>): Seed {
    Object.assign(seed.content.posts[0] ?? {}, change);
    return seed;
  }

  it.each(cases)("%s", async (_name, path, change) => {
    const core = await makeCore();
    await expect(importText(core, change(makeSeed()))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(
        new RegExp(`^${path === "" ? "seed" : path.replace(/[[\].]/g, "\\$&")}: `),
      ),
      details: { path },
    });
    expect(await dumpSite(core)).toEqual([[], [], [], [], [], [], []]);
  });

  it("text that is not JSON, without quoting it", async () => {
    const core = await makeCore();
    const refused = importSeed(core, '{"version":"1", s3cret', "refuse");
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(refused).rejects.not.toThrow(/s3cret/);
  });

  it("a file beyond the limit", async () => {
    const core = await makeCore();
    await expect(importSeed(core, " ".repeat(MAX_SEED_BYTES + 1), "refuse")).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
    });
  });

  it("a page beyond a row's limit", async () => {
    const core = await makeCore();
    const seed = withPost(makeSeed(), {
      data: { title: "Long", content: [paragraph("x".repeat(1_950_000))] },
    });
    await expect(importText(core, seed)).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
      message: expect.stringContaining("content.posts[0]"),
    });
    expect(await dumpSite(core)).toEqual([[], [], [], [], [], [], []]);
  });
});

describe("importSeed into a site that has some of the pages", () => {
  /** Another file with the same imprint, by slug, and a page of its own. */
  function makeOverlap() {
    const seed = makeSeed();
    return {
      ...seed,
      settings: { title: "Other title" },
      content: {
        projects: [{ id: "pr1", slug: "ferry-bell", data: { title: "Ferry bell" } }],
        pages: [
          { id: "colophon", slug: "imprint", data: { title: "Colophon", content: [paragraph("New.")] } },
        ],
      },
    };
  }

  it("refuses with the conflict's name and changes nothing", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    const before = await dumpSite(core);
    await expect(importText(core, makeOverlap())).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("pages/imprint"),
      details: { pages: ["pages/imprint"], count: 1 },
    });
    expect(await dumpSite(core)).toEqual(before);
  });

  it("skips what is there and adds the rest", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    expect(await importText(core, makeOverlap(), "skip")).toEqual({
      created: 1,
      replaced: 0,
      skipped: 1,
      collections: { projects: 1, pages: 1 },
    });
    expect(await contentSource(core).get("pages/imprint")).toMatchObject({ title: "Imprint" });
    expect(await contentSource(core).get("projects/ferry-bell")).toMatchObject({ title: "Ferry bell" });
  });

  it("replaces what is there under its old id, first publication and a later update", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    core.time.ms += 60_000;
    expect(await importText(core, makeOverlap(), "replace")).toMatchObject({
      created: 1,
      replaced: 1,
      skipped: 0,
    });
    expect(await contentSource(core).get("pages/imprint")).toMatchObject({
      id: "pages:imprint",
      title: "Colophon",
      html: "<p>New.</p>",
      publishedAt: new Date(NOW_MS).toISOString(),
      updatedAt: new Date(NOW_MS + 60_000).toISOString(),
    });
  });

  it("takes a replaced page out of the index when it becomes a draft", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    const seed = makeSeed();
    Object.assign(seed.content.pages[0] ?? {}, { status: "draft" });
    await importText(core, seed, "replace");
    const { results } = await core.db
      .prepare("SELECT rowid FROM page_index WHERE page_index MATCH ?")
      .bind(`site : "${core.site}" AND title : imprint`)
      .all();
    expect(results).toEqual([]);
    expect(await contentSource(core).get("pages/imprint")).toMatchObject({
      status: "draft",
      publishedAt: null,
    });
  });

  it("refuses two entries that would replace each other", async () => {
    const core = await makeCore();
    await importText(core, makeSeed());
    const seed = makeSeed();
    // One has the id of p1, the other its slug.
    Object.assign(seed.content.posts[0] ?? {}, { slug: "elsewhere" });
    Object.assign(seed.content.posts[1] ?? {}, { id: "p9", slug: "first-light" });
    const before = await dumpSite(core);
    await expect(importText(core, seed, "replace")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await dumpSite(core)).toEqual(before);
  });

  it("lets one of two imports at once win whole", async () => {
    const core = await makeCore();
    const outcomes = await Promise.allSettled([importText(core, makeSeed()), importText(core, makeSeed())]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused).toMatchObject({ reason: { code: "CONFLICT" } });
    expect((await contentSource(core).list({ limit: 100, drafts: true })).pages).toHaveLength(3);
  });

  it("keeps sites apart", async () => {
    const [one, other] = [await makeCore(), await makeCore()];
    await importText(one, makeSeed());
    await importText(other, makeSeed());
    expect((await contentSource(one).list({ limit: 100 })).pages).toHaveLength(2);
    expect(await contentSource(other).get("posts:p1")).toMatchObject({
      url: `/sites/${other.site}/posts/first-light`,
    });
  });
});
