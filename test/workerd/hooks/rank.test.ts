import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { choosing, events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

const event = events.onSearch;

function ranking(answer: string, id = "probe"): FixturePlugin {
  return { id, code: `async onSearch() { return ${answer}; }`, scopes: ["hook:onSearch"] };
}

async function orderOf(...answers: string[]): Promise<readonly string[]> {
  const names = ["first", "second", "third"];
  const site = await makeSite(...answers.map((answer, index) => ranking(answer, names[index])));
  return (await site.hooks.onSearch(event)).order;
}

describe("onSearch", () => {
  it("keeps core's order without a ranking", async () => {
    expect(await orderOf("undefined")).toEqual(["posts:a", "posts:b", "posts:c"]);
    expect(await orderOf("{}")).toEqual(["posts:a", "posts:b", "posts:c"]);
  });

  it("multiplies boosts of several plugins", async () => {
    // b: 2 × 2 = 4 before a; with the second plugin's half of it a is first again.
    expect(await orderOf("{ boosts: { 'posts:b': 2 } }")).toEqual(["posts:b", "posts:a", "posts:c"]);
    expect(await orderOf("{ boosts: { 'posts:b': 2 } }", "{ boosts: { 'posts:b': 0.5 } }")).toEqual([
      "posts:a",
      "posts:b",
      "posts:c",
    ]);
    expect(await orderOf("{ boosts: { 'posts:c': 2 } }", "{ boosts: { 'posts:c': 2 } }")).toEqual([
      "posts:c",
      "posts:a",
      "posts:b",
    ]);
  });

  it("puts an explicit order first and leaves the rest in place", async () => {
    expect(await orderOf("{ order: ['posts:c'] }")).toEqual(["posts:c", "posts:a", "posts:b"]);
    expect(await orderOf("{ order: ['posts:c'] }", "{ order: ['posts:b', 'posts:c'] }")).toEqual([
      "posts:c",
      "posts:b",
      "posts:a",
    ]);
    expect(await orderOf("{ order: ['posts:b'], boosts: { 'posts:c': 10 } }")).toEqual([
      "posts:b",
      "posts:c",
      "posts:a",
    ]);
  });

  it("names an id once, however often it is ordered", async () => {
    expect(await orderOf("{ order: ['posts:b', 'posts:b'] }")).toEqual(["posts:b", "posts:a", "posts:c"]);
  });

  it("hides what any plugin hides, ordered by another or not", async () => {
    const site = await makeSite(
      ranking("{ order: ['posts:b'] }", "first"),
      ranking("{ hide: ['posts:b', 'posts:c'] }", "second"),
    );
    const outcome = await site.hooks.onSearch(event);
    expect(outcome).toMatchObject({ order: ["posts:a"], hidden: ["posts:b", "posts:c"] });
  });
});

const SHAPES = [
  "'posts:a'",
  "['posts:a']",
  "{ order: 'posts:a' }",
  "{ order: [1] }",
  "{ boosts: { 'posts:a': 0 } }",
  "{ boosts: { 'posts:a': -1 } }",
  "{ boosts: { 'posts:a': 1001 } }",
  "{ boosts: { 'posts:a': '2' } }",
  "{ hide: [null] }",
  "{ sort: 'title' }",
  "{ order: Array(201).fill('posts:a') }",
];

describe("a ranking that is no good", () => {
  let shaped: TestSite;
  beforeAll(async () => {
    const code = `${choosing(SHAPES)} export default { async onSearch({ data }) { return choose(data); } };`;
    shaped = await makeSite({ code, scopes: ["hook:onSearch"] });
  });
  // A call that ends well, so that the breaker stays closed.
  afterEach(() => shaped.hooks.onSearch({ ...event, query: "nothing" }));

  it.each([
    ["order", "{ order: ['posts:a', 'posts:x'] }"],
    ["hide", "{ hide: ['posts:x'] }"],
    ["boosts", "{ boosts: { 'posts:x': 2 } }"],
  ])("is rejected for a foreign id in %s, and nothing of it is used", async (_where, answer) => {
    const site = await makeSite(ranking(`({ hide: ['posts:a'], ...${answer} })`));
    const outcome = await site.hooks.onSearch(event);
    expect(outcome).toMatchObject({ order: ["posts:a", "posts:b", "posts:c"], hidden: [] });
    expect(outcome.trace.plugins).toMatchObject([
      { outcome: "rejected", error: { code: "RESULT_REJECTED" } },
    ]);
    expect(JSON.stringify(outcome.trace)).not.toContain("posts:x");
  });

  it.each(SHAPES.map((answer, index) => [answer, index] as const))(
    "is rejected for its shape: %s",
    async (_answer, index) => {
      const outcome = await shaped.hooks.onSearch({ ...event, query: String(index) });
      expect(outcome.order).toEqual(["posts:a", "posts:b", "posts:c"]);
      expect(outcome.trace.plugins).toMatchObject([{ error: { code: "RESULT_REJECTED" } }]);
    },
  );

  it("does not keep another plugin's from counting", async () => {
    const site = await makeSite(
      { ...ranking("", "broken"), code: "async onSearch() { throw new Error(); }" },
      {
        ...ranking("", "slow"),
        code: "async onSearch() { await scheduler.wait(20_000); }",
        manifest: { limits: { timeoutMs: 150 } },
      },
      ranking("{ order: ['posts:c'] }", "good"),
    );
    const outcome = await site.hooks.onSearch(event);
    expect(outcome.order).toEqual(["posts:c", "posts:a", "posts:b"]);
    expect(outcome.trace.plugins.map(({ outcome: ended }) => ended)).toEqual(["error", "timeout", "ok"]);
  });
});
