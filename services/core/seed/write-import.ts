// The statements of an import: what they look up before, and what they write in one batch.
// Rows travel as JSON in bound parameters, many to a statement: D1 takes 100 parameters a statement.
import { EmgateError } from "../../../contracts/errors.ts";
import { byteLength } from "../../../contracts/json.ts";
import { type CoreContext, isoTime } from "../context.ts";
import { textOfHtml } from "../html.ts";
import type { MenuLink } from "../site.ts";
import type { SeedPage } from "./map-seed.ts";
import type { Seed } from "./parse-seed.ts";

/** Bytes of one parameter; D1 refuses a text of 2,000,000, and smaller ones spare its memory. */
const MAX_CHUNK_BYTES = 1_000_000;
/** Bytes of one page as JSON; a row, and the event of its publication, must stay below D1's 2,000,000. */
const MAX_PAGE_BYTES = 1_900_000;

export interface StoredPage extends SeedPage {
  readonly id: string;
  /** ISO 8601, UTC; the time of the write when absent or null. */
  readonly publishedAt?: string | null;
  readonly updatedAt?: string | null;
}

/** What decides whether a page of the file is already there. */
export interface ExistingPage {
  readonly id: string;
  readonly collection: string;
  readonly slug: string;
  readonly locale: string;
}

interface ImportContent {
  readonly pages: readonly StoredPage[];
  readonly replace: boolean;
  readonly locale: string;
  /** Null where the file says nothing: what the site has stays. */
  readonly title: string | null;
  readonly tagline: string | null;
  readonly menu: readonly MenuLink[] | null;
  readonly collections: Seed["collections"];
  readonly taxonomies: Seed["taxonomies"];
}

const PAGE_INSERT = `INSERT INTO pages (site, id, collection, slug, locale, status, title, excerpt, image,
    authors, terms, published_at, updated_at, html, fields)
  SELECT ?1, value ->> '$.id', value ->> '$.collection', value ->> '$.slug', value ->> '$.locale',
    value ->> '$.status', value ->> '$.title', value ->> '$.excerpt', value -> '$.image',
    value -> '$.authors', value -> '$.terms', iif(value ->> '$.status' = 'published', coalesce(value ->> '$.publishedAt', ?3), NULL),
    coalesce(value ->> '$.updatedAt', ?3),
    value ->> '$.html', value -> '$.fields'
  FROM json_each(?2) WHERE true`;

const PAGE_REPLACE = `${PAGE_INSERT}
  ON CONFLICT (site, id) DO UPDATE SET collection = excluded.collection, slug = excluded.slug,
    locale = excluded.locale, status = excluded.status, revision = revision + 1, title = excluded.title,
    excerpt = excluded.excerpt, image = excluded.image, authors = excluded.authors, terms = excluded.terms,
    published_at = iif(excluded.status = 'published', coalesce(published_at, excluded.published_at), NULL),
    updated_at = max(updated_at, excluded.updated_at), html = excluded.html, fields = excluded.fields`;

/** CROSS JOIN: SQLite would walk the site's pages and, for each, the whole of the JSON. */
const INDEX_DELETE = `DELETE FROM page_index WHERE rowid IN (
    SELECT p.seq FROM json_each(?2) AS j CROSS JOIN pages AS p ON p.site = ?1 AND p.id = j.value ->> '$.id')`;

const INDEX_INSERT = `INSERT INTO page_index (rowid, site, title, excerpt, body)
  SELECT p.seq, p.site, p.title, p.excerpt, j.value ->> '$.text'
  FROM json_each(?2) AS j CROSS JOIN pages AS p ON p.site = ?1 AND p.id = j.value ->> '$.id'
  WHERE p.status = 'published'`;

/** Pages of the site that have the id or the address of one in the file. */
export async function findExistingPages(
  core: CoreContext,
  pages: readonly SeedPage[],
): Promise<ExistingPage[]> {
  const keys = pages.map(({ collection, slug, locale, seedId }) => ({ collection, slug, locale, seedId }));
  const statements = [...chunkJson(keys, () => "")].map((chunk) =>
    core.db
      .prepare(
        `SELECT p.id, p.collection, p.slug, p.locale FROM json_each(?2) AS j CROSS JOIN pages AS p
           ON p.site = ?1 AND p.id = (j.value ->> '$.collection') || ':' || (j.value ->> '$.seedId')
         UNION
         SELECT p.id, p.collection, p.slug, p.locale FROM json_each(?2) AS j CROSS JOIN pages AS p
           ON p.site = ?1 AND p.collection = j.value ->> '$.collection' AND p.slug = j.value ->> '$.slug'
           AND p.locale = j.value ->> '$.locale'`,
      )
      .bind(core.site, chunk),
  );
  if (statements.length === 0) return [];
  const answers = await core.db.batch<ExistingPage>(statements);
  return answers.flatMap(({ results }) => results);
}

/** Everything an import writes, in the order it must be written. Others have their turn after each chunk. */
export async function prepareImport(
  core: CoreContext,
  content: ImportContent,
): Promise<D1PreparedStatement[]> {
  const now = isoTime(core.clock());
  const statements = [prepareSite(core, content), ...prepareLabels(core, content)];
  const whereOf = (index: number) => content.pages[index]?.where ?? "";
  const rows = content.pages.map(({ where, seedId, ...row }) => row);
  for (const chunk of chunkJson(rows, whereOf)) {
    await scheduler.wait(0);
    const sql = content.replace ? PAGE_REPLACE : PAGE_INSERT;
    statements.push(core.db.prepare(sql).bind(core.site, chunk, now));
  }
  const texts = content.pages.map(({ id, html }) => ({ id, html }));
  for (const chunk of chunkJson(texts, whereOf, ({ id, html }) => ({ id, text: textOfHtml(html) }))) {
    await scheduler.wait(0);
    if (content.replace) statements.push(core.db.prepare(INDEX_DELETE).bind(core.site, chunk));
    statements.push(core.db.prepare(INDEX_INSERT).bind(core.site, chunk));
  }
  return statements;
}

function prepareSite(core: CoreContext, content: ImportContent): D1PreparedStatement {
  const update = content.replace
    ? `UPDATE SET title = coalesce(?2, title), tagline = coalesce(?3, tagline), menu = coalesce(?5, menu)`
    : "NOTHING";
  return core.db
    .prepare(
      `INSERT INTO sites (site, title, tagline, locale, menu)
       VALUES (?1, coalesce(?2, ?1), coalesce(?3, ''), ?4, coalesce(?5, '[]'))
       ON CONFLICT (site) DO ${update}`,
    )
    .bind(
      core.site,
      content.title,
      content.tagline,
      content.locale,
      content.menu === null ? null : JSON.stringify(content.menu),
    );
}

/** Collections, taxonomies and terms; those of a collection that the file never declares are made up. */
function prepareLabels(core: CoreContext, content: ImportContent): D1PreparedStatement[] {
  const declared = new Set(content.collections.map(({ slug }) => slug as string));
  const undeclared = [...new Set(content.pages.map(({ collection }) => collection))]
    .filter((slug) => !declared.has(slug))
    .map((slug) => ({ slug, label: slug, fields: [] }));
  const collections = content.collections.map(({ slug, label, fields }) => ({
    slug,
    label: label ?? slug,
    fields,
  }));
  const terms = content.taxonomies.flatMap(({ name, terms: of }) =>
    of.map(({ slug, label, parent }) => ({ taxonomy: name, slug, label: label ?? slug, parent })),
  );
  const keep = (update: string) => (content.replace ? `DO UPDATE SET ${update}` : "DO NOTHING");
  return [
    ...prepareRows(
      core,
      [...collections, ...undeclared],
      `INSERT INTO collections (site, slug, label, fields)
       SELECT ?1, value ->> '$.slug', value ->> '$.label', value -> '$.fields' FROM json_each(?2) WHERE true
       ON CONFLICT (site, slug) ${keep("label = excluded.label, fields = excluded.fields")}`,
    ),
    ...prepareRows(
      core,
      content.taxonomies.map(({ name, label }) => ({ name, label: label ?? name })),
      `INSERT INTO taxonomies (site, name, label)
       SELECT ?1, value ->> '$.name', value ->> '$.label' FROM json_each(?2) WHERE true
       ON CONFLICT (site, name) ${keep("label = excluded.label")}`,
    ),
    ...prepareRows(
      core,
      terms,
      `INSERT INTO terms (site, taxonomy, slug, label, parent)
       SELECT ?1, value ->> '$.taxonomy', value ->> '$.slug', value ->> '$.label', value ->> '$.parent'
       FROM json_each(?2) WHERE true
       ON CONFLICT (site, taxonomy, slug) ${keep("label = excluded.label, parent = excluded.parent")}`,
    ),
  ];
}

function prepareRows(core: CoreContext, rows: readonly unknown[], sql: string): D1PreparedStatement[] {
  return [...chunkJson(rows, () => "")].map((chunk) => core.db.prepare(sql).bind(core.site, chunk));
}

/** JSON arrays of the rows, as `present` has them, each within MAX_CHUNK_BYTES unless one row alone is bigger. */
function* chunkJson<T>(
  rows: readonly T[],
  where: (index: number) => string,
  present: (row: T) => unknown = (row) => row,
): Generator<string> {
  let open: string[] = [];
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const json = JSON.stringify(present(row));
    const size = byteLength(json);
    if (size > MAX_PAGE_BYTES) {
      throw new EmgateError(
        "PAYLOAD_TOO_LARGE",
        `${where(index)}: ${size} bytes once rendered, expected at most ${MAX_PAGE_BYTES}`,
        { details: { path: where(index) } },
      );
    }
    if (open.length > 0 && bytes + size > MAX_CHUNK_BYTES) {
      yield `[${open.join(",")}]`;
      open = [];
      bytes = 0;
    }
    open.push(json);
    bytes += size + 1;
  }
  if (open.length > 0) yield `[${open.join(",")}]`;
}
