// What a page's own view reads: first what decides whether there is a page, then its content.
// Published pages only, whatever the address.
import type { PageSummary } from "../../../contracts/page.ts";
import type { CoreContext } from "../context.ts";
import { PAGES, SUMMARY_COLUMNS, type SummaryRow, summaryOfRow } from "../page-row.ts";
import { prepareSiteSettings, type SiteSettings, siteSettingsOf } from "../site.ts";

export interface PublishedPage {
  readonly seq: number;
  readonly summary: PageSummary;
}

export interface ArticleContent {
  readonly html: string;
  /** Labels of the page's terms. */
  readonly terms: readonly string[];
}

interface TermRow {
  readonly taxonomy: string;
  readonly slug: string;
  readonly label: string;
}

/** The site and the published page at an address, in one round trip. */
export async function findPublishedPage(
  core: CoreContext,
  address: { readonly collection: string; readonly slug: string; readonly locale: string | null },
): Promise<{ site: SiteSettings; page: PublishedPage | null }> {
  const find = core.db
    .prepare(
      `SELECT ${SUMMARY_COLUMNS} FROM ${PAGES}
       WHERE p.site = ?1 AND p.collection = ?2 AND p.slug = ?3 AND p.locale = coalesce(?4, s.locale, 'en')
         AND p.status = 'published'`,
    )
    .bind(core.site, address.collection, address.slug, address.locale);
  const [siteAnswer, pageAnswer] = await core.db.batch([prepareSiteSettings(core), find]);
  const site = siteSettingsOf(core, siteAnswer?.results[0]);
  // One address a page: the site's own locale is never written out.
  const row = address.locale === site.locale ? undefined : (pageAnswer?.results[0] as SummaryRow | undefined);
  return { site, page: row === undefined ? null : { seq: row.seq, summary: summaryOfRow(core, row) } };
}

/** The content of a page that was just found published; fails when it no longer is. */
export async function readArticle(
  core: CoreContext,
  { seq, summary }: PublishedPage,
): Promise<ArticleContent> {
  const slugs = Object.values(summary.terms).flat();
  const [content, labels] = await core.db.batch([
    core.db.prepare("SELECT html FROM pages WHERE seq = ?1 AND status = 'published'").bind(seq),
    core.db
      .prepare(
        `SELECT taxonomy, slug, label FROM terms
         WHERE site = ?1 AND slug IN (SELECT value FROM json_each(?2))`,
      )
      .bind(core.site, JSON.stringify(slugs)),
  ]);
  const found = content?.results[0] as { html: string } | undefined;
  if (found === undefined) throw new Error(`page ${summary.id} was withdrawn while it was read`);
  const named = new Map(
    ((labels?.results ?? []) as TermRow[]).map((term) => [`${term.taxonomy}/${term.slug}`, term.label]),
  );
  const terms = Object.entries(summary.terms).flatMap(([taxonomy, ofTaxonomy]) =>
    ofTaxonomy.map((slug) => named.get(`${taxonomy}/${slug}`) ?? slug),
  );
  return { html: found.html, terms };
}
