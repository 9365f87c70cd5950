import { describe, expect, it } from "vitest";
import demo from "../../../../examples/demo.seed.json";
import { contentSource, importSeed, publishPage, renderPage } from "../../../../services/core/index.ts";
import { makeCore, makeHooks } from "../fixtures.ts";

describe("examples/demo.seed.json", () => {
  it("imports whole, with everything that a plugin may want to check", async () => {
    const core = await makeCore();
    const report = await importSeed(core, JSON.stringify(demo), "refuse");
    expect(report).toMatchObject({ created: 10, collections: { posts: 9, pages: 1 } });
    const { pages } = await contentSource(core).list({ limit: 100 });
    expect(pages.filter(({ collection }) => collection === "posts").length).toBeGreaterThanOrEqual(6);
    for (const page of pages) {
      expect(page.title.length, page.slug).toBeGreaterThanOrEqual(10);
      expect(page.excerpt.length, page.slug).toBeGreaterThanOrEqual(50);
      expect(page.authors.length, page.slug).toBeGreaterThan(0);
      if (page.collection === "posts") expect(page.image, page.slug).not.toBeNull();
    }
  });

  it("has a draft that is ready and one that is not", async () => {
    const core = await makeCore();
    await importSeed(core, JSON.stringify(demo), "refuse");
    const { pages } = await contentSource(core).list({ limit: 100, drafts: true });
    const drafts = pages.filter(({ status }) => status === "draft");
    expect(drafts.map(({ slug, excerpt }) => [slug, excerpt.length > 0])).toEqual([
      ["drafting-in-the-open", true],
      ["footnotes", false],
    ]);
    expect((await publishPage(core, makeHooks(), "posts/drafting-in-the-open")).published).toBe(true);
  });

  it("links only to pages that it has", async () => {
    const core = await makeCore();
    await importSeed(core, JSON.stringify(demo), "refuse");
    const base = `/sites/${core.site}`;
    const open = (path: string) =>
      renderPage(core, makeHooks(), new Request(`https://cms.example${path}`), base).then(
        async (response) => ({
          status: response.status,
          html: await response.text(),
        }),
      );
    const waiting = [`${base}/`];
    const seen = new Map<string, number>();
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      const { status, html } = await open(path);
      seen.set(path, status);
      waiting.push(...[...html.matchAll(/href="(\/[^"]*)"/g)].map((match) => match[1] ?? ""));
    }
    expect([...seen].filter(([, status]) => status !== 200)).toEqual([]);
    expect(seen.size).toBeGreaterThanOrEqual(11);
  });
});
