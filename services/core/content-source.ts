// The port through which plugins read this core's content: one page by its reference, or a list.
// It answers drafts with their status, as the port asks; who may see them is decided by the capability.
import { z } from "zod";
import { parseOrThrow } from "../../contracts/errors.ts";
import type { PageList } from "../../contracts/page.ts";
import type { ContentSource, ListPagesOptions } from "../../contracts/ports.ts";
import type { CoreContext } from "./context.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import {
  PAGE_COLUMNS,
  PAGES,
  type PageRow,
  pageOfRow,
  SUMMARY_COLUMNS,
  type SummaryRow,
  summaryOfRow,
} from "./page-row.ts";

/** Characters of a reference: a page's id, or a collection and a slug. */
const MAX_REF_CHARS = 700;

/** Strict where a wrong value would silently list something else. */
const listOptionsSchema = z.object({
  collections: z.array(z.string().max(128)).max(100).optional(),
  locales: z.array(z.string().max(35)).max(100).optional(),
  drafts: z.boolean().optional(),
  limit: z.number().int().min(1).max(100),
  cursor: z.string().optional(),
});

/** The site's content as the contract's port. */
export function contentSource(core: CoreContext): ContentSource {
  return {
    async get(id) {
      const row = await findPageRow(core, id);
      return row === null ? null : pageOfRow(core, row);
    },
    list: (options) => listPages(core, options),
  };
}

/**
 * The page that `ref` names: a page's id first, then `collection/slug` in the site's own locale, then in any.
 */
export async function findPageRow(core: CoreContext, ref: string): Promise<PageRow | null> {
  if (typeof ref !== "string" || ref.length === 0 || ref.length > MAX_REF_CHARS) return null;
  const slash = ref.indexOf("/");
  return core.db
    .prepare(
      `SELECT ${PAGE_COLUMNS} FROM ${PAGES}
       WHERE p.seq IN (SELECT seq FROM pages WHERE site = ?1 AND id = ?2
         UNION ALL SELECT seq FROM pages WHERE site = ?1 AND collection = ?3 AND slug = ?4)
       ORDER BY p.id = ?2 DESC, p.locale = site_locale DESC, p.seq LIMIT 1`,
    )
    .bind(core.site, ref, slash < 0 ? "" : ref.slice(0, slash), slash < 0 ? "" : ref.slice(slash + 1))
    .first<PageRow>();
}

/**
 * Pages, newest first; published ones unless drafts are asked for.
 *
 * @throws INVALID_ARGUMENT for a limit outside 1 to 100 and for a cursor that no list gave out
 */
export async function listPages(core: CoreContext, options: ListPagesOptions): Promise<PageList> {
  const { collections, locales, drafts, limit, cursor } = parseOrThrow(listOptionsSchema, options, "list");
  const after = cursor === undefined ? null : parseCursor(cursor);

  const conditions = ["p.site = ?1"];
  if (drafts !== true) conditions.push("p.status = 'published'");
  // One collection, an archive's case, has an index of its own; SQLite takes it for an equation only.
  if (collections?.length === 1) conditions.push("p.collection = ?2 ->> 0");
  else if (collections !== undefined) conditions.push("p.collection IN (SELECT value FROM json_each(?2))");
  if (locales !== undefined) conditions.push("p.locale IN (SELECT value FROM json_each(?5))");
  if (after !== null) conditions.push("(p.listed_at < ?3 OR (p.listed_at = ?3 AND p.seq > ?4))");

  const { results } = await core.db
    .prepare(
      `SELECT ${SUMMARY_COLUMNS} FROM ${PAGES} WHERE ${conditions.join(" AND ")}
       ORDER BY p.listed_at DESC, p.seq LIMIT ?6`,
    )
    // One row more than asked for tells whether another page follows.
    .bind(
      core.site,
      JSON.stringify(collections ?? []),
      after?.listedAt ?? null,
      after?.seq ?? null,
      JSON.stringify(locales ?? []),
      limit + 1,
    )
    .all<SummaryRow>();

  const pages = results.slice(0, limit).map((row) => summaryOfRow(core, row));
  const last = results[limit - 1];
  if (results.length <= limit || last === undefined) return { pages };
  return { pages, cursor: formatCursor({ listedAt: last.listed_at, seq: last.seq }) };
}
