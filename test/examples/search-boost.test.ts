// Which results search-boost moves up, and by how much.
// Not how boosts of several plugins are merged: that is test/workerd.
import { beforeAll, describe, expect, it } from "vitest";
import type { HookEventInput } from "../../contracts/hooks.ts";
import { type Example, loadExample, type World } from "./example.ts";

type Results = NonNullable<HookEventInput<"onSearch">["results"]>;

const OLD = "2020-01-01T00:00:00.000Z";

describe("search-boost", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("search-boost");
  });

  function search(query: string, results: Results, world?: World): Promise<unknown> {
    return example.call("onSearch", { query, locale: "en", results }, world);
  }

  function daysAgo(days: number): string {
    return new Date(Date.now() - days * 86_400_000).toISOString();
  }

  it("boosts titles that hold the words, by their share", async () => {
    const results = [
      { id: "none", score: 3, title: "Something else", publishedAt: OLD },
      { id: "half", score: 2, title: "Workers at large", publishedAt: OLD },
      { id: "both", score: 1, title: "Durable WORKERS, explained", publishedAt: OLD },
    ];
    expect(await search("durable worker", results)).toEqual({ boosts: { half: 2, both: 3 } });
  });

  it("does not take the inside of a word for a word", async () => {
    const results = [{ id: "a", score: 1, title: "Getting started", publishedAt: OLD }];
    expect(await search("art", results)).toEqual({ boosts: {} });
  });

  it("boosts what is new, but neither the old nor the planned", async () => {
    const results = [
      { id: "new", score: 1, title: "", publishedAt: daysAgo(29) },
      { id: "old", score: 1, title: "", publishedAt: daysAgo(31) },
      { id: "planned", score: 1, title: "", publishedAt: daysAgo(-1) },
      { id: "undated", score: 1, title: "", publishedAt: null },
    ];
    expect(await search("x", results)).toEqual({ boosts: { new: 1.5 } });
  });

  it("orders by itself where the search gives no scores", async () => {
    const results = [
      { id: "rest", title: "Other", publishedAt: OLD },
      { id: "fresh", title: "Other", publishedAt: daysAgo(1) },
      { id: "title", title: "About plugins", publishedAt: OLD },
    ];
    expect(await search("plugins", results)).toEqual({ order: ["title", "fresh"] });
  });

  it("takes its numbers from the settings", async () => {
    const settings = { titleBoost: 10, freshBoost: 1, freshDays: 1 };
    const results = [{ id: "a", score: 1, title: "Plugins", publishedAt: daysAgo(0) }];
    expect(await search("plugins", results, { settings })).toEqual({ boosts: { a: 10 } });
  });

  it("has nothing to say without words or titles", async () => {
    expect(await search("…", [{ id: "a", score: 1 }])).toEqual({ boosts: {} });
  });
});
