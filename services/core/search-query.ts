// A visitor's words as an FTS5 query: each word is quoted, so nothing of FTS5's own language gets through.

/** Characters that are read, and words that are asked for; both bound the work of one search. */
export const MAX_QUERY_CHARS = 200;
const MAX_WORDS = 16;

/**
 * The MATCH expression: every word in title, excerpt or text of this site, the last one as a prefix.
 * Null when nothing in the text is a word.
 */
export function buildMatch(site: string, query: string): string | null {
  const words =
    query
      .slice(0, MAX_QUERY_CHARS)
      .normalize("NFC")
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const terms = [...new Set(words)].slice(0, MAX_WORDS).map((word) => `"${word}"`);
  if (terms.length === 0) return null;
  // Whoever types «transl» looks for translations; a single letter would match half the site.
  const last = terms.at(-1) ?? "";
  if (last.length >= 4) terms[terms.length - 1] = `${last} *`;
  // A site's id is letters, digits and hyphens; quoted, the hyphens only part its words.
  return `(site : "${site.replaceAll('"', "")}") AND ({title excerpt body} : (${terms.join(" AND ")}))`;
}
