// Merging: the site's order everywhere, and one of each thing that a page has only once.
import { describe, expect, it } from "vitest";
import { checkPatch, mergePatches } from "../../../../capabilities/html-policy/index.ts";
import type { HtmlPatch } from "../../../../contracts/html-patch.ts";

function merge(...patches: [plugin: string, patch: HtmlPatch][]) {
  return mergePatches(patches.map(([plugin, patch]) => ({ plugin, patch: checkPatch(patch, plugin) })));
}
const meta = (name: string, content: string) => `<meta name="${name}" content="${content}">`;
const property = (name: string, content: string) => `<meta property="${name}" content="${content}">`;

describe("merged patches", () => {
  it("keep the site's order in every slot", () => {
    const { patch, dropped } = merge(
      [
        "one",
        { prependHead: meta("a", "1"), appendBody: "<p>1</p>", elements: [{ selector: "p", before: "1" }] },
      ],
      ["two", { prependHead: meta("b", "2"), prependBody: "<p>2</p>" }],
      ["three", { appendBody: "<p>3</p>", elements: [{ selector: "a", before: "3" }] }],
    );
    expect(patch).toEqual({
      prependHead: meta("a", "1") + meta("b", "2"),
      prependBody: "<p>2</p>",
      appendBody: "<p>1</p><p>3</p>",
      elements: [
        { selector: "p", before: "1" },
        { selector: "a", before: "3" },
      ],
    });
    expect(dropped.size).toBe(0);
  });

  it("are empty when there is nothing to merge", () => {
    expect(mergePatches([])).toEqual({ patch: {}, dropped: new Map() });
  });

  it.each([
    ["description", meta("description", "1"), meta("Description", "2")],
    ["name and property alike", property("og:title", "1"), meta("og:title", "2")],
    [
      "a meta of two names",
      '<meta name="description" property="og:description" content="1">',
      property("og:description", "2"),
    ],
    ["title", "<title>1</title>", "<title>2</title>"],
    ["canonical", '<link rel="canonical" href="/1">', '<link rel="canonical" href="/2">'],
    ["og:image and its size", property("og:image", "/1.png"), property("og:image:width", "2")],
    ["a list of another plugin's", property("article:tag", "1"), property("article:tag", "2")],
  ])("keep the first of equal: %s", (_name, first, second) => {
    const { patch, dropped } = merge(
      ["one", { appendHead: first }],
      ["two", { prependHead: second, appendHead: meta("other", "2") }],
    );
    expect(patch).toEqual({ appendHead: first + meta("other", "2") });
    expect([...dropped.keys()]).toEqual(["two"]);
    expect(dropped.get("two")).toMatchObject([{ where: "prependHead" }]);
    expect(dropped.get("two")?.[0]?.why).toContain("plugin one");
  });

  it("keep the first of equal within one plugin too", () => {
    const { patch, dropped } = merge([
      "one",
      { prependHead: "<title>1</title>", appendHead: "<title>2</title>" },
    ]);
    expect(patch).toEqual({ prependHead: "<title>1</title>" });
    expect(dropped.get("one")).toMatchObject([{ where: "appendHead", what: "<title>2</title>" }]);
  });

  it("let one plugin list images, tags and authors, but not one of them twice", () => {
    const list =
      ["/1.png", "/2.png"].map((url) => property("og:image", url)).join("") + property("og:image:alt", "x");
    const { patch, dropped } = merge(["one", { appendHead: list + property("og:image", "/1.png") }]);
    expect(patch).toEqual({ appendHead: list });
    expect(dropped.get("one")?.length).toBe(1);
  });

  it("keep what may stand several times", () => {
    const html = '<link rel="alternate" href="/a"><script type="application/ld+json">{}</script>';
    const colours = ["light", "dark"].map(
      (scheme) => `<meta name="theme-color" content="#fff" media="(prefers-color-scheme: ${scheme})">`,
    );
    const { patch, dropped } = merge(
      ["one", { appendHead: html + colours[0] }],
      ["two", { appendHead: html + colours[1] }],
    );
    expect(patch).toEqual({ appendHead: html + colours[0] + html + colours[1] });
    expect(dropped.size).toBe(0);
  });
});
