// Text and attribute values as they may stand in a page: well-formed, without control characters, escaped.
// Never parses markup.

/** The C0 controls that are not white space, and DEL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]+/g;

/**
 * The text without control characters and lone surrogates.
 * NUL is dropped or replaced by parsers as they please, and ESC switches the character set of a page that
 * declares none (ISO-2022-JP), which turns quotes into letters; HTMLRewriter throws on lone surrogates.
 */
export function cleanText(text: string): string {
  return text.replace(CONTROLS, "").toWellFormed();
}

/** Escaped for text and for double-quoted values alike: `<` and `>` too, so that no context sees a tag. */
export function escapeMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** ` name="value"` for each attribute, in the order given. */
export function writeAttributes(attributes: Iterable<readonly [name: string, value: string]>): string {
  let written = "";
  for (const [name, value] of attributes) written += ` ${name}="${escapeMarkup(value)}"`;
  return written;
}
