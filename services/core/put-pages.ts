// Writes pages as they are given, replacing those with the same id; runs no hooks.
// For a throwaway site that a single call of a plugin reads from, and for nothing that editors do.
import type { Page } from "../../contracts/page.ts";
import { type CoreContext, isoTime } from "./context.ts";
import { prepareImport } from "./seed/write-import.ts";

/** All pages or none. */
export async function putPages(core: CoreContext, pages: readonly Page[]): Promise<{ written: number }> {
  const stored = pages.map(({ url: _url, ...page }, index) => ({
    ...page,
    where: `pages[${index}]`,
    seedId: page.id,
    publishedAt: readTime(page.publishedAt),
    updatedAt: readTime(page.updatedAt),
  }));
  await core.db.batch(
    await prepareImport(core, {
      pages: stored,
      replace: true,
      locale: core.defaultLocale ?? "en",
      title: null,
      tagline: null,
      menu: null,
      collections: [],
      taxonomies: [],
    }),
  );
  return { written: stored.length };
}

/** Lists compare times as texts, so only one form of them is stored. */
function readTime(text: string | null): string | null {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : isoTime(ms);
}
