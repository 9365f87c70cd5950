// The caveat elements of transform:html, and the patch that would insert or touch others.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPatch, HtmlTransformer } from "../../../capabilities/index.ts";
import type { HtmlPatch } from "../../../contracts/html-patch.ts";
import { makeInvocation } from "./fixture.ts";

const check = (patch: HtmlPatch, ...granted: string[]) => checkPatch(patch, "notify", granted);
/** What is left of an element patch with this selector where p and em are granted. */
const touch = (selector: string) =>
  check({ elements: [{ selector, setAttributes: { class: "x" } }] }, "p", "em").elements ?? [];

describe("inserted elements", () => {
  it("outside the caveat are dropped and named, and their text stays, as with others that may not be inserted", () => {
    const patch = { appendBody: '<p>one <b>two</b> <a href="/x">three</a></p><div><em>four</em></div>' };
    const { appendBody, dropped } = check(patch, "p", "em");
    expect(appendBody).toBe("<p>one two three</p><em>four</em>");
    expect(dropped.map(({ what }) => what)).toEqual(["<b>", "<a>", "<div>"]);
    expect(dropped[0]).toMatchObject({ where: "appendBody", why: expect.stringContaining("transform:html") });
  });

  it("are those of the policy where there is no caveat, and never more than those", () => {
    const appendBody = "<p>x</p><iframe src=/></iframe><script>alert(1)</script>";
    expect(checkPatch({ appendBody }, "notify").appendBody).toBe("<p>x</p>");
    expect(check({ appendBody }, "iframe", "script").appendBody).toBe("x");
  });

  it("count in every place of a patch", () => {
    const html = "<p>x</p><b>y</b>";
    const slots = { before: html, after: html, prepend: html, append: html };
    const checked = check(
      { prependBody: html, appendBody: html, elements: [{ selector: "em", ...slots }] },
      "p",
      "em",
    );
    expect(checked.prependBody).toBe("<p>x</p>y");
    expect(checked.appendBody).toBe("<p>x</p>y");
    expect(checked.elements).toEqual([
      { selector: "em", before: "<p>x</p>y", after: "<p>x</p>y", prepend: "<p>x</p>y", append: "<p>x</p>y" },
    ]);
  });

  it("are elements in the head too: meta, link, title, and script for JSON-LD", () => {
    const appendHead =
      '<meta name="a" content="b"><link rel="canonical" href="/x"><title>t</title><script type="application/ld+json">{"a":1}</script>';
    for (const [granted, kept] of [
      ["meta", '<meta name="a" content="b">'],
      ["link", '<link rel="canonical" href="/x">'],
      ["title", "<title>t</title>"],
      ["script", '<script type="application/ld+json">{"a":1}</script>'],
      ["p", undefined],
    ] as const) {
      const checked = check({ appendHead }, granted);
      expect(checked.appendHead).toBe(kept);
      expect(checked.dropped).toHaveLength(granted === "p" ? 4 : 3);
    }
  });

  it.each(["</p>", "</br>", "<P><B>x</B></P>", "<p/><b/>", "<b\n>x", "<p><!--<b>--><b>", "<x><b>y</b></x>"])(
    "are read by a parser, whatever the spelling: %j",
    (appendBody) => {
      expect(check({ appendBody }, "p", "em").appendBody ?? "").not.toMatch(/<\/?(?!p\b|em\b)[a-z]/i);
    },
  );

  it("are checked again without a change, and are no more than the caveat's, whatever a patch is made of", () => {
    const token = fc.constantFrom(
      ..."<p>|</p>|<b>|</b>|<em>|</em>|<a href=/x>|</a>|<table>|<tr>|<td>|</table>|<x>|<svg>|</svg>|<title>|</title>|<meta name=a content=b>|<script>|</script>|<li>|</br>|</p>|text|<!--|-->|<h1 id=a>".split(
        "|",
      ),
    );
    const markup = fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join(""));
    fc.assert(
      fc.property(markup, (html) => {
        const granted = ["p", "em", "meta"];
        const once = check({ appendHead: html, appendBody: html }, ...granted);
        expect(check(once, ...granted)).toEqual({ ...once, dropped: [] });
        const tags = [...`${once.appendHead} ${once.appendBody}`.matchAll(/<\/?([a-z0-9]+)/g)];
        for (const [, tag = ""] of tags) expect(granted).toContain(tag);
      }),
      { numRuns: 300 },
    );
  });
});

describe("touched elements", () => {
  it.each([
    "p",
    "P",
    "p.intro",
    "p#one[data-x]",
    "main p",
    "main > p",
    "main>p",
    "article.post em",
    "* p",
    ".a > p:first-child",
    "p:nth-child(2n+1)",
    "p:not(.a)",
    "p:not(div)",
    "p, em",
    "p ,main  em",
    'p[title="a, b > c"]',
    "p[title='div, span']",
    'p[title="]"]',
    'div[title="p"] em',
    'p[lang|="en" i]',
  ])("are those that every selector of the list ends in: %s", (selector) => {
    expect(touch(selector)).toHaveLength(1);
  });

  it.each([
    "a",
    "*",
    "p *",
    "p > *",
    ".a",
    "#a",
    "[title]",
    "main",
    "p a",
    "p > a",
    "p .a",
    "p [x]",
    "p_",
    "p :not(a)",
    ":not(a)",
    "p, a",
    "p, .a",
    "a, p",
    "*, p",
    "p, main a",
    "em .x, p",
    'a[title="x, p"]',
    "a[title='x, p']",
    'a[title="] p"]',
    'a[title="\'"], p',
    "a[title=', p']",
    'a[title="\\", p"]',
    'a[title="\\"], p"]',
    'a:not([title="), p"])',
    "a:not(p)",
    "a:not(em, p)",
    "\\70",
    "a\\,p",
    "a\\ p",
    "a/**/p",
    "a/*,*/,p",
    "a\u00a0p",
    "a,\u00a0p",
    "p-x",
    "pp",
    "p\u00e9",
    "p|a",
    "*|p",
    "|p",
    "p::before",
    "p,",
    ", p",
    "p >",
    "> p",
    "p..a",
    "p[title",
    'p[title="a',
    "p)",
  ])("are not those of %j", (selector) => {
    const { elements, dropped } = check(
      { elements: [{ selector, setAttributes: { class: "x" } }] },
      "p",
      "em",
    );
    expect(elements).toBeUndefined();
    expect(dropped).toMatchObject([{ where: "elements[0].selector" }]);
  });

  it("are what HTMLRewriter then matches: nothing that passes reaches another element", async () => {
    const part = fc.constantFrom(
      ..."p|a|em|*|.c|#i|[t]|[t='a, p']|[t=\"] p\"]|:not(a)|:not(.c)|:first-child| | > |,|, |\\|/**/|\u00a0|'|\"|]|)".split(
        "|",
      ),
    );
    const selectors = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    const page = `<main><p class="c" t="a, p"><a class="c" id="i" t="] p">x</a><em>y</em></p><a t="a, p">z</a></main>`;
    await fc.assert(
      fc.asyncProperty(selectors, async (selector) => {
        if (touch(selector).length === 0) return;
        const touched: string[] = [];
        const rewriter = new HTMLRewriter().on(selector, {
          element: ({ tagName }) => {
            touched.push(tagName);
          },
        });
        await rewriter.transform(new Response(page)).text();
        for (const tag of touched) expect(["p", "em"]).toContain(tag);
      }),
      { numRuns: 400 },
    );
  });
});

describe("html.transform and html.apply", () => {
  const { invocation } = makeInvocation({ "transform:html": { elements: ["p"] } });
  const transformer = new HtmlTransformer(invocation);
  const patch = {
    appendBody: "<p>a <b>b</b></p>",
    elements: [{ selector: "main", append: "<p>c</p>" }],
    dropped: [],
  };

  it("show a patch as it would be served under the caveat", async () => {
    const { dropped, ...checked } = await transformer.transform(patch);
    expect(checked).toEqual({ appendBody: "<p>a b</p>" });
    expect(dropped.map(({ where }) => where)).toEqual(["appendBody", "elements[0].selector"]);
  });

  it("apply no more than that", async () => {
    const html = "<html><head></head><body><main>x</main></body></html>";
    expect(await transformer.apply(html, patch)).toBe(html.replace("</body>", "<p>a b</p></body>"));
  });
});
