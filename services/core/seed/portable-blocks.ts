// The blocks of a Portable Text that are not text: images, code, tables and what editors embed.
// An unknown block gives nothing; no block's markup is passed on but through the sanitiser.
import sanitizeHtml from "sanitize-html";
import { escapeHtml, IMAGE_PROTOCOLS, LINK_PROTOCOLS, readUrl } from "../html.ts";

type Block = Readonly<Record<string, unknown>>;
/** Renders a Portable Text inside a block. */
type RenderNested = (blocks: unknown) => string;

const renderers = new Map<string, (block: Block, nested: RenderNested) => string>([
  ["image", renderImage],
  ["gallery", renderGallery],
  ["code", renderCode],
  ["break", () => "<hr>"],
  ["divider", () => "<hr>"],
  ["horizontalRule", () => "<hr>"],
  ["table", renderTable],
  ["embed", renderEmbed],
  ["youtube", renderEmbed],
  ["video", renderEmbed],
  ["file", renderEmbed],
  ["button", renderEmbed],
  ["buttons", renderButtons],
  ["columns", renderColumns],
  ["pullquote", renderPullquote],
  ["htmlBlock", renderHtmlBlock],
]);

/** The HTML of one block that is not text; the empty string for one this file does not know. */
export function renderBlock(block: Block, nested: RenderNested): string {
  return renderers.get(textOf(block._type))?.(block, nested) ?? "";
}

/** An image's address and text, however it is written: `{ asset: { url } }`, `{ url }`, `{ src }`, `$media`. */
export function readImage(value: unknown): { url: string; alt: string } | null {
  if (!isRecord(value)) return null;
  const sources = [value, value.asset, value.$media].filter(isRecord);
  for (const source of sources) {
    const url = readUrl(source.url ?? source.src, IMAGE_PROTOCOLS);
    if (url !== null) return { url, alt: textOf(value.alt) || textOf(source.alt) };
  }
  return null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function renderImage(block: Block): string {
  const image = readImage(block);
  if (image === null) return "";
  const tag = `<img src="${escapeHtml(image.url)}" alt="${escapeHtml(image.alt)}" loading="lazy">`;
  return `<figure>${tag}${renderCaption(block.caption)}</figure>`;
}

function renderGallery(block: Block): string {
  return listOf(block.images).map(renderImage).join("");
}

function renderCode(block: Block): string {
  const language = textOf(block.language).replace(/[^A-Za-z0-9_+#-]/g, "");
  const attribute = language === "" ? "" : ` class="language-${language}"`;
  return `<pre><code${attribute}>${escapeHtml(textOf(block.code))}</code></pre>`;
}

/** Cells hold spans (EmDash) or plain strings (older exports). */
function renderTable(block: Block, nested: RenderNested): string {
  const rows = listOf(block.rows).map((row, index) => {
    const cells = (Array.isArray(row.cells) ? row.cells : []).map((cell: unknown) => {
      const isHeader =
        (isRecord(cell) && cell.isHeader === true) || (block.hasHeaderRow === true && index === 0);
      const tag = isHeader ? "th" : "td";
      return `<${tag}>${renderCell(cell, nested)}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return rows.length === 0 ? "" : `<table><tbody>${rows.join("")}</tbody></table>`;
}

function renderCell(cell: unknown, nested: RenderNested): string {
  if (typeof cell === "string") return escapeHtml(cell);
  if (!isRecord(cell)) return "";
  const html = nested([{ _type: "block", children: cell.content, markDefs: cell.markDefs }]);
  return html.replace(/^<p>|<\/p>$/g, "");
}

/** A frame or a player would need more than a page without script has; the reader gets a link. */
function renderEmbed(block: Block): string {
  const url = readUrl(block.url ?? block.href ?? block.src, LINK_PROTOCOLS);
  const text = textOf(block.text) || textOf(block.caption) || textOf(block.filename) || (url ?? "");
  if (url === null) return text === "" ? "" : `<p>${escapeHtml(text)}</p>`;
  return `<p><a href="${escapeHtml(url)}">${escapeHtml(text)}</a></p>`;
}

function renderButtons(block: Block): string {
  return listOf(block.buttons).map(renderEmbed).join("");
}

function renderColumns(block: Block, nested: RenderNested): string {
  return listOf(block.columns)
    .map((column) => nested(column.content))
    .join("");
}

function renderPullquote(block: Block): string {
  const citation = textOf(block.citation);
  const source = citation === "" ? "" : `<footer>${escapeHtml(citation)}</footer>`;
  return `<blockquote><p>${escapeHtml(textOf(block.text))}</p>${source}</blockquote>`;
}

/** Raw markup of an editor's: only what this service writes itself survives. */
function renderHtmlBlock(block: Block): string {
  return sanitizeHtml(textOf(block.html), {
    allowedTags: [
      ...["p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"],
      ...["a", "em", "strong", "s", "u", "sub", "sup", "figure", "figcaption", "img"],
      ...["table", "thead", "tbody", "tr", "th", "td"],
    ],
    allowedAttributes: { a: ["href"], img: ["src", "alt", "width", "height"] },
    allowedSchemes: ["http", "https", "mailto"],
    allowedSchemesByTag: { img: ["http", "https"] },
    transformTags: { h1: "h2", b: "strong", i: "em" },
  });
}

function renderCaption(caption: unknown): string {
  const text = textOf(caption);
  return text === "" ? "" : `<figcaption>${escapeHtml(text)}</figcaption>`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly Block[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
