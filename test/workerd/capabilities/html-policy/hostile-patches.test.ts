// Each vector of the corpus in every slot: the page that is served holds none of it, and the report names it.
import { describe, expect, it } from "vitest";
import type { HtmlPatch } from "../../../../contracts/html-patch.ts";
import { HOSTILE_FRAGMENTS } from "./hostile-fragments.ts";
import { FORBIDDEN_ZONES, findDangers, PAGE, readPage, serve } from "./served-page.ts";

const HEAD_SLOTS = ["prependHead", "appendHead"] as const;
const BODY_SLOTS = ["prependBody", "appendBody"] as const;
const ELEMENT_SLOTS = ["before", "after", "prepend", "append"] as const;

describe("a hostile fragment", () => {
  it("stands in a corpus of at least sixty", () => {
    expect(HOSTILE_FRAGMENTS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(HOSTILE_FRAGMENTS.map(({ name }) => name)).size).toBe(HOSTILE_FRAGMENTS.length);
  });

  it.each(HOSTILE_FRAGMENTS)("is harmless in each body slot and named: $name", async ({ html, names }) => {
    for (const slot of BODY_SLOTS) {
      const served = await serve({ [slot]: html });
      expect(await findDangers(served.html)).toEqual([]);
      expect(served.dropped.every(({ where }) => where === slot || where === "patch")).toBe(true);
      expect(served.dropped.map(({ what }) => what.toLowerCase()).join("\n")).toContain(names);
      expect(served.dropped.length > 0 || names === "").toBe(true);
    }
  });

  it.each(HOSTILE_FRAGMENTS)("is harmless in each head slot and named: $name", async ({ html }) => {
    for (const slot of HEAD_SLOTS) {
      const served = await serve({ [slot]: html });
      expect(await findDangers(served.html)).toEqual([]);
      // The one vector that a head makes into what it is: the text of a title.
      if (!served.html.includes("&lt;p title")) expect(served.dropped).not.toEqual([]);
    }
  });

  it.each(HOSTILE_FRAGMENTS)("is harmless around and in an element: $name", async ({ html }) => {
    for (const slot of ELEMENT_SLOTS) {
      const served = await serve({ elements: [{ selector: "main, .title", [slot]: html }] });
      expect(await findDangers(served.html)).toEqual([]);
    }
  });

  it.each(HOSTILE_FRAGMENTS)("is text in setText, title and alt: $name", async ({ html }) => {
    const setAttributes = { title: html, alt: html, "data-note": html, "aria-label": html };
    const served = await serve({ elements: [{ selector: "h1", setText: html, setAttributes }] });
    expect(await findDangers(served.html)).toEqual([]);
    expect((await readPage(served.html)).length).toBe((await readPage(PAGE)).length);
  });

  it.each(HOSTILE_FRAGMENTS)("is text in a meta's content, a title and JSON-LD: $name", async ({ html }) => {
    const text = html.replaceAll('"', "&quot;");
    const prependHead = `<meta name="description" content="${text}"><meta property="og:title" content='${text}'>`;
    const appendHead = `<script type="application/ld+json">${JSON.stringify({ [html]: html }).replaceAll("</", "<\\/")}</script>`;
    const served = await serve({ prependHead, appendHead, appendBody: `<p title="${text}">x</p>` });
    expect(await findDangers(served.html)).toEqual([]);
  });

  it.each(HOSTILE_FRAGMENTS)("leaves untouchable elements as they are: $name", async ({ html }) => {
    const inner = {
      prepend: html,
      append: html,
      setText: "alert(1)",
      setAttributes: { title: "x", src: "//evil.example/x.js", href: "//evil.example" },
    };
    const selectors = ["*", ".inside", "head > *", "form *", "[nonce]", "body *"];
    const served = await serve({
      elements: selectors.map((selector) => ({ selector, ...inner, before: html, after: html })),
    });
    const page = served.html;
    for (const zone of FORBIDDEN_ZONES.slice(0, 6)) expect(page).toContain(zone);
    expect(await findDangers(page)).toEqual([]);
  });
});

describe("a hostile element patch", () => {
  const urls = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "java&Tab;script:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:a@b.example",
    "blob:https://site.example/x",
    "file:///etc/passwd",
    "",
  ];

  it.each(urls)("never sets %j as href or src", async (url) => {
    const patch = { elements: [{ selector: "a, img", setAttributes: { href: url, SRC: url } }] };
    const served = await serve(patch);
    expect(served.html).toBe(PAGE);
    expect(served.dropped.map(({ where }) => where)).toEqual([
      "elements[0].setAttributes.href",
      "elements[0].setAttributes.src",
    ]);
  });

  it.each([
    "onclick",
    "ONERROR",
    "style",
    "srcdoc",
    "srcset",
    "id",
    "name",
    "rel",
    "target",
    "action",
    "formaction",
    "xlink:href",
    "data-a b",
    "data-x>y",
    "aria-",
    "on\u0000click",
    "is",
    "slot",
    "__proto__",
    "constructor",
    "http-equiv",
    "content",
    "ping",
    "popover",
    'title="x" onclick',
    "title/onclick",
  ])("never sets the attribute %j", async (name) => {
    const setAttributes = Object.fromEntries([[name, "alert(1)"]]);
    const served = await serve({ elements: [{ selector: "h1", setAttributes }] });
    expect(served.html).toBe(PAGE);
    expect(served.dropped).toMatchObject([{ where: `elements[0].setAttributes.${name}` }]);
  });

  it.each(["sandbox", "REL", "integrity", "nonce", "crossorigin", "referrerpolicy", "csp", "x y", ""])(
    "never removes the attribute %j",
    async (name) => {
      const served = await serve({ elements: [{ selector: "*", removeAttributes: [name] }] });
      expect(served.html).toBe(PAGE);
      expect(served.dropped).toMatchObject([{ where: "elements[0].removeAttributes[0]" }]);
    },
  );

  it.each([
    "script",
    "SCRIPT",
    "form input",
    "svg *",
    "form > p",
    "head script, style",
    "title",
    "noscript p",
    "iframe",
  ])("is refused early where its target is plainly untouchable: %s", async (selector) => {
    const served = await serve({ elements: [{ selector, setText: "alert(1)", prepend: "alert(1)" }] });
    expect(served.html).toBe(PAGE);
    expect(served.dropped).toMatchObject([{ where: "elements[0].selector", what: selector }]);
  });

  it.each(["[nonce]", "head > *", ".inside", "body > :not(main)", "s\\63ript", "main, script"])(
    "is refused where it is applied when the selector hides its target: %s",
    async (selector) => {
      const patch: HtmlPatch = {
        elements: [
          { selector, setText: "alert(1)", prepend: "alert(1)", before: "<p>b</p>", after: "<p>a</p>" },
        ],
      };
      const served = await serve(patch);
      for (const zone of FORBIDDEN_ZONES) expect(served.html).toContain(zone);
    },
  );

  it.each([
    "p:has(a)",
    "a + b",
    "a ~ b",
    ":is(a)",
    "p:last-child",
    "",
    "p[",
    "p:hover",
    "a,,b",
    "svg|a",
    `${"é".repeat(129)}`,
    "\ud800",
  ])("is dropped with its bad selector: %j", async (selector) => {
    const elements = [
      { selector, setText: "x" },
      { selector: "h1", setText: "kept" },
    ];
    const served = await serve({ elements });
    expect(served.checked.elements).toEqual([{ selector: "h1", setText: "kept" }]);
    expect(served.dropped).toMatchObject([{ where: "elements[0].selector" }]);
  });
});
