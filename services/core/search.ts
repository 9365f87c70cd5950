// Search over a site's published pages: FTS5 finds and scores, the plugins reorder and hide.
// It gives no drafts and nothing of another site, whatever the query or a plugin says.
import type { ConnectedHooks } from "../../contracts/core.ts";
import type { Trace } from "../../contracts/outcome.ts";
import type { PageSummary } from "../../contracts/page.ts";
import type { CoreContext } from "./context.ts";
import { SUMMARY_COLUMNS, type SummaryRow, summaryOfRow } from "./page-row.ts";
import { buildMatch, MAX_QUERY_CHARS } from "./search-query.ts";
import { readSiteSettings } from "./site.ts";

/** Results of one search; nobody reads further, and every plugin is sent them all. */
const MAX_RESULTS = 50;

export type SearchResult = PageSummary & { readonly score: number };

export interface SearchReport {
  readonly results: readonly SearchResult[];
  /** Ids that plugins took out. */
  readonly hidden: readonly string[];
  readonly trace: Trace;
}

/**
 * Searches the site's published pages for all words of `query`, the last one as a prefix.
 * Scores lie above 0, the best match's is 1. A query without a word finds nothing and asks no plugin.
 */
export async function searchPages(
  core: CoreContext,
  hooks: ConnectedHooks,
  query: string,
  locale?: string,
): Promise<SearchReport> {
  const match = buildMatch(core.site, query);
  const found = match === null ? [] : await findMatches(core, match);
  if (found.length === 0) return { results: [], hidden: [], trace: { id: "", plugins: [] } };
  const outcome = await hooks.onSearch({
    query: query.slice(0, MAX_QUERY_CHARS),
    locale: locale ?? (await readSiteSettings(core)).locale,
    results: [...found],
  });
  const known = new Set(found.map(({ id }) => id));
  const hidden = [...new Set(outcome.hidden)].filter((id) => known.has(id));
  return { results: reorder(found, outcome.order, new Set(hidden)), hidden, trace: outcome.trace };
}

async function findMatches(core: CoreContext, match: string): Promise<SearchResult[]> {
  // Weights by column: site, title, excerpt, body. The join keeps out a site whose id has the same words.
  const { results } = await core.db
    .prepare(
      `SELECT ${SUMMARY_COLUMNS}, bm25(page_index, 0.0, 8.0, 4.0, 1.0) AS rank
       FROM page_index JOIN pages AS p ON p.seq = page_index.rowid LEFT JOIN sites AS s ON s.site = p.site
       WHERE page_index MATCH ?1 AND p.site = ?2 AND p.status = 'published'
       ORDER BY rank, p.seq LIMIT ?3`,
    )
    .bind(match, core.site, MAX_RESULTS)
    .all<SummaryRow & { readonly rank: number }>();
  // bm25 is negative, the better the lower; its size depends on the whole index, so it is set against the best.
  const best = results[0]?.rank || -1;
  return results.map((row) => ({ ...summaryOfRow(core, row), score: row.rank / best || Number.MIN_VALUE }));
}

/** Ids in `order` first, the rest in their place after them; unknown and repeated ids are ignored. */
function reorder(
  found: readonly SearchResult[],
  order: readonly string[],
  hidden: ReadonlySet<string>,
): SearchResult[] {
  const byId = new Map(found.map((result) => [result.id, result]));
  const ids = new Set([...order, ...byId.keys()]);
  return [...ids].flatMap((id) => (hidden.has(id) ? [] : (byId.get(id) ?? [])));
}
