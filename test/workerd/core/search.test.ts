import { describe, expect, it } from "vitest";
import type { HookEventInput } from "../../../contracts/core.ts";
import { importSeed, searchPages } from "../../../services/core/index.ts";
import { makeCore, makeHooks, paragraph } from "./fixtures.ts";

const trace = { id: "t", plugins: [] };

async function makeSite(entries: readonly Record<string, unknown>[]) {
  const core = await makeCore();
  const posts = entries.map(({ slug, status, ...data }) => ({ id: slug, slug, status, data }));
  await importSeed(core, JSON.stringify({ version: "1", content: { posts } }), "refuse");
  return core;
}

async function makeHarbour() {
  return makeSite([
    { slug: "body", title: "One thing", content: [paragraph("Something about a lighthouse, far out.")] },
    { slug: "title", title: "The lighthouse keeper", content: [paragraph("He counts ships.")] },
    { slug: "excerpt", title: "Another thing", excerpt: "A lighthouse again.", content: [] },
    { slug: "draft", title: "A lighthouse draft", status: "draft" },
    {
      slug: "accent",
      title: "Über die Küste",
      content: [paragraph("Grüße an O'Brien; C++ or NOT, x AND y")],
    },
  ]);
}

async function find(core: Awaited<ReturnType<typeof makeCore>>, query: string): Promise<string[]> {
  return (await searchPages(core, makeHooks(), query)).results.map(({ slug }) => slug);
}

describe("searchPages", () => {
  it("finds published pages, those with the word in the title first, with scores from 1 down", async () => {
    const core = await makeHarbour();
    const { results } = await searchPages(core, makeHooks(), "lighthouse");
    expect(results.map(({ slug }) => slug)).toEqual(["title", "excerpt", "body"]);
    expect(results[0]?.score).toBe(1);
    for (const [index, { score }] of results.entries()) {
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThanOrEqual(results[index - 1]?.score ?? 1);
    }
  });

  it.each([
    ["uber", ["accent"]],
    ["KÜSTE", ["accent"]],
    ["o'brien", ["accent"]],
    ["c++", ["accent"]],
    ["lighth", ["title", "excerpt", "body"]],
    ["keeper lighthouse", ["title"]],
    ["lighthouse nowhere", []],
    ["p", []],
  ])("answers %s", async (query, slugs) => {
    expect(await find(await makeHarbour(), query)).toEqual(slugs);
  });

  it.each([
    "",
    "   ",
    '"',
    "***",
    "()",
    "-:^",
    "🙂",
    "\u0000",
    "' OR 1=1 --",
    'lighthouse*"',
    '"lighthouse" OR "title',
    "title : lighthouse",
    "NEAR(lighthouse keeper, 2)",
    "site : x",
    "NOT lighthouse",
    "AND",
    "{title} : x",
    "^lighthouse",
    "lighthouse\u0000keeper",
    "\ud83d",
  ])("takes %j for words or for nothing", async (query) => {
    const core = await makeHarbour();
    await expect(searchPages(core, makeHooks(), query)).resolves.toBeDefined();
  });

  it("reads the first words of a query without end", async () => {
    expect(await find(await makeHarbour(), `lighthouse ${"keeper ".repeat(50_000)}`)).toEqual(["title"]);
  });

  it("asks no plugin about a query without a word", async () => {
    const hooks = makeHooks({ onSearch: () => Promise.reject(new Error("must not be called")) });
    expect(await searchPages(await makeHarbour(), hooks, "?!")).toMatchObject({ results: [], hidden: [] });
  });

  it("keeps out a site whose name starts with this one's words", async () => {
    const core = await makeHarbour();
    const longer = { ...core, site: `${core.site}-annex` };
    const posts = [{ id: "a", slug: "annex", data: { title: "Annex lighthouse" } }];
    await importSeed(longer, JSON.stringify({ version: "1", content: { posts } }), "refuse");
    expect(await find(longer, "lighthouse")).toEqual(["annex"]);
    expect(await find(core, "lighthouse")).not.toContain("annex");
  });

  it("shows the plugins at most 50 results and what was asked", async () => {
    const core = await makeSite(
      Array.from({ length: 60 }, (_, index) => ({ slug: `s${index}`, title: `Common word ${index}` })),
    );
    const asked: HookEventInput<"onSearch">[] = [];
    const hooks = makeHooks({
      onSearch: async (event) => {
        asked.push(event);
        return { order: [], hidden: [], trace };
      },
    });
    expect((await searchPages(core, hooks, "common", "fr")).results).toHaveLength(50);
    expect(asked[0]).toMatchObject({ query: "common", locale: "fr" });
    expect(asked[0]?.results).toHaveLength(50);
  });

  it("follows the plugins' order, drops what they hide, and takes no id they made up", async () => {
    const core = await makeHarbour();
    const hooks = makeHooks({
      onSearch: async () => ({
        order: ["posts:none", "posts:body", "posts:draft", "posts:body", "posts:title"],
        hidden: ["posts:title", "posts:none"],
        trace,
      }),
    });
    const { results, hidden } = await searchPages(core, hooks, "lighthouse");
    expect(results.map(({ slug }) => slug)).toEqual(["body", "excerpt"]);
    expect(hidden).toEqual(["posts:title"]);
  });
});
