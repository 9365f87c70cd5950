// What seo-check finds, counts, keeps and lets through.
// Not what its grant allows: run.test.ts runs it in a real sandbox.
import { beforeAll, describe, expect, it } from "vitest";
import type { HookEventInput } from "../../contracts/hooks.ts";
import type { Page } from "../../contracts/page.ts";
import { type Example, loadExample, makePage, type World } from "./example.ts";

describe("seo-check", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("seo-check");
  });

  function check(changes: Partial<Page>, world?: World): Promise<unknown> {
    const { id: pageId, ...page } = makePage(changes);
    return example.call("beforePublish", { ...page, pageId }, world);
  }

  it("lets a good page through without issues", async () => {
    expect(await check({})).toEqual({ allow: true, issues: [] });
  });

  it("refuses a short title and names the counts", async () => {
    expect(await check({ title: "Hello" })).toEqual({
      allow: false,
      issues: [{ severity: "error", field: "title", message: expect.stringContaining("5 of 10") }],
    });
  });

  it("gives one warning for a short excerpt and a missing image", async () => {
    const excerpt = "Thirty-three characters, exactly.";
    expect(excerpt).toHaveLength(33);
    expect(await check({ excerpt, image: null })).toEqual({
      allow: true,
      issues: [
        {
          severity: "warning",
          field: "excerpt",
          message: expect.stringMatching(/33 of 50 characters.*image is missing/),
        },
      ],
    });
  });

  it("warns of the image alone when the excerpt is long enough", async () => {
    expect(await check({ image: null })).toEqual({
      allow: true,
      issues: [{ severity: "warning", field: "image", message: "The image is missing." }],
    });
  });

  it("warns of the excerpt alone when there is an image", async () => {
    const result = await check({ excerpt: "Short." });
    expect(result).toMatchObject({
      allow: true,
      issues: [{ message: expect.not.stringContaining("image") }],
    });
  });

  it.each([
    ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "5 of 10"],
    ["éééé", "4 of 10"],
    ["  a \n\t b  ", "3 of 10"],
    ["", "0 of 10"],
  ])("counts %j as people do", async (title, counts) => {
    expect(await check({ title })).toMatchObject({ issues: [{ message: expect.stringContaining(counts) }] });
  });

  it("takes its thresholds from the settings", async () => {
    const settings = { minTitleCharacters: 3, minExcerptCharacters: 0 };
    expect(await check({ title: "Hi!", excerpt: "" }, { settings })).toEqual({ allow: true, issues: [] });
  });

  it("says so when it may not read the page", async () => {
    // What the gateway leaves of an event outside read:pages; typed as whole, since no core sends this.
    const ids = {
      api: 1,
      pageId: "p1",
      collection: "secret",
      slug: "s",
      locale: "en",
      isUpdate: false,
    } as const;
    const event = ids as unknown as HookEventInput<"beforePublish">;
    expect(await example.call("beforePublish", event, { withheld: true })).toEqual({
      allow: true,
      issues: [{ severity: "info", message: expect.stringContaining("secret") }],
    });
  });

  it("keeps its finding, a refusal's too", async () => {
    const kv = new Map<string, string>();
    await check({ title: "Hello" }, { kv });
    expect([...kv.keys()]).toEqual(["findings/p1"]);
    expect(JSON.parse(kv.get("findings/p1") ?? "")).toEqual({
      counts: { title: 5, excerpt: makePage().excerpt.length },
      hasImage: true,
      issues: [expect.objectContaining({ severity: "error" })],
      checkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });
});
