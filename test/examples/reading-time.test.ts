// How reading-time counts words, where it writes and when it keeps quiet.
// Not how its patch is applied: core-worker.test.ts sees that.
import { beforeAll, describe, expect, it } from "vitest";
import { type Example, loadExample, makePage, type World } from "./example.ts";

describe("reading-time", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("reading-time");
  });

  function read(html: string, world?: World): Promise<unknown> {
    return example.call("renderHtml", { pageId: "p1" }, { pages: [makePage({ html })], ...world });
  }

  function saying(minutes: number, selector = "article h1"): unknown {
    const after = `<p class="reading-time">${minutes} min read</p>`;
    return { elements: [{ selector, after }], dropped: [] };
  }

  it("says four minutes for 920 words", async () => {
    expect(await read(`<p>${"word ".repeat(920)}</p>`)).toEqual(saying(4));
  });

  it("says at least one minute", async () => {
    expect(await read("<p>Short.</p>")).toEqual(saying(1));
  });

  it("counts text, not markup, scripts or entities", async () => {
    const script = `<script>${"x ".repeat(900)}</script>`;
    const link = `<a href="/one two three" title="four">Tom &amp; Jerry</a> `;
    expect(await read(script + link.repeat(345))).toEqual(saying(3));
    expect(await read("don&#39;t&nbsp;stop ".repeat(345))).toEqual(saying(3));
  });

  it("counts words where there are no spaces", async () => {
    // Three words (we, learn, Chinese): 690 in all. By spaces it would be one.
    expect(await read(`<p>${"我们学习中文。".repeat(230)}</p>`)).toEqual(saying(3));
  });

  it("takes speed and place from the settings", async () => {
    const settings = { wordsPerMinute: 100, selector: ".title" };
    expect(await read("word ".repeat(500), { settings })).toEqual(saying(5, ".title"));
  });

  it("says nothing of an empty page, of one it may not read, or beside a page", async () => {
    expect(await read("<img src=x>")).toBeNull();
    expect(await example.call("renderHtml", { pageId: "p1" }, { withheld: true })).toBeNull();
    for (const kind of ["home", "archive", "search"] as const) {
      expect(await example.call("renderHtml", { kind })).toBeNull();
    }
  });

  it("stays within a render's CPU on a long page", async () => {
    const html = `<p>${"A long page about a thing. ".repeat(5_000)}</p>${"<".repeat(50_000)}`;
    const startedMs = performance.now();
    await read(html);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
