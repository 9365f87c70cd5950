// What holds of every check: it is idempotent, balanced, prefixes ids once and bounds what it reports.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPatch } from "../../../../capabilities/html-policy/index.ts";
import { htmlPatchSchema } from "../../../../contracts/html-patch.ts";
import { MAX_FRAGMENT_BYTES } from "../../../../contracts/limits.ts";
import { HOSTILE_FRAGMENTS } from "./hostile-fragments.ts";
import { findDangers, PLUGIN, serve } from "./served-page.ts";

const check = (html: string) => checkPatch({ appendBody: html }, PLUGIN);

describe("a checked patch", () => {
  it("has no empty slots", () => {
    const patch = {
      appendHead: "<script>x</script>",
      prependBody: "",
      elements: [{ selector: "p", before: "<style>x</style>" }],
    };
    const { dropped, ...checked } = checkPatch(patch, PLUGIN);
    expect(checked).toEqual({});
    expect(dropped.map(({ where, what }) => `${where} ${what}`)).toEqual([
      "appendHead <script>",
      "elements[0].before <style>",
    ]);
  });

  it("ignores what the patch itself says was dropped", () => {
    const dropped = [{ where: "a", what: "b", why: "c" }];
    expect(checkPatch({ appendBody: "<p>x</p>", dropped }, PLUGIN).dropped).toEqual([]);
  });

  it.each(HOSTILE_FRAGMENTS)("is checked again without a change: $name", ({ html }) => {
    expectIdempotent(html);
  });

  it("is checked again without a change, whatever it was made of", () => {
    fc.assert(fc.property(markup, expectIdempotent), { numRuns: 300 });
  });

  it("is balanced, so that it neither closes nor swallows the page's markup", async () => {
    const property = fc.asyncProperty(markup, async (html) => {
      const { html: page } = await serve({ elements: [{ selector: "h1", before: html }] }, FRAME);
      const inside = /^<main><i><\/i>(.*)<h1>x<\/h1><\/main>$/s.exec(page)?.[1];
      expect(inside).toBeDefined();
      expect(openAtEnd(inside ?? "")).toEqual([]);
      expect(await findDangers(page, FRAME)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

describe("ids", () => {
  it("bear the plugin's id, once, with what refers to them", () => {
    const patch = {
      prependBody: '<nav><a href="#part">to</a> <a href="#comments">page</a></nav>',
      appendBody:
        '<h2 id="part">x</h2><p id="author-box-note" aria-labelledby="part other">y</p><a name="old">z</a>',
      elements: [{ selector: "h1", setAttributes: { "aria-describedby": "author-box-note part" } }],
    };
    const checked = checkPatch(patch, PLUGIN);
    expect(checked).toEqual({
      prependBody: '<nav><a href="#author-box-part">to</a> <a href="#comments">page</a></nav>',
      appendBody:
        '<h2 id="author-box-part">x</h2><p id="author-box-note" aria-labelledby="author-box-part other">y</p><a name="author-box-old">z</a>',
      elements: [
        { selector: "h1", setAttributes: { "aria-describedby": "author-box-note author-box-part" } },
      ],
      dropped: [],
    });
    expect(checkPatch(checked, PLUGIN)).toEqual(checked);
  });

  it.each(["", "a b", "a\tb"])("are dropped when they are none: %j", (id) => {
    expect(check(`<p id="${id}">x</p>`).appendBody).toBe("<p>x</p>");
  });
});

describe("sizes", () => {
  it("drops a fragment that is too large, or becomes so", () => {
    for (const html of [
      "x".repeat(MAX_FRAGMENT_BYTES + 1),
      "é".repeat(MAX_FRAGMENT_BYTES / 2 + 1),
      "&".repeat(20_000),
    ]) {
      const checked = check(html);
      expect(checked.appendBody).toBeUndefined();
      expect(checked.dropped).toMatchObject([{ where: "appendBody" }]);
    }
    expect(check("x".repeat(MAX_FRAGMENT_BYTES)).dropped).toEqual([]);
  });

  it("names at most 200 things, each in at most 80 characters, and says how many more", () => {
    const { dropped } = check(`<x-${"y".repeat(200)}>`.concat("<x-z>".repeat(999)));
    expect(dropped.length).toBe(201);
    expect(Math.max(...dropped.map(({ what }) => what.length))).toBe(80);
    expect(dropped.at(-1)).toMatchObject({ where: "patch", what: "800 more" });
  });

  it("answers with a patch that the schema takes", () => {
    const checked = check(`${"<x-y>".repeat(5000)}<p>x</p>`);
    expect(htmlPatchSchema.parse(checked)).toEqual(checked);
  });

  it("cuts markup that is nested too deeply, and stays balanced", () => {
    const { appendBody = "" } = check("<div>".repeat(500));
    expect(appendBody).toBe("<div>".repeat(100) + "</div>".repeat(100));
  });

  it.each([
    ["tags", "<a ", 20_000],
    ["open quotes", "<a b='", 10_000],
    ["end tags", "</p>", 16_000],
    ["comments", "<!--", 16_000],
    ["ampersands", "<i a=&", 10_000],
    ["disallowed tags", "<x><p>", 10_000],
    ["srcset", `<img srcset="${"a, ".repeat(20_000)}">`, 1],
    ["JSON", `<script type=application/ld+json>${"[".repeat(60_000)}`, 1],
  ])("takes well under a second for 60 KB of %s", (_name, part, times) => {
    const html = part.repeat(times).slice(0, MAX_FRAGMENT_BYTES);
    const startMs = Date.now();
    checkPatch({ prependHead: html, appendBody: html }, PLUGIN);
    expect(Date.now() - startMs).toBeLessThan(1000);
  });
});

const FRAME = "<main><i></i><h1>x</h1></main>";

const token = fc.constantFrom(
  ..."<p>|</p>|<div>|</div>|<b>|</b>|<a href=/x>|</a>|<ul>|<li>|</li>|</ul>|<table>|<tr>|<td>|</table>|<x-y>|</x-y>|<form>|</form>|<svg>|</svg>|<title>|</title>|<style>|</style>|<script>|</script>|<!--|-->|<![CDATA[|]]>|<br>|</br>|<img src=x onerror=y>|<p title='|\"|'|>|<|&|&lt;|&#0;|text|<h1 id=a>|</h1>|<textarea>|</textarea>|<select>|<option>|</main>|<noscript>|<math>|<mi>|<desc>|<plaintext>|<dl>|<dt>|<dd>|<body>|\u001b|\u0000|<rt>|<a href=java&#9;script:x>".split(
    "|",
  ),
);
const markup = fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join(""));

function expectIdempotent(html: string): void {
  const patch = {
    prependHead: html,
    appendBody: html,
    elements: [{ selector: "main", after: html, setText: html }],
  };
  const once = checkPatch(patch, PLUGIN);
  expect(checkPatch(once, PLUGIN)).toEqual({ ...once, dropped: [] });
}

/** Elements that are open after the last tag; a stray end tag is among them too. */
function openAtEnd(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, tag = "", end] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/g)) {
    if (end === "/") continue;
    if (slash === "") open.push(tag);
    else if (open.pop() !== tag) return [`stray ${tag}`];
  }
  return open;
}
