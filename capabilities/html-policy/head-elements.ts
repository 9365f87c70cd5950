// The four elements a head fragment may hold: which of them pass, with which attributes, and as what text.
// Never a stylesheet, a script that runs, a redirect, or a meta that changes the document's rules.
import { whyNoAttribute } from "./body-attributes.ts";
import type { HeadReading } from "./head-fragment.ts";
import { whyNoMeta } from "./meta-names.ts";
import { cleanText, escapeMarkup, writeAttributes } from "./safe-text.ts";
import { cleanUrl, isAbsoluteUrl, LOADED_SCHEMES } from "./safe-url.ts";

type Attributes = Readonly<Record<string, string>>;
type Drop = (what: string, why: string) => void;

const META_ATTRIBUTES = ["name", "property", "content", "media"];
const LINK_ATTRIBUTES = ["rel", "href", "hreflang", "type", "title", "media", "sizes", "crossorigin"];
const LINK_RELS = new Set(["alternate", "canonical", "icon", "preconnect"]);

/** Metas that one plugin may repeat: the arrays of Open Graph, and what citation indexes list. */
const LISTS =
  /^(?:og:(?:image|video|audio)|og:locale:alternate|article:(?:tag|author)|book:(?:tag|author)|video:|music:|citation_|dc(?:terms)?\.|fb:admins)/;

export function readMeta(attributes: Attributes, drop: Drop): HeadReading {
  if ("http-equiv" in attributes) {
    return {
      refused: "http-equiv speaks for the server: it can redirect, set cookies or change the policy",
      what: `<meta http-equiv="${attributes["http-equiv"]}">`,
    };
  }
  if ("charset" in attributes) {
    return { refused: "the page's encoding is the page's", what: `<meta charset="${attributes.charset}">` };
  }
  const names = [attributes.name, attributes.property].filter((name) => name !== undefined).map(normalName);
  const content = attributes.content;
  if (names.length === 0 || names.includes("") || content === undefined) {
    return { refused: "a meta has a name or a property, and content" };
  }
  const refused = names.map((name) => whyNoMeta(name)).find((why) => why !== null);
  if (refused) return { refused, what: `<meta name="${names.join(" ")}">` };
  if (/^\s*(?:(?:java|vb)script:|data:[\w.+/-]*[;,])/i.test(cleanText(content))) {
    return { refused: "content is text or an http(s) URL", what: `content="${content}"` };
  }
  const kept = keepAttributes(attributes, META_ATTRIBUTES, drop);
  const media = kept.media === undefined ? "" : ` ${kept.media}`;
  return {
    keys: [...new Set(names)].map((name) => `meta ${familyOf(name)}${media}`),
    isList: names.every((name) => LISTS.test(name)),
    html: `<meta${writeInOrder(kept, META_ATTRIBUTES)}>`,
  };
}

export function readLink(attributes: Attributes, drop: Drop): HeadReading {
  const rel = normalName(attributes.rel ?? "");
  if (!LINK_RELS.has(rel)) {
    const why = "a link's rel is one of canonical, alternate, preconnect and icon, and only that";
    return { refused: why, what: `<link rel="${attributes.rel ?? ""}">` };
  }
  const href = cleanUrl(attributes.href ?? "", LOADED_SCHEMES);
  if (href === null || (rel === "preconnect" && !isAbsoluteUrl(href))) {
    const form = rel === "preconnect" ? "an absolute http(s) URL" : "an http(s) or relative URL";
    return { refused: `the href of rel=${rel} is ${form}`, what: `href="${attributes.href ?? ""}"` };
  }
  const kept = { ...keepAttributes(attributes, LINK_ATTRIBUTES, drop), rel, href };
  return {
    keys: rel === "canonical" ? ["link canonical"] : [],
    isList: false,
    html: `<link${writeInOrder(kept, LINK_ATTRIBUTES)}>`,
  };
}

export function readTitle(text: string): HeadReading {
  const title = cleanText(text).replace(/\s+/g, " ").trim();
  if (title === "") return { refused: "a title holds text" };
  return { keys: ["title"], isList: false, html: `<title>${escapeMarkup(title)}</title>` };
}

export function readJsonLd(attributes: Attributes, text: string, drop: Drop): HeadReading {
  const what = `<script${writeAttributes(Object.entries(attributes))}>`;
  if (normalName(attributes.type ?? "") !== "application/ld+json") {
    return { refused: "a patch never brings script; only type=application/ld+json is data", what };
  }
  const json = writeJson(text);
  if (json === null) return { refused: "JSON-LD is an object or an array in valid JSON", what: text || what };
  keepAttributes(attributes, ["type"], drop);
  return { keys: [], isList: false, html: `<script type="application/ld+json">${json}</script>` };
}

/**
 * The JSON written anew, in characters that mean the same to a JSON parser and nothing to an HTML or
 * JavaScript one; null when it is not an object or array, or is nested too deeply to be written.
 */
function writeJson(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    return JSON.stringify(value).replace(
      /[<>&\u007f\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  } catch {
    return null;
  }
}

function keepAttributes(
  attributes: Attributes,
  names: readonly string[],
  drop: Drop,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (names.includes(name)) kept[name] = cleanText(value).trim();
    else drop(name, whyNoAttribute(name));
  }
  return kept;
}

/** One order for all, so that what was written once is written the same again. */
function writeInOrder(attributes: Readonly<Record<string, string>>, order: readonly string[]): string {
  return writeAttributes(
    order.flatMap((name) => {
      const value = attributes[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function normalName(name: string): string {
  return cleanText(name).trim().toLowerCase();
}

/** `og:image:width` speaks of an `og:image`: whoever brings the image brings its details. */
function familyOf(name: string): string {
  return /^og:(?:image|video|audio)(?=:)/.exec(name)?.[0] ?? name;
}
