// Text into HTML and HTML back into text, and which addresses a link or an image may have.
// Everything this service writes into a document goes through here or through the Portable Text renderer.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const characters: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** Elements that end no word: `<em>un</em>like` is one word to a search. */
const INLINE_TAG = /<\/?(?:a|abbr|b|cite|code|del|em|i|mark|s|span|strong|sub|sup|u)(?:\s[^<>]*)?>/g;
/** Neither bracket may lie within, so that a run of `<` is read once and not once for each of them. */
const ANY_TAG = /<[^<>]*>/g;

export const LINK_PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);
export const IMAGE_PROTOCOLS: ReadonlySet<string> = new Set(["http:", "https:"]);

/** Text for an element's content or a double-quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** The words of this service's own HTML, for the search index; not for output. */
export function textOfHtml(html: string): string {
  return html
    .replace(INLINE_TAG, "")
    .replace(ANY_TAG, " ")
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity] ?? " ")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * The address when its scheme is one of `protocols` or it has none; null for anything else.
 * Judged by the parser that browsers use: it drops the tabs and line breaks with which `java\nscript:` hides.
 */
export function readUrl(value: unknown, protocols: ReadonlySet<string>): string | null {
  if (typeof value !== "string" || value.length > 4096) return null;
  const address = value.trim();
  if (address === "") return null;
  const url = URL.parse(address, "https://relative.invalid/");
  return url !== null && protocols.has(url.protocol) ? address : null;
}
