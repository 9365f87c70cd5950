// The streaming pass on real workerd: where fragments land in documents of every shape, and what is left alone.
import { describe, expect, it } from "vitest";
import { applyPatch, UNTOUCHABLE_ELEMENTS } from "../../../contracts/apply-patch.ts";
import type { ElementPatch } from "../../../contracts/html-patch.ts";
import type { MergedPatch } from "../../../contracts/outcome.ts";

const ALL: MergedPatch = { prependHead: "[H1]", appendHead: "[H2]", prependBody: "[B1]", appendBody: "[B2]" };
const HTML = "text/html; charset=utf-8";

function respond(body: BodyInit | null, init: ResponseInit = {}): Response {
  return new Response(body, { ...init, headers: { "content-type": HTML, ...init.headers } });
}
async function apply(html: string, patch: MergedPatch = ALL): Promise<string> {
  return applyPatch(respond(html), { patch }).text();
}
const applyTo = (html: string, ...elements: ElementPatch[]) => apply(html, { elements });

describe("head and body fragments", () => {
  it.each([
    [
      "a whole document",
      "<html><head>h</head><body>b</body></html>",
      "<html><head>[H1]h[H2]</head><body>[B1]b[B2]</body></html>",
    ],
    [
      "upper case",
      "<HTML><HEAD>h</HEAD><BODY>b</BODY></HTML>",
      "<HTML><HEAD>[H1]h[H2]</HEAD><BODY>[B1]b[B2]</BODY></HTML>",
    ],
    ["no end tags", "<head>h<body>b", "<head>[H1]h[H2]<body>[B1]b<!--\"'-->[B2]"],
    ["no end tag but html's", "<html><head>h<body>b</html>", "<html><head>[H1]h[H2]<body>[B1]b[B2]</html>"],
    ["no head", "<body>b</body>", "<body>[B1]b[B2]</body><!--\"'-->[H1][H2]"],
    ["no body", "<head>h</head><p>x", "<head>[H1]h[H2]</head><p>x<!--\"'-->[B1][B2]"],
    ["neither", "<p>x</p>", "<p>x</p><!--\"'-->[H1][H2][B1][B2]"],
    ["nothing", "", "<!--\"'-->[H1][H2][B1][B2]"],
    [
      "two of each",
      "<head>h</head><head>i</head><body>b</body><body>c</body>",
      "<head>[H1]h[H2]</head><head>i</head><body>[B1]b[B2]</body><body>c</body>",
    ],
    [
      "an attribute holding >",
      "<head data-a='>'>h</head><body class=\">\">b</body>",
      "<head data-a='>'>[H1]h[H2]</head><body class=\">\">[B1]b[B2]</body>",
    ],
    [
      "a head in a comment",
      "<!--<head></head><body>--><head></head><body></body>",
      "<!--<head></head><body>--><head>[H1][H2]</head><body>[B1][B2]</body>",
    ],
    [
      "a comment closed at once",
      "<!--><head></head><body></body>",
      "<!--><head>[H1][H2]</head><body>[B1][B2]</body>",
    ],
    [
      "unclosed elements in the body",
      "<head></head><body><div><p>x</body>",
      "<head>[H1][H2]</head><body>[B1]<div><p>x[B2]</body>",
    ],
  ])("land right in a document with %s", async (_name, html, expected) => {
    expect(await apply(html)).toBe(expected);
  });

  it.each([
    "script",
    "style",
    "textarea",
    "title",
    "noscript",
    "template",
    "iframe",
    "xmp",
    "svg",
    "noembed",
    "object",
  ])("pass over a head and a body within <%s>", async (tag) => {
    const before = `<${tag}><head></head><body></body></${tag}>`;
    const expected = `${before}<head>[H1][H2]</head><body>[B1][B2]</body>`;
    expect(await apply(`${before}<head></head><body></body>`)).toBe(expected);
  });

  it.each([
    "<script>var a = 1;",
    "<style>a",
    "<textarea>a",
    "<title>t",
    "<plaintext>a",
    "<svg><g>",
    "<script><!--<script>x</script>",
  ])("stay out of a document that ends inside %s", async (html) => {
    expect(await apply(html)).toBe(html);
  });

  it.each([
    '<img src="/a',
    "<img src='/a",
    "<img src=/a",
    "<img src=",
    "<img alt=x ",
    "<!-- a",
    "<p>a<",
    "<p>a</",
    "<!doctype html",
  ])("cannot become attributes of a tag that is cut off: %s", async (html) => {
    const hostile = '" onerror=alert(1) x=\' onload=alert(2) <p class=" onfocus=alert(3) ">x</p>';
    const page = await apply(html, { appendBody: hostile });
    const names: string[] = [];
    const read = new HTMLRewriter().on("*", {
      element(element) {
        for (const [name = ""] of element.attributes) names.push(name);
      },
    });
    await read.transform(respond(page)).text();
    expect(names.filter((name) => name.startsWith("on"))).toEqual([]);
    expect(page).toContain(hostile);
  });
});

describe("element patches", () => {
  const touch = { before: "[b]", after: "[a]", prepend: "[p]", append: "[q]", setAttributes: { title: "t" } };

  it.each(UNTOUCHABLE_ELEMENTS)("leave <%s> and what is in it alone, and go on behind it", async (tag) => {
    const isVoid = ["embed", "base", "meta", "link", "input", "keygen"].includes(tag);
    const zone = isVoid || tag === "frame" ? `<${tag}>` : `<${tag}><b>x</b></${tag}>`;
    // Neither ends for HTMLRewriter: the rest counts as inside.
    const rest = tag === "plaintext" || tag === "frame" ? "<i>y</i>" : '[b]<i title="t">[p]y[q]</i>[a]';
    expect(await applyTo(`${zone}<i>y</i>`, { selector: "*", ...touch })).toBe(`${zone}${rest}`);
  });

  it.each([
    ["a self-closing svg", "<svg/>"],
    ["svg within svg", "<svg><svg/><a><svg></svg></a></svg>"],
    ["a form in a form", "<form><p><form></form>x</p></form>"],
    ["options without end tags", "<select><option>a<option>b</select>"],
    ["a void element", "<input><embed>"],
    ["upper case", "<SVG><A>x</A></SVG><TextArea><b></TEXTAREA>"],
    ["an end tag in an attribute", "<noscript><p title='</noscript>'>"],
  ])("know where %s ends", async (_name, zone) => {
    const html = await applyTo(`<div>${zone}</div><i>y</i>`, { selector: "i", setText: "z" });
    const rest = _name === "an end tag in an attribute" ? "'></div><i>z</i>" : "</div><i>z</i>";
    expect(html).toContain(rest);
    expect(html.startsWith(`<div>${zone}`)).toBe(true);
  });

  it("leave the rest alone behind an element that is never closed", async () => {
    const html = "<p>a</p><form><p>b</p><i>c</i>";
    expect(await applyTo(html, { selector: "p, i", setText: "x", before: "y" })).toBe(`y${html}`);
  });

  it("do not take a template for closed by its parent's end tag", async () => {
    const html = "<div><template></div><p>x</p></template></div><p>y</p>";
    expect(await applyTo(html, { selector: "p", prepend: "z" })).toBe(html);
  });

  it("neither add around html, head and body nor into them", async () => {
    const html = "<html><head></head><body>x</body></html>";
    const patched = await applyTo(html, { selector: "html, head, body", ...touch, setText: "gone" });
    expect(patched).toBe('<html title="t"><head></head><body title="t">x</body></html>');
  });

  it("refuse to append to, or replace, elements whose end tag may be missing", async () => {
    const html = "<ul><li>a<li>b</ul><p>c<p>d<table><tr><td>e<td>f</table><dl><dt>g<dd>h</dl>";
    const patch = { selector: "li, p, tr, td, dt, dd", append: "x", setText: "y" };
    expect(await applyTo(html, patch)).toBe(html);
  });

  it("take void and unclosed elements as they are", async () => {
    expect(await applyTo("<p><br>x</p>", { selector: "br", ...touch })).toBe('<p>[b]<br title="t">[a]x</p>');
    expect(await applyTo("<div><b>x</div>y", { selector: "b", setText: "z" })).toBe("<div><b>z</div>y");
  });

  it("write attributes that decode to what was asked, whatever they hold", async () => {
    const setAttributes = { href: "&#106;avascript:alert(1)", title: "</title><script>\"'&amp;" };
    expect(await applyTo("<a>x</a>", { selector: "a", setAttributes })).toBe(
      '<a href="&amp;#106;avascript:alert(1)" title="&lt;/title&gt;&lt;script&gt;&quot;\'&amp;amp;">x</a>',
    );
  });

  it("are skipped one by one when the runtime refuses them", async () => {
    const html = await applyTo(
      "<p>a</p><b>c</b>",
      { selector: "p:has(b)", before: "1" },
      { selector: "", before: "2" },
      { selector: "p", setAttributes: { "a b": "x" }, before: "3" },
      { selector: "p", setAttributes: { title: "\ud800" } },
      { selector: "b", before: "4" },
    );
    expect(html).toBe("<p>a</p>4<b>c</b>");
  });

  it("stop adding when a page would grow past all measure", async () => {
    const page = "<i>x</i>".repeat(5_000);
    const elements = Array.from({ length: 5 }, () => ({ selector: "*", before: "y".repeat(10_000) }));
    const html = await apply(page, { elements, appendBody: "[B2]" });
    expect(html.length).toBeGreaterThan(2_000_000);
    expect(html.length).toBeLessThan(2_200_000);
    expect(html.replaceAll("y", "")).toBe(`${page}<!--"'-->[B2]`);
  });

  it("stay within the runtime's memory on deep markup", async () => {
    const page = "<div>".repeat(500) + "</div>".repeat(500);
    const html = await applyTo(page, { selector: "*", append: "y".repeat(60_000), after: "z".repeat(4_000) });
    expect(html.replace(/[yz]/g, "")).toBe(page);
  });

  it("see a document in any chunks", async () => {
    const page =
      "<!doctype html><html><head><title>é</title></head><body><p class='a>b'>ü</p><script>'<p>'</script><svg><p></svg><i>日</i></body></html>";
    const patch = { ...ALL, elements: [{ selector: "p, i", before: "[é]", setAttributes: { title: "ß" } }] };
    const bytes = new TextEncoder().encode(page);
    const stream = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const chunked = await applyPatch(respond(stream), { patch }).text();
    expect(chunked).toBe(await apply(page, patch));
    expect(chunked).toContain("[é]<p class='a>b' title=\"ß\">ü</p><script>'<p>'</script>");
  });
});

describe("a response", () => {
  it.each([
    ["JSON", respond("{}", { headers: { "content-type": "application/json" } })],
    ["XHTML", respond("<html/>", { headers: { "content-type": "application/xhtml+xml" } })],
    ["a type that only begins so", respond("<p>", { headers: { "content-type": "text/html-x" } })],
    ["part of a page", respond("<body>", { status: 206 })],
    ["no body", respond(null, { headers: { etag: '"1"', "content-length": "10" } })],
    ["not modified", respond(null, { status: 304, headers: { etag: '"1"' } })],
  ])("passes unchanged: %s", (_name, response) => {
    expect(applyPatch(response, { patch: ALL })).toBe(response);
  });

  it("passes unchanged when there is nothing to do", () => {
    const response = respond("<body>", { headers: { etag: '"1"' } });
    expect(applyPatch(response, { patch: {} })).toBe(response);
    expect(applyPatch(response, { patch: { appendBody: "", elements: [] } })).toBe(response);
  });

  it.each(["utf-16", "nonsense"])(
    "is served as it is in a charset that cannot be rewritten: %s",
    async (charset) => {
      const headers = { "content-type": `text/html; charset=${charset}`, etag: '"1"' };
      const served = applyPatch(respond("<body>x</body>", { headers }), { patch: ALL });
      expect(await served.text()).toBe("<body>x</body>");
      expect(served.headers.get("etag")).toBe('"1"');
    },
  );

  it("keeps status and headers but those that describe the old bytes", async () => {
    const headers = new Headers({
      "content-type": "Text/HTML",
      etag: '"1"',
      "content-length": "6",
      "cache-control": "no-store",
    });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const served = applyPatch(new Response("<body>", { status: 404, headers }), { patch: ALL });
    expect(served.status).toBe(404);
    expect(served.headers.get("etag")).toBeNull();
    expect(served.headers.get("content-length")).toBeNull();
    expect(served.headers.get("cache-control")).toBe("no-store");
    expect(served.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await served.text()).toContain("[B1]");
  });
});
