// Rows of the pages table, and how they become the pages of the contract.
// It reads rows that this service wrote; what comes from outside is parsed before it is written.
import type { Page, PageSummary } from "../../contracts/page.ts";
import { type CoreContext, pathOfPage, siteUrlOf } from "./context.ts";

/** A page without its content, beside the locale of its site. */
export interface SummaryRow {
  readonly seq: number;
  readonly revision: number;
  readonly id: string;
  readonly collection: string;
  readonly slug: string;
  readonly locale: string;
  readonly status: "draft" | "published";
  readonly title: string;
  readonly excerpt: string;
  readonly image: string;
  readonly authors: string;
  readonly terms: string;
  readonly published_at: string | null;
  readonly updated_at: string;
  readonly listed_at: string;
  readonly site_locale: string;
}

export interface PageRow extends SummaryRow {
  readonly html: string;
  readonly fields: string;
}

/** The columns of a SummaryRow and of a PageRow, to be read from `PAGES`. */
export const SUMMARY_COLUMNS = `p.seq, p.revision, p.id, p.collection, p.slug, p.locale, p.status, p.title,
  p.excerpt, p.image, p.authors, p.terms, p.published_at, p.updated_at, p.listed_at,
  coalesce(s.locale, 'en') AS site_locale`;
export const PAGE_COLUMNS = `${SUMMARY_COLUMNS}, p.html, p.fields`;
export const PAGES = "pages AS p LEFT JOIN sites AS s ON s.site = p.site";

/** The row as plugins and visitors see it. */
export function summaryOfRow(core: CoreContext, row: SummaryRow): PageSummary {
  return {
    id: row.id,
    collection: row.collection,
    slug: row.slug,
    locale: row.locale,
    url: siteUrlOf(core) + pathOfPage(row, row.site_locale),
    title: row.title,
    excerpt: row.excerpt,
    image: parseColumn<PageSummary["image"]>(row.image),
    authors: parseColumn<PageSummary["authors"]>(row.authors),
    terms: parseColumn<PageSummary["terms"]>(row.terms),
    status: row.status,
    publishedAt: row.published_at,
    updatedAt: row.updated_at,
  };
}

/** The row with its content. */
export function pageOfRow(core: CoreContext, row: PageRow): Page {
  return {
    ...summaryOfRow(core, row),
    html: row.html,
    fields: parseColumn<Page["fields"]>(row.fields),
  };
}

/** The cast rests on the import being the only writer of these columns, from values of exactly this type. */
function parseColumn<T>(text: string): T {
  return JSON.parse(text) as T;
}
