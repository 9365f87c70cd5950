// A seed file's entries as pages of this core: which field becomes title, excerpt, image, content, the rest.
// Pure: it reads no database, so it knows nothing of what a site already holds.
import type { Json, JsonObject } from "../../../contracts/json.ts";
import { escapeHtml, LINK_PROTOCOLS, readUrl } from "../html.ts";
import type { MenuLink } from "../site.ts";
import type { Seed, SeedCollection, SeedEntry, SeedMenuItem } from "./parse-seed.ts";
import { refuseSeed } from "./parse-seed.ts";
import { isRecord, readImage } from "./portable-blocks.ts";
import { renderPortableText } from "./portable-text.ts";

/** Levels of arrays and objects in an entry's data; deeper data costs stack, not meaning. */
const MAX_DEPTH = 32;
/** Entries that are rendered in one go; a whole file holds everybody else up for a second and more. */
const ENTRIES_PER_TURN = 100;
/** Links of a menu; more do not fit a page's head. */
const MAX_MENU_LINKS = 20;

const EXCERPT_FIELDS = ["excerpt", "summary", "description"];
const CONTENT_FIELDS = ["content", "body"];

/** A page as the file has it: `where` is its path in the file, `seedId` its id there. */
export interface SeedPage {
  readonly where: string;
  readonly seedId: string;
  readonly collection: string;
  readonly slug: string;
  readonly locale: string;
  readonly status: "draft" | "published";
  readonly title: string;
  readonly excerpt: string;
  readonly image: { url: string; alt: string } | null;
  readonly authors: readonly string[];
  readonly terms: Readonly<Record<string, readonly string[]>>;
  readonly html: string;
  readonly fields: JsonObject;
}

/**
 * Every entry as a page, in the file's order.
 *
 * @param locale the locale of entries that name none
 * @throws INVALID_ARGUMENT naming the path, for two entries with one id or one address and for bad references
 */
export async function mapSeedPages(seed: Seed, locale: string): Promise<SeedPage[]> {
  const collections = new Map(seed.collections.map((collection) => [collection.slug, collection]));
  const bylines = new Map(seed.bylines.map(({ id, displayName }) => [id, displayName]));
  const taken = new Map<string, string>();
  const pages: SeedPage[] = [];
  for (const [collection, entries] of Object.entries(seed.content)) {
    for (const [index, entry] of entries.entries()) {
      if (pages.length % ENTRIES_PER_TURN === 0) await scheduler.wait(0);
      const where = `content.${collection}[${index}]`;
      const page = mapEntry(entry, where, collection, collections.get(collection), bylines, locale);
      claim(taken, `id ${collection} ${page.seedId}`, `${where}.id`, page.seedId);
      claim(taken, `slug ${collection} ${page.slug} ${page.locale}`, `${where}.slug`, page.slug);
      pages.push(page);
    }
  }
  return pages;
}

/** The links of the menu called primary, or of the first one; items that lead nowhere are left out. */
export function mapSeedMenu(seed: Seed): MenuLink[] {
  const menu = seed.menus.find(({ name }) => name === "primary") ?? seed.menus[0];
  return (menu?.items ?? []).flatMap((item) => mapMenuItem(item, seed)).slice(0, MAX_MENU_LINKS);
}

function mapMenuItem(item: SeedMenuItem, seed: Seed): MenuLink[] {
  const url = readUrl(item.url, LINK_PROTOCOLS);
  if (url !== null) return [{ label: item.label ?? url, url }];
  if (item.ref === undefined) {
    const collection = seed.collections.find(({ slug }) => slug === item.collection);
    if (collection === undefined) return [];
    return [{ label: item.label ?? collection.label ?? collection.slug, url: `/${collection.slug}` }];
  }
  for (const [collection, entries] of Object.entries(seed.content)) {
    if (item.collection !== undefined && item.collection !== collection) continue;
    const entry = entries.find(({ id }) => id === item.ref);
    if (entry === undefined) continue;
    const slug = entry.slug ?? entry.id;
    const path = `/${encodeURIComponent(collection)}/${encodeURIComponent(slug)}`;
    return [{ label: item.label ?? (textOf(entry.data.title) || slug), url: path }];
  }
  return [];
}

function claim(taken: Map<string, string>, key: string, path: string, value: string): void {
  const first = taken.get(key);
  if (first !== undefined) {
    throw refuseSeed(path, `${JSON.stringify(value)} is taken already, by ${first}; expected it once`);
  }
  taken.set(key, path);
}

function mapEntry(
  entry: SeedEntry,
  where: string,
  collection: string,
  declared: SeedCollection | undefined,
  bylines: ReadonlyMap<string, string>,
  locale: string,
): SeedPage {
  const slug = (entry.slug ?? entry.id).normalize("NFC");
  if (entry.slug == null && /[\s/\\?#%]/.test(slug)) {
    throw refuseSeed(`${where}.slug`, "expected a slug; the id cannot stand in for it");
  }
  const data = resolveData(entry.data, `${where}.data`, 0) as Record<string, Json>;
  const used = new Set<string>();
  /** The first of `names` whose value `read` makes something of; that field then is no longer «the rest». */
  const take = <T>(names: readonly string[], read: (value: unknown) => T | null): T | null => {
    for (const name of names) {
      const value = Object.hasOwn(data, name) ? read(data[name]) : null;
      if (value === null) continue;
      used.add(name);
      return value;
    }
    return null;
  };

  const title = take(["title", "name"], (value) => textOf(value).trim() || null) ?? slug;
  const excerpt = take(EXCERPT_FIELDS, (value) => textOf(value).trim() || null) ?? "";
  const image = take(namesOfType(declared, "image"), readImage);
  const html = take(contentFields(declared, data), renderContent) ?? "";
  return {
    where,
    seedId: entry.id,
    collection,
    slug,
    locale: entry.locale ?? locale,
    status: entry.status ?? "published",
    title,
    excerpt,
    image,
    authors: (entry.bylines ?? []).map(({ byline }, index) => {
      const name = bylines.get(byline);
      if (name !== undefined) return name;
      throw refuseSeed(`${where}.bylines[${index}].byline`, "expected the id of one of bylines");
    }),
    terms: entry.taxonomies ?? {},
    html,
    fields: Object.fromEntries(Object.entries(data).filter(([name]) => !used.has(name))),
  };
}

function namesOfType(declared: SeedCollection | undefined, type: string): string[] {
  return (declared?.fields ?? []).filter((field) => field.type === type).map(({ slug }) => slug);
}

/** Declared rich text first, `content` and `body` before others; without a declaration, what looks like it. */
function contentFields(declared: SeedCollection | undefined, data: Record<string, Json>): string[] {
  const rich = namesOfType(declared, "portableText");
  const names = rich.length > 0 ? rich : Object.keys(data).filter((name) => isPortableText(data[name]));
  const preferred = CONTENT_FIELDS.filter((name) => names.includes(name));
  return [...preferred, ...names, ...CONTENT_FIELDS.filter((name) => typeof data[name] === "string")];
}

function isPortableText(value: unknown): boolean {
  return Array.isArray(value) && value.some((block) => isRecord(block) && typeof block._type === "string");
}

/** Rich text, or plain text whose paragraphs are set apart by blank lines. */
function renderContent(value: unknown): string | null {
  if (Array.isArray(value)) return renderPortableText(value);
  if (typeof value !== "string" || value.trim() === "") return null;
  return value
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br>")}</p>`)
    .join("");
}

/** The data with each `$media` reference as `{ url, alt }`; `$ref:` texts stay as they are. */
function resolveData(value: unknown, path: string, depth: number): Json {
  if (depth > MAX_DEPTH) throw refuseSeed(path, `nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value))
    return value.map((inner, index) => resolveData(inner, `${path}[${index}]`, depth + 1));
  // What JSON.parse gives is Json; zod's record only forgot so.
  if (!isRecord(value)) return value as Json;
  const media = isRecord(value.$media) ? value.$media : null;
  if (media !== null && typeof media.url === "string") {
    return { url: media.url, alt: textOf(media.alt) };
  }
  return Object.fromEntries(
    Object.entries(value)
      // Assigned by a reader, this key would set an object's prototype.
      .filter(([name]) => name !== "__proto__")
      .map(([name, inner]) => [name, resolveData(inner, `${path}.${name}`, depth + 1)]),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
