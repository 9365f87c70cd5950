// Decides which attributes an inserted element keeps, and with what value.
// Never lets through a name that is not listed, or a URL of a scheme that could run.
import { isBodyAttribute } from "./body-vocabulary.ts";
import type { GrantedElements } from "./granted-elements.ts";
import { followIds, type OwnIds, ownId } from "./own-ids.ts";
import type { Report } from "./report.ts";
import { cleanText } from "./safe-text.ts";
import { cleanSrcset, cleanUrl, LINKED_SCHEMES, LOADED_SCHEMES } from "./safe-url.ts";

/** What one pass over a patch shares. */
export interface Pass {
  readonly report: Report;
  readonly ids: OwnIds;
  readonly granted: GrantedElements;
}

const URL_ATTRIBUTES = new Set(["cite", "href", "poster", "src"]);

/** `rel` of a link; anything else (opener, preload and the like) gives the other page or the loader power. */
const LINK_RELS = new Set([
  "author",
  "bookmark",
  "external",
  "help",
  "license",
  "me",
  "next",
  "nofollow",
  "noopener",
  "noreferrer",
  "prev",
  "search",
  "sponsored",
  "tag",
  "ugc",
]);

/** The attributes that `tag` keeps, with clean values; the others are reported under `where`. */
export function cleanAttributes(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  where: string,
  pass: Pass,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!isBodyAttribute(tag, name)) {
      pass.report.drop(where, name, whyNoAttribute(name));
      continue;
    }
    const clean = cleanValue(tag, name, value, where, pass);
    if (clean !== null) kept[name] = clean;
  }
  // A page that opens in a new tab could otherwise steer this one.
  if (kept.target === "_blank" && !/\bno(?:opener|referrer)\b/.test(kept.rel ?? "")) {
    kept.rel = `${kept.rel ?? ""} noopener`.trim();
  }
  return kept;
}

/** Why an attribute that is not listed may not stand on an element. */
export function whyNoAttribute(name: string): string {
  if (name.startsWith("on")) return "an event handler is script, and a patch never brings script";
  if (name === "style") return "inline styles are not taken: use a class of the page's";
  return "this attribute is not among those that a patch may set here";
}

function cleanValue(tag: string, name: string, value: string, where: string, pass: Pass): string | null {
  const text = cleanText(value);
  const refuse = (why: string): null => {
    pass.report.drop(where, `${name}="${value}"`, why);
    return null;
  };
  if (URL_ATTRIBUTES.has(name)) {
    const isLink = tag === "a" && name === "href";
    const url = cleanUrl(value, isLink ? LINKED_SCHEMES : LOADED_SCHEMES);
    if (url !== null) return followIds(name, url, pass.ids);
    const schemes = isLink ? "http, https, mailto or tel" : "http or https";
    return refuse(`a URL here is relative or of the scheme ${schemes}`);
  }
  switch (name) {
    case "srcset": {
      const { srcset, refused } = cleanSrcset(value);
      for (const one of refused) {
        pass.report.drop(
          where,
          `srcset="${one}"`,
          "each image is a relative or http(s) URL with a width or density",
        );
      }
      return srcset === "" ? null : srcset;
    }
    case "id":
    case "name":
      return ownId(text, pass.ids) ?? refuse("an id holds at least one character and no white space");
    case "target":
      if (/^_(?:blank|self)$/i.test(text)) return text.toLowerCase();
      return refuse("a link opens in the same tab or in a new one (_blank)");
    case "rel": {
      const tokens = text.toLowerCase().split(/\s+/).filter(Boolean);
      const refused = tokens.filter((token) => !LINK_RELS.has(token));
      if (refused.length > 0) {
        pass.report.drop(where, `rel="${refused.join(" ")}"`, "a link's rel only describes what it leads to");
      }
      return tokens.filter((token) => LINK_RELS.has(token)).join(" ") || null;
    }
    default:
      return followIds(name, text, pass.ids);
  }
}
