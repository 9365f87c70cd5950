// A site's own settings: its title and tagline, its locale, its menu, and what its collections are called.
// It reads only; the import of a seed file writes them.
import type { CoreContext } from "./context.ts";

export interface MenuLink {
  readonly label: string;
  /** Absolute (http, https, mailto) or a path below the site, starting with a slash. */
  readonly url: string;
}

export interface SiteSettings {
  readonly title: string;
  readonly tagline: string;
  readonly locale: string;
  readonly menu: readonly MenuLink[];
  /** Labels of the site's collections, by slug. */
  readonly collections: ReadonlyMap<string, string>;
  /** True when a publication still waits for the gateway and is due for another try. */
  readonly outboxDue: boolean;
}

interface SiteRow {
  readonly title: string;
  readonly tagline: string;
  readonly locale: string;
  readonly menu: string;
}

/** The statement a site's settings are read with, so that it can share a round trip with others. */
export function prepareSiteSettings(core: CoreContext): D1PreparedStatement {
  return core.db
    .prepare(
      `SELECT s.title, s.tagline, s.locale, s.menu,
         (SELECT json_group_array(json_array(slug, label)) FROM collections WHERE site = ?1) AS collections,
         EXISTS (SELECT 1 FROM outbox WHERE site = ?1 AND due_at <= ?2) AS outbox_due
       FROM (SELECT 1) LEFT JOIN sites AS s ON s.site = ?1`,
    )
    .bind(core.site, core.clock());
}

/** The settings in the first row of that statement; a site that no seed has set up is called by its id. */
export function siteSettingsOf(core: CoreContext, row: unknown): SiteSettings {
  // The statement above gives exactly this shape; its columns are null for a site without settings.
  const found = row as Partial<SiteRow> & { collections?: string; outbox_due?: number };
  return {
    title: found.title ?? core.site,
    tagline: found.tagline ?? "",
    locale: found.locale ?? core.defaultLocale ?? "en",
    menu: JSON.parse(found.menu ?? "[]") as MenuLink[],
    collections: new Map(JSON.parse(found.collections ?? "[]") as [string, string][]),
    outboxDue: found.outbox_due === 1,
  };
}

/** The site's settings in a round trip of their own. */
export async function readSiteSettings(core: CoreContext): Promise<SiteSettings> {
  return siteSettingsOf(core, await prepareSiteSettings(core).first());
}
