import { describe, expect, it } from "vitest";
import { MAX_SEED_BYTES } from "../../../../contracts/limits.ts";
import { contentSource, importSeed, searchPages } from "../../../../services/core/index.ts";
import { makeCore, makeHooks, paragraph } from "../fixtures.ts";

const PAGES = 3_000;
const WORDS = "harbour tide lantern quay ferry gull rope anchor mist bell timber salt wind chart".split(" ");

/** More than 10 MB of posts, each of a dozen paragraphs. */
function makeLargeSeed(): string {
  const posts = Array.from({ length: PAGES }, (_, index) => ({
    id: `p${index}`,
    slug: `post-${index}`,
    data: {
      title: `Post number ${index}`,
      content: Array.from({ length: 16 }, (_, part) =>
        paragraph(
          Array.from({ length: 24 }, (_, word) => WORDS[(index * 7 + part * 3 + word) % 14]).join(" "),
        ),
      ),
    },
  }));
  return JSON.stringify({ version: "1", content: { posts } });
}

describe("importSeed of 3,000 pages", { timeout: 120_000 }, () => {
  it("imports, refuses, skips and replaces them, and they are found", async () => {
    const text = makeLargeSeed();
    expect(text.length).toBeGreaterThan(10_000_000);
    expect(text.length).toBeLessThan(MAX_SEED_BYTES);
    const core = await makeCore();
    expect(await importSeed(core, text, "refuse")).toMatchObject({ created: PAGES });
    await expect(importSeed(core, text, "refuse")).rejects.toMatchObject({
      code: "CONFLICT",
      details: { count: PAGES },
    });
    expect(await importSeed(core, text, "skip")).toMatchObject({ skipped: PAGES });
    expect(await importSeed(core, text, "replace")).toMatchObject({ replaced: PAGES });
    const { results } = await searchPages(core, makeHooks(), "number 2999");
    expect(results.map(({ slug }) => slug)).toEqual(["post-2999"]);
    const page = await contentSource(core).get("posts/post-1234");
    expect(page?.html.match(/<p>/g)).toHaveLength(16);
  });

  it("leaves nothing behind when its last statement fails", async () => {
    const core = await makeCore();
    const db = new Proxy(core.db, {
      get(target, name) {
        if (name !== "batch") return Reflect.get(target, name).bind(target);
        return (statements: D1PreparedStatement[]) =>
          target.batch(
            statements.length < 5
              ? statements
              : [...statements, target.prepare("INSERT INTO pages (seq) VALUES (0)")],
          );
      },
    });
    await expect(importSeed({ ...core, db }, makeLargeSeed(), "refuse")).rejects.toThrow(/constraint/);
    for (const table of ["sites", "collections", "pages"]) {
      const count = await core.db
        .prepare(`SELECT count(*) AS rows FROM ${table} WHERE site = ?`)
        .bind(core.site)
        .first("rows");
      expect(count).toBe(0);
    }
    expect((await searchPages(core, makeHooks(), "harbour")).results).toEqual([]);
    expect(await importSeed(core, makeLargeSeed(), "refuse")).toMatchObject({ created: PAGES });
  });
});
