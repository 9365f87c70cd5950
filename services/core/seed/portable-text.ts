// Portable Text to HTML: the kept library renders, this file decides what reaches it.
// Its input is untrusted: only known blocks, styles, marks and addresses get through, and all text is escaped.
import { toHTML } from "@portabletext/to-html";
import { EmgateError } from "../../../contracts/errors.ts";
import { escapeHtml, LINK_PROTOCOLS, readUrl } from "../html.ts";
import { isRecord, renderBlock } from "./portable-blocks.ts";

/** Spans of one block: the library compares each with its neighbours, so a longer block costs its square. */
const MAX_SPANS = 5_000;
/** Columns within columns. */
const MAX_DEPTH = 4;

interface Span {
  readonly _type: "span";
  readonly text: string;
  readonly marks: readonly string[];
}

interface LinkDefinition {
  readonly _type: "link";
  readonly _key: string;
  readonly href: string;
}

/** A block of the library's own kind. */
interface TextBlock {
  readonly _type: "block";
  readonly _key: string;
  readonly style: string;
  readonly children: readonly Span[];
  readonly markDefs: readonly LinkDefinition[];
  readonly listItem?: "bullet" | "number";
  readonly level?: number;
}

/** Any other block, already HTML; the name cannot come from a file, whose types are looked up in a table. */
interface HtmlBlock {
  readonly _type: "emgate.html";
  readonly html: string;
}

/** The page's title is its only h1, so a heading in the content starts one lower. */
const BLOCK_TAGS = new Map([
  ["h1", "h2"],
  ["h2", "h2"],
  ["h3", "h3"],
  ["h4", "h4"],
  ["h5", "h5"],
  ["h6", "h6"],
]);

/** Decorators by the names that editors give them. A Map: an object would also answer to `constructor`. */
const DECORATORS = new Map([
  ["strong", "strong"],
  ["bold", "strong"],
  ["em", "em"],
  ["italic", "em"],
  ["code", "code"],
  ["underline", "underline"],
  ["strike-through", "strike-through"],
  ["strike", "strike-through"],
  ["strikethrough", "strike-through"],
  ["superscript", "sup"],
  ["sup", "sup"],
  ["subscript", "sub"],
  ["sub", "sub"],
]);

/** The HTML of a Portable Text array; a value that is none gives the empty string. */
export function renderPortableText(value: unknown, depth = 0): string {
  if (!Array.isArray(value) || depth > MAX_DEPTH) return "";
  const blocks = value.filter(isRecord).flatMap((block): (TextBlock | HtmlBlock)[] => {
    if (block._type === "block") return [readTextBlock(block)];
    const html = renderBlock(block, (nested) => renderPortableText(nested, depth + 1));
    return html === "" ? [] : [{ _type: "emgate.html", html }];
  });
  return toHTML<TextBlock | HtmlBlock>(blocks, {
    onMissingComponent: false,
    components: {
      escapeHTML: escapeHtml,
      hardBreak: () => "<br>",
      types: { "emgate.html": ({ value: block }: { value: HtmlBlock }) => block.html },
      block: ({ value: { style = "normal" }, children = "" }) => renderParagraph(style, children),
      marks: {
        link: ({ value: link, children }) => `<a href="${escapeHtml(String(link?.href))}">${children}</a>`,
        underline: ({ children }) => `<u>${children}</u>`,
        "strike-through": ({ children }) => `<s>${children}</s>`,
        sup: ({ children }) => `<sup>${children}</sup>`,
        sub: ({ children }) => `<sub>${children}</sub>`,
      },
    },
  });
}

function renderParagraph(style: string, children: string): string {
  if (style === "blockquote") return `<blockquote><p>${children}</p></blockquote>`;
  const tag = BLOCK_TAGS.get(style) ?? "p";
  return children === "" ? "" : `<${tag}>${children}</${tag}>`;
}

/** A block that the library cannot stumble over: every field has the type it expects. */
function readTextBlock(block: Record<string, unknown>): TextBlock {
  const children = Array.isArray(block.children) ? block.children.filter(isRecord) : [];
  if (children.length > MAX_SPANS) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `a block of ${children.length} spans, expected at most ${MAX_SPANS}`,
    );
  }
  const links = readLinks(block.markDefs);
  const level = typeof block.level === "number" ? Math.min(6, Math.max(1, Math.trunc(block.level) || 1)) : 1;
  return {
    _type: "block",
    _key: "",
    style: typeof block.style === "string" ? block.style : "normal",
    children: children.map((child) => readSpan(child, links)),
    markDefs: [...links.values()],
    ...(typeof block.listItem === "string" && {
      listItem: block.listItem === "number" ? "number" : "bullet",
      level,
    }),
  };
}

/** Links by key; one whose address is not http(s), mailto or relative is left out, and its text stays. */
function readLinks(markDefs: unknown): ReadonlyMap<string, LinkDefinition> {
  const links = new Map<string, LinkDefinition>();
  for (const definition of Array.isArray(markDefs) ? markDefs.filter(isRecord) : []) {
    const { _key, _type, href, url } = definition;
    const address = readUrl(href ?? url, LINK_PROTOCOLS);
    if (typeof _key !== "string" || _type !== "link" || address === null) continue;
    // The prefix keeps a key from passing for the name of a decorator.
    links.set(_key, { _type: "link", _key: `link:${_key}`, href: address });
  }
  return links;
}

function readSpan(child: Record<string, unknown>, links: ReadonlyMap<string, LinkDefinition>): Span {
  if (child._type === "break") return { _type: "span", text: "\n", marks: [] };
  const text = child._type === "span" && typeof child.text === "string" ? child.text : "";
  const names = Array.isArray(child.marks) ? child.marks.filter((mark) => typeof mark === "string") : [];
  const marks = names.flatMap((name: string) => links.get(name)?._key ?? DECORATORS.get(name) ?? []);
  return { _type: "span", text, marks: [...new Set(marks)] };
}
