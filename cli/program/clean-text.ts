// Makes text of others fit for a terminal: names, issues and logs come from plugins that nobody trusts.
// Never changes what --json prints; JSON escapes what it must.

/**
 * C0 and C1 controls but newline and tab, and the marks that turn the reading direction: with them a plugin
 * could move the cursor over the consent text above, or write it backwards.
 */
const UNSAFE = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** `text` with every character that steers a terminal shown as «�». */
export function cleanText(text: string): string {
  return text.replace(UNSAFE, "\ufffd");
}

/** Text on one line: a name or a reason with line breaks could pass for lines of ours. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** A copy of plain data with every string in it cleaned, keys included. */
export function cleanStrings<T>(value: T): T {
  // The copy has the shape of `value`; TypeScript cannot follow a recursion over its parts.
  return cleanValue(value) as T;
}

function cleanValue(value: unknown): unknown {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleanValue(inner)]));
}
