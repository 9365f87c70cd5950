// The head that og-image writes for pages, home and archive.
// Not what the gateway lets through of it: core-worker.test.ts sees that.
import { beforeAll, describe, expect, it } from "vitest";
import type { HtmlPatch } from "../../contracts/html-patch.ts";
import { type Page, summaryOf } from "../../contracts/page.ts";
import { type Example, loadExample, makePage, type World } from "./example.ts";

describe("og-image", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("og-image");
  });

  async function renderHead(changes: Partial<Page>, world?: World): Promise<string> {
    const page = makePage(changes);
    const event = { pageId: page.id, path: page.url, page: summaryOf(page) };
    const patch = (await example.call("renderHtml", event, world)) as HtmlPatch;
    expect(Object.keys(patch)).toEqual(["appendHead", "dropped"]);
    return patch.appendHead ?? "";
  }

  it("describes a page with absolute addresses", async () => {
    const head = await renderHead({});
    const url = "https://demo.example/posts/the-art-of-naming";
    expect(head).toContain('<meta property="og:type" content="article">');
    expect(head).toContain('<meta property="og:title" content="The art of naming things">');
    expect(head).toContain('<meta property="og:description" content="Names are');
    expect(head).toContain(`<meta property="og:url" content="${url}">`);
    expect(head).toContain('<meta property="og:image" content="https://demo.example/media/names.png">');
    expect(head).toContain('<meta property="og:image:alt" content="A wall of name tags">');
    expect(head).toContain('<meta property="og:site_name" content="Demo &amp; Sons">');
    expect(head).toContain('<meta property="og:locale" content="en_GB">');
    expect(head).toContain('<meta name="twitter:card" content="summary_large_image">');
    expect(head).toContain(`<link rel="canonical" href="${url}">`);
    expect(readJsonLd(head)).toMatchObject({
      "@type": "Article",
      headline: "The art of naming things",
      author: [{ "@type": "Person", name: "Ada" }],
      datePublished: "2026-01-15T09:00:00.000Z",
      mainEntityOfPage: url,
    });
  });

  it("escapes what comes from the page", async () => {
    const title = `"><script>alert(1)</script>&`;
    const head = await renderHead({ title });
    expect(head).toContain('content="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"');
    expect(head.match(/<script/g)).toHaveLength(1);
    expect(readJsonLd(head)).toMatchObject({ headline: title });
  });

  it("leaves out what a page lacks", async () => {
    const head = await renderHead({ image: null, excerpt: "", authors: [] });
    expect(head).not.toMatch(/og:image|og:description|twitter:site|content=""/);
    expect(head).toContain('<meta name="twitter:card" content="summary">');
    expect(readJsonLd(head)).not.toHaveProperty("author");
  });

  it("takes the fallback image and the handle from the settings", async () => {
    const settings = { defaultImage: "/share.png", twitterSite: "@demo" };
    const head = await renderHead({ image: null }, { settings });
    expect(head).toContain('<meta property="og:image" content="https://demo.example/share.png">');
    expect(head).toContain('<meta name="twitter:site" content="@demo">');
  });

  it("passes on no address but http ones", async () => {
    const head = await renderHead({
      image: { url: "javascript:alert(1)", alt: "" },
      url: "data:text/html,x",
    });
    expect(head).not.toMatch(/javascript:|data:|og:image|canonical/);
  });

  it.each(["home", "archive"] as const)("gives %s the tags of a website", async (kind) => {
    const patch = (await example.call("renderHtml", { kind, path: "/" })) as HtmlPatch;
    expect(patch.appendHead).toContain('<meta property="og:type" content="website">');
    expect(patch.appendHead).toContain('<link rel="canonical" href="https://demo.example/">');
    expect(patch.appendHead).not.toContain("ld+json");
  });

  it("points at the site where it lives, also below a path", async () => {
    const url = "https://demo.example/sites/demo/";
    const patch = (await example.call("renderHtml", { kind: "home", path: "/", url })) as HtmlPatch;
    expect(patch.appendHead).toContain(`<link rel="canonical" href="${url}">`);
  });

  it("leaves searches, and pages it may not read, alone", async () => {
    expect(await example.call("renderHtml", { kind: "search", path: "/search" })).toBeNull();
    expect(await example.call("renderHtml", { pageId: "p1", page: null })).toBeNull();
  });
});

function readJsonLd(head: string): unknown {
  return JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/.exec(head)?.[1] ?? "null");
}
