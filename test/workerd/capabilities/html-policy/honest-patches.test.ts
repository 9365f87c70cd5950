// What honest plugins insert: it survives whole, as they wrote it, and nothing is reported.
import { describe, expect, it } from "vitest";
import { PAGE, readPage, serve } from "./served-page.ts";

const article = JSON.stringify({
  "@context": "https://schema.org",
  "@type": "Article",
  headline: "Salt & pepper",
  author: { "@type": "Person", name: "Ada", url: "https://ada.example/?a=1&b=2" },
});

/** Head fragments, as written and (where it differs) as served. */
const HEADS: readonly [name: string, html: string, served?: string][] = [
  ["Open Graph", '<meta property="og:title" content="Hello &amp; welcome">'],
  ["an Open Graph image", '<meta property="og:image" content="https://cdn.example/a.png?w=1&amp;h=2">'],
  ["a Twitter card", '<meta name="twitter:card" content="summary_large_image">'],
  ["a description with quotes", '<meta name="description" content="He said &quot;no&quot; &lt; yes">'],
  ["robots", '<meta name="robots" content="noindex, follow">'],
  ["a theme colour", '<meta name="theme-color" content="#fff" media="(prefers-color-scheme: light)">'],
  ["article times", '<meta property="article:published_time" content="2026-11-01T00:00:00Z">'],
  ["a meta that nobody knows", '<meta name="acme:reading-time" content="5">'],
  ["a self-closing meta", '<META Name="author" Content="Ada" />', '<meta name="author" content="Ada">'],
  ["a meta without quotes", "<meta name=keywords content=a,b>", '<meta name="keywords" content="a,b">'],
  ["canonical", '<link rel="canonical" href="https://site.example/hello?a=1&amp;b=2">'],
  ["a relative canonical", '<link href="/hello" rel="Canonical">', '<link rel="canonical" href="/hello">'],
  ["hreflang", '<link rel="alternate" href="/de/hallo" hreflang="de">'],
  ["a feed", '<link rel="alternate" href="/feed.xml" type="application/rss+xml" title="Feed">'],
  ["an icon", '<link rel="icon" href="/icon.svg" type="image/svg+xml" sizes="any">'],
  ["preconnect", '<link rel="preconnect" href="https://cdn.example" crossorigin="anonymous">'],
  ["a title", "<title>Hello &amp; welcome</title>"],
  ["a title in raw characters", "<title>a < b & c</title>", "<title>a &lt; b &amp; c</title>"],
  [
    "a JSON-LD article",
    `<script type="application/ld+json">${article}</script>`,
    `<script type="application/ld+json">${article.replaceAll("&", "\\u0026")}</script>`,
  ],
  [
    "JSON-LD with an escaped end tag",
    '<script type="application/ld+json">\n[ {"a": "<\\/script>"} ]\n</script>',
    '<script type="application/ld+json">[{"a":"\\u003c/script\\u003e"}]</script>',
  ],
  [
    "several lines",
    '\n  <title>t</title>\n  <meta name="a" content="b">\n',
    '<title>t</title><meta name="a" content="b">',
  ],
];

const BODIES: readonly [name: string, html: string, served?: string][] = [
  ["a reading time", '<p class="reading-time">5 minutes to read</p>'],
  [
    "an author box",
    '<section class="author" aria-label="About the author"><img src="https://cdn.example/ada.png?s=80&amp;d=1" alt="Ada" width="80" height="80" loading="lazy" /><h2>Ada</h2><p>Writes at <a href="https://ada.example" rel="author nofollow">ada.example</a> and <a href="mailto:ada@ada.example">by mail</a>, or <a href="tel:+491234">calls</a>.</p></section>',
  ],
  [
    "a link to a new tab",
    '<a href="https://a.example/" target="_blank">a</a>',
    '<a href="https://a.example/" target="_blank" rel="noopener">a</a>',
  ],
  ["a link with noreferrer", '<a href="//a.example/x" target="_blank" rel="noreferrer">a</a>'],
  [
    "a table",
    '<table><caption>Sizes</caption><colgroup><col span="2" /></colgroup><thead><tr><th scope="col">a</th><th colspan="2">b</th></tr></thead><tbody><tr><td rowspan="2">1</td><td>2</td></tr></tbody></table>',
  ],
  ["details", "<details open><summary>More</summary><p>Text</p></details>"],
  [
    "a figure",
    '<figure><picture><source srcset="/a.avif 1x, https://cdn.example/a2.avif 2x" type="image/avif" media="(min-width: 40em)" /><img src="/a.jpg" srcset="/a-400.jpg 400w, /a-800.jpg 800w" sizes="(min-width: 40em) 50vw, 100vw" alt="" /></picture><figcaption>A<br />caption</figcaption></figure>',
  ],
  [
    "a video with captions",
    '<video src="https://cdn.example/v.mp4" poster="/v.jpg" controls preload="none" width="640"><track src="/v.vtt" kind="captions" srclang="en" label="English" default /></video>',
  ],
  ["audio", '<audio src="/a.mp3" controls loop></audio>'],
  [
    "lists",
    '<ol start="3" reversed><li value="3">c</li><li>b</li></ol><ul><li>x<ul><li>y</li></ul></li></ul>',
  ],
  ["a definition list", "<dl><dt>a</dt><dd>b</dd></dl>"],
  ["code", '<pre><code class="language-ts">if (a &lt; b &amp;&amp; c) {\n  x();\n}</code></pre>'],
  [
    "inline text",
    '<p lang="de" dir="ltr" title="T"><em>a</em> <strong>b</strong> <mark>c</mark> <kbd>d</kbd> <sub>e</sub> <sup>f</sup> <abbr title="g">h</abbr> <del datetime="2026">i</del> <small>j</small> <ruby>k<rt>l</rt></ruby></p>',
  ],
  ["a quotation", '<blockquote cite="https://a.example/1"><p>q</p></blockquote><q cite="/2">r</q>'],
  [
    "times and data",
    '<time datetime="2026-11-01">1 November</time><data value="5">five</data><meter value="0.5" max="1">half</meter>',
  ],
  ["microdata", '<div itemscope itemtype="https://schema.org/Person"><span itemprop="name">Ada</span></div>'],
  [
    "data and aria",
    '<div data-count="3" data-x.y-z="q" aria-hidden="true" role="note" hidden translate="no">x</div>',
  ],
  ["navigation", '<nav aria-label="Contents"><a href="/a?b=1#c">a</a> · <a href="#comments">b</a></nav>'],
  ["characters of all kinds", "<p>Füße, 日本語, 👩‍🚀, a &lt; b &gt; c &amp; d \"e\" 'f'</p>"],
  ["raw characters", "<p>a < b && c > d</p>", "<p>a &lt; b &amp;&amp; c &gt; d</p>"],
  ["plain text", "only text"],
  ["white space", "\n  <p>a</p>\n\t<p>b</p>\n"],
];

describe("an honest head fragment", () => {
  it.each(HEADS)("survives: %s", async (_name, html, served = html) => {
    const { html: page, dropped } = await serve({ appendHead: html });
    expect(dropped).toEqual([]);
    expect(page).toBe(PAGE.replace("</head>", () => `${served}</head>`));
  });
});

describe("an honest body fragment", () => {
  it.each(BODIES)("survives: %s", async (_name, html, served = html) => {
    const { html: page, dropped } = await serve({
      prependBody: html,
      elements: [{ selector: "h1", after: html }],
    });
    expect(dropped).toEqual([]);
    expect(page).toBe(
      PAGE.replace('<body class="home">', (body) => body + served).replace("</h1>", (end) => end + served),
    );
  });
});

describe("an honest element patch", () => {
  it("sets attributes and text as they were written", async () => {
    const setAttributes = { title: "\"a\" & 'b' < c", href: "/x?a=1&b=2", "data-n": "&amp;", class: "é" };
    const { html, dropped } = await serve({
      elements: [{ selector: "main a", setAttributes, setText: "<b> & co" }],
    });
    expect(dropped).toEqual([]);
    const link = (await readPage(html)).find(({ tag }) => tag === "a");
    expect(link?.attributes).toEqual({ ...setAttributes, rel: "noopener", target: "_blank" });
    expect(html).toContain(">&lt;b&gt; &amp; co</a>");
  });

  it("removes attributes and adds to elements it knows by class", async () => {
    const { html, dropped } = await serve({
      elements: [
        { selector: "p.lead", before: "<p>5 minutes</p>", removeAttributes: ["CLASS"] },
        { selector: "main > ul", append: "<li>three</li>" },
      ],
    });
    expect(dropped).toEqual([]);
    expect(html).toContain("<p>5 minutes</p><p>First");
    expect(html).toContain("<li>two</li><li>three</li></ul>");
  });
});
