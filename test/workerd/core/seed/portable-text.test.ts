import { describe, expect, it } from "vitest";
import { renderPortableText } from "../../../../services/core/seed/portable-text.ts";
import { paragraph } from "../fixtures.ts";

/** One paragraph whose only span has the given marks. */
function marked(text: string, marks: unknown, markDefs: unknown = []): unknown[] {
  return [{ _type: "block", style: "normal", markDefs, children: [{ _type: "span", text, marks }] }];
}

function linked(href: unknown): string {
  return renderPortableText(marked("go", ["k"], [{ _key: "k", _type: "link", href }]));
}

describe("renderPortableText", () => {
  it.each([
    ["normal", "<p>x</p>"],
    ["h1", "<h2>x</h2>"],
    ["h2", "<h2>x</h2>"],
    ["h3", "<h3>x</h3>"],
    ["h6", "<h6>x</h6>"],
    ["blockquote", "<blockquote><p>x</p></blockquote>"],
    ["constructor", "<p>x</p>"],
  ])("renders a block of style %s", (style, html) => {
    expect(renderPortableText([{ ...paragraph("x"), style }])).toBe(html);
  });

  it.each([
    ["strong", "<strong>x</strong>"],
    ["em", "<em>x</em>"],
    ["code", "<code>x</code>"],
    ["underline", "<u>x</u>"],
    ["strike-through", "<s>x</s>"],
    ["sup", "<sup>x</sup>"],
  ])("renders the mark %s", (mark, html) => {
    expect(renderPortableText(marked("x", [mark]))).toBe(`<p>${html}</p>`);
  });

  it.each(["constructor", "__proto__", "toString", "<b>", "link"])(
    "keeps the text under the mark %s",
    (mark) => {
      expect(renderPortableText(marked("x", [mark]))).toBe("<p>x</p>");
    },
  );

  it("nests lists", () => {
    const item = (text: string, level: number, listItem: string) => ({ ...paragraph(text), level, listItem });
    const blocks = [item("a", 1, "bullet"), item("b", 2, "number"), item("c", 1, "bullet")];
    expect(renderPortableText(blocks)).toBe("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>");
  });

  it("escapes text and keeps line breaks", () => {
    expect(renderPortableText([paragraph(`<script>"&'\n</script>`)])).toBe(
      "<p>&lt;script&gt;&quot;&amp;&#39;<br>&lt;/script&gt;</p>",
    );
  });

  it.each(["https://a.example/?a=1&b=2", "mailto:a@b.example", "/posts/x", "#part", "next/page", "?q=1"])(
    "links to %s",
    (href) => {
      expect(linked(href)).toBe(`<p><a href="${href.replace("&", "&amp;")}">go</a></p>`);
    },
  );

  it.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "",
    7,
    null,
    { toString: () => "x" },
  ])("drops the link to %j and keeps its text", (href) => {
    expect(linked(href)).toBe("<p>go</p>");
  });

  it("keeps an address from leaving its attribute", () => {
    expect(linked('https://a.example/"onmouseover="alert(1)')).toBe(
      '<p><a href="https://a.example/&quot;onmouseover=&quot;alert(1)">go</a></p>',
    );
  });

  it("renders images however they are written, and none with another scheme", () => {
    const figure = '<figure><img src="https://a.example/i.png" alt="A &amp; B" loading="lazy"></figure>';
    const image = { _type: "image", alt: "A & B" };
    expect(renderPortableText([{ ...image, asset: { url: "https://a.example/i.png" } }])).toBe(figure);
    expect(renderPortableText([{ ...image, src: "https://a.example/i.png" }])).toBe(figure);
    expect(renderPortableText([{ ...image, url: "javascript:alert(1)" }])).toBe("");
    expect(renderPortableText([{ ...image, url: "data:image/svg+xml,<svg/onload=alert(1)>" }])).toBe("");
  });

  it("renders code, breaks and quotes as what they are", () => {
    expect(renderPortableText([{ _type: "code", code: "a < b", language: 'ts"><i>' }])).toBe(
      '<pre><code class="language-tsi">a &lt; b</code></pre>',
    );
    expect(renderPortableText([{ _type: "break", style: "dots" }])).toBe("<hr>");
    expect(renderPortableText([{ _type: "pullquote", text: "Q<", citation: "C>" }])).toBe(
      "<blockquote><p>Q&lt;</p><footer>C&gt;</footer></blockquote>",
    );
  });

  it("renders a table with its marks", () => {
    const cell = (text: string) => ({
      _type: "tableCell",
      content: [{ _type: "span", text, marks: ["em"] }],
    });
    const table = {
      _type: "table",
      hasHeaderRow: true,
      rows: [{ cells: [cell("<h>")] }, { cells: ["b", 7] }],
    };
    expect(renderPortableText([table])).toBe(
      "<table><tbody><tr><th><em>&lt;h&gt;</em></th></tr><tr><td>b</td><td></td></tr></tbody></table>",
    );
  });

  it("makes a link of what is embedded, and columns one after the other", () => {
    const embed = {
      _type: "embed",
      url: "https://v.example/1",
      html: "<iframe src=x></iframe>",
      caption: "Film",
    };
    expect(renderPortableText([embed])).toBe('<p><a href="https://v.example/1">Film</a></p>');
    const columns = {
      _type: "columns",
      columns: [{ content: [paragraph("a")] }, { content: [paragraph("b")] }],
    };
    expect(renderPortableText([columns])).toBe("<p>a</p><p>b</p>");
  });

  it("lets raw HTML through the sanitiser only", () => {
    const html =
      '<p onclick="x()">a<script>alert(1)</script><a href="javascript:x">b</a><img src=x onerror=y></p>';
    expect(renderPortableText([{ _type: "htmlBlock", html }])).toBe('<p>a<a>b</a><img src="x" /></p>');
  });

  it.each([
    ["an unknown block", [{ _type: "marketing.hero", html: "<script>" }]],
    ["a block named like the renderer's own", [{ _type: "emgate.html", html: "<script>" }]],
    ["a block named like a property of objects", [{ _type: "constructor" }, { _type: "__proto__" }]],
    [
      "the library's own nodes",
      [{ _type: "@list", children: null }, { _type: "@span" }, { _type: "@text", text: "<b>" }],
    ],
    ["values that are no blocks", [null, 1, "x", [], {}, { _type: null }]],
    ["text", "<script>"],
    ["nothing", null],
  ])("gives nothing for %s", (_name, value) => {
    expect(renderPortableText(value)).toBe("");
  });

  it.each([
    ["children that are none", { children: "x" }],
    ["children without types", { children: [null, 7, {}, { _type: "span", text: 7 }, { text: "x" }] }],
    ["marks that are none", { children: [{ _type: "span", text: "", marks: "strong" }] }],
    ["definitions that are none", { children: [], markDefs: [null, { _key: 7 }] }],
    ["levels that are none", { children: [{ _type: "span", text: "" }], level: Number.NaN }],
  ])("survives %s", (_name, broken) => {
    expect(renderPortableText([{ _type: "block", ...broken }])).toBe("");
  });

  it("refuses a block whose spans would cost their square", () => {
    const children = Array.from({ length: 5_001 }, () => ({ _type: "span", text: "x", marks: ["em"] }));
    expect(() => renderPortableText([{ _type: "block", children }])).toThrow(
      expect.objectContaining({ code: "PAYLOAD_TOO_LARGE" }),
    );
  });

  it("stops at columns within columns within columns", () => {
    let blocks: unknown[] = [paragraph("x")];
    for (let level = 0; level < 10; level += 1)
      blocks = [{ _type: "columns", columns: [{ content: blocks }] }];
    expect(renderPortableText(blocks)).toBe("");
  });
});
