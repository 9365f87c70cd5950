// The sitemap that the sitemap plugin builds, in one call or in many.
// KV is a Map here: expiry of parts is Workers KV's own.
import { beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../contracts/json.ts";
import type { Page } from "../../contracts/page.ts";
import { type Example, loadExample, makePage } from "./example.ts";

describe("sitemap", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("sitemap");
  });

  function makeSite(count: number, changes: Partial<Page> = {}): Page[] {
    return Array.from({ length: count }, (_, index) =>
      makePage({ id: `p${index}`, url: `/posts/${index}`, ...changes }),
    );
  }

  /** Calls the hook as the host would, until it asks for no further call; how many calls it took. */
  async function run(pages: readonly Page[], kv: Map<string, string>): Promise<number> {
    let cursor: Json | undefined;
    for (let calls = 1; calls < 100; calls += 1) {
      const result = (await example.call("onSchedule", { cursor }, { pages, kv })) as {
        again?: { afterMs: number; cursor: Json };
      } | null;
      if (!result?.again) return calls;
      cursor = result.again.cursor;
    }
    throw new Error("never ends");
  }

  it("asks for every hour", () => {
    expect(example.manifest.schedules).toEqual([{ cron: "0 * * * *" }]);
  });

  it("writes a small site in one call", async () => {
    const kv = new Map<string, string>();
    expect(await run(makeSite(2), kv)).toBe(1);
    expect([...kv]).toEqual([
      [
        "sitemap.xml",
        [
          '<?xml version="1.0" encoding="UTF-8"?>',
          '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
          "<url><loc>https://demo.example/posts/0</loc><lastmod>2026-02-01T10:00:00.000Z</lastmod></url>",
          "<url><loc>https://demo.example/posts/1</loc><lastmod>2026-02-01T10:00:00.000Z</lastmod></url>",
          "</urlset>",
          "",
        ].join("\n"),
      ],
    ]);
  });

  it("escapes addresses and leaves out pages without one", async () => {
    const kv = new Map<string, string>();
    await run(
      [makePage({ url: "/a?b=1&c='<d>'", updatedAt: "", publishedAt: null }), makePage({ url: "" })],
      kv,
    );
    expect(kv.get("sitemap.xml")?.split("\n").slice(2, -2)).toEqual([
      "<url><loc>https://demo.example/a?b=1&amp;c=%27%3Cd%3E%27</loc></url>",
    ]);
  });

  it("takes 500 pages a call and every page once", async () => {
    const kv = new Map<string, string>();
    expect(await run(makeSite(1_201), kv)).toBe(3);
    const locations = kv.get("sitemap.xml")?.match(/<loc>[^<]*<\/loc>/g) ?? [];
    expect(locations).toHaveLength(1_201);
    expect(new Set(locations).size).toBe(1_201);
  });

  it("keeps the old sitemap until the new one is complete", async () => {
    const kv = new Map([["sitemap.xml", "old"]]);
    const pages = makeSite(600);
    const first = await example.call("onSchedule", {}, { pages, kv });
    expect(first).toMatchObject({ again: { afterMs: 500, cursor: { parts: 1, urls: 500, after: "500" } } });
    expect(kv.get("sitemap.xml")).toBe("old");
    const { cursor } = (first as { again: { cursor: Json } }).again;
    expect(await example.call("onSchedule", { cursor }, { pages, kv })).toBeNull();
    expect(kv.get("sitemap.xml")?.match(/<url>/g)).toHaveLength(600);
  });

  it("keeps two builds apart", async () => {
    const kv = new Map<string, string>();
    const call = (invocationId: string) =>
      example.call("onSchedule", {}, { pages: makeSite(600), kv, context: { invocationId } });
    await call("one");
    await call("two");
    expect([...kv.keys()]).toEqual(["parts/one/0", "parts/two/0"]);
  });

  it("keeps the old sitemap when a part is gone", async () => {
    const kv = new Map([["sitemap.xml", "old"]]);
    const cursor = { id: "one", parts: 1, bytes: 10, urls: 1, after: "500" };
    await expect(example.call("onSchedule", { cursor }, { pages: makeSite(600), kv })).rejects.toThrow(
      "part 0",
    );
    expect(kv.get("sitemap.xml")).toBe("old");
  });

  it("stops at what one key holds, newest pages first", async () => {
    const kv = new Map<string, string>();
    const pages = makeSite(1_200).map((page) => ({ ...page, url: `${page.url}/${"x".repeat(1_000)}` }));
    expect(await run(pages, kv)).toBe(2);
    const sitemap = kv.get("sitemap.xml") ?? "";
    expect(Buffer.byteLength(sitemap)).toBeLessThan(1_048_576);
    expect(Buffer.byteLength(sitemap)).toBeGreaterThan(990_000);
    expect(sitemap).toContain("/posts/0/x");
  });
});
