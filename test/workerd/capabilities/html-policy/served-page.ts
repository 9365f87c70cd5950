// A page with everything that must not be touched, and a reader that judges the served result by parsing it.
// Shared by the tests of the HTML policy; knows nothing of how a patch is checked.

import { checkPatch } from "../../../../capabilities/html-policy/index.ts";
import { applyPatch } from "../../../../contracts/apply-patch.ts";
import type { HtmlPatch } from "../../../../contracts/html-patch.ts";

export const PLUGIN = "author-box";

/** Parts of the page that no patch may change, whatever it selects. */
export const FORBIDDEN_ZONES = [
  '<script nonce="n1">var ready = "page";</script>',
  "<style>.page { color: black }</style>",
  "<title>The page</title>",
  '<base href="https://site.example/">',
  '<meta http-equiv="content-security-policy" content="default-src \'self\'">',
  '<link rel="stylesheet" href="/page.css" integrity="sha256-x">',
  '<form action="/search" method="get"><p class="inside">Find</p><input name="q"><select><option>a<option>b</select><textarea class="inside">t</textarea><button>Go</button></form>',
  '<svg class="inside"><title class="inside">s</title><a class="inside"><circle r="1"/></a></svg>',
  '<math><mtext class="inside">m</mtext></math>',
  '<noscript><p class="inside">no script</p></noscript>',
  '<template><p class="inside">later</p></template>',
  '<iframe sandbox="" src="https://video.example/1"><p class="inside">f</p></iframe>',
  '<object data="/o"><p class="inside">o</p></object>',
  '<embed src="/e">',
  '<xmp><p class="inside">x</p></xmp>',
] as const;

const [script, style, title, base, policy, sheet, ...inBody] = FORBIDDEN_ZONES;

export const PAGE = [
  '<!doctype html><html lang="en"><head><meta charset="utf-8">',
  title,
  base,
  policy,
  sheet,
  style,
  script,
  '</head><body class="home"><main><h1 class="title">Hello</h1>',
  '<p class="lead">First <a href="/about" rel="noopener" target="_blank">about</a></p>',
  '<img src="/a.png" alt="A"><ul><li>one</li><li>two</li></ul></main>',
  ...inBody,
  "</body></html>",
].join("");

/** The page with the patch in it, checked and applied as the gateway and core do. */
export async function serve(patch: HtmlPatch, page: string = PAGE) {
  const { dropped, ...checked } = checkPatch(patch, PLUGIN);
  const response = new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  return { html: await applyPatch(response, { patch: checked }).text(), checked, dropped };
}

export interface SeenElement {
  tag: string;
  attributes: Record<string, string>;
  text: string;
}

/** Every element of the page in document order, with decoded attributes and the text of scripts. */
export async function readPage(html: string): Promise<SeenElement[]> {
  const seen: SeenElement[] = [];
  const response = new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  await new HTMLRewriter()
    .on("*", {
      element(element) {
        const attributes: Record<string, string> = {};
        for (const [name = "", value = ""] of element.attributes) attributes[name] = decode(value);
        seen.push({ tag: element.tagName, attributes, text: "" });
      },
    })
    .on("script", {
      text(chunk) {
        const last = seen.at(-1);
        if (last) last.text += chunk.text;
      },
    })
    .transform(response)
    .text();
  return seen;
}

const SAFE_TAGS = new Set(
  "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main mark menu meter nav ol p picture pre progress q rp rt ruby s samp search section small source span strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr html head body meta link title".split(
    " ",
  ),
);
const URL_NAMES = new Set(["href", "src", "cite", "poster", "action", "formaction", "data", "background"]);

/** What in `html` runs, loads, submits or redirects, beside the page's own; empty for a page that is safe. */
export async function findDangers(html: string, page: string = PAGE): Promise<string[]> {
  const own = (await readPage(page)).map((element) => JSON.stringify(element));
  const dangers: string[] = [];
  for (const zone of FORBIDDEN_ZONES) {
    if (page.includes(zone) && !html.includes(zone)) dangers.push(`changed: ${zone}`);
  }
  for (const element of await readPage(html)) {
    const ownIndex = own.indexOf(JSON.stringify(element));
    if (ownIndex >= 0) own.splice(ownIndex, 1);
    else dangers.push(...dangersOf(element));
  }
  return dangers;
}

function dangersOf({ tag, attributes, text }: SeenElement): string[] {
  const dangers: string[] = [];
  if (tag === "script") {
    if (attributes.type !== "application/ld+json" || Object.keys(attributes).length > 1)
      dangers.push("<script>");
    if (!isJson(text) || text.includes("<")) dangers.push(`<script>${text}`);
  } else if (!SAFE_TAGS.has(tag)) {
    dangers.push(`<${tag}>`);
  }
  if (tag === "meta" && ("http-equiv" in attributes || "charset" in attributes)) dangers.push("<meta>");
  if (tag === "link" && !/^(?:canonical|alternate|icon|preconnect)$/.test(attributes.rel ?? "")) {
    dangers.push(`<link rel=${attributes.rel}>`);
  }
  for (const [name, value] of Object.entries(attributes)) {
    const isPlain = /^[a-z][a-z0-9_.-]*$/.test(name);
    if (!isPlain || /^(?:on|style$|srcdoc$|is$|slot$|form)/.test(name)) dangers.push(`${tag} ${name}`);
    const urls = name === "srcset" ? value.split(/[\s,]+/) : URL_NAMES.has(name) ? [value] : [];
    for (const url of urls) {
      const protocol = URL.parse(url, "https://site.example/")?.protocol;
      if (!protocol || !/^(?:https?|mailto|tel):$/.test(protocol)) dangers.push(`${tag} ${name}="${value}"`);
    }
    if (/^(?:id|name)$/.test(name) && tag !== "meta" && !value.startsWith(`${PLUGIN}-`)) {
      dangers.push(`${tag} ${name}="${value}" could shadow the page's own`);
    }
  }
  return dangers;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  colon: ":",
  tab: "\t",
  newline: "\n",
  lpar: "(",
  rpar: ")",
};

/** What a browser makes of a value's character references, as far as the tests use them. */
function decode(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));?/gi, (whole, hex, decimal, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole;
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10) || 0xfffd);
  });
}
