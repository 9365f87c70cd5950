// Imports an EmDash seed file into a site: all of it in one transaction, or nothing.
// It runs no hooks: an import is an admin's act, not a publication.
import { EmgateError } from "../../../contracts/errors.ts";
import type { ImportReport } from "../../../contracts/rpc.ts";
import type { CoreContext } from "../context.ts";
import { readSiteSettings } from "../site.ts";
import { mapSeedMenu, mapSeedPages, type SeedPage } from "./map-seed.ts";
import { parseSeed } from "./parse-seed.ts";
import { type ExistingPage, findExistingPages, prepareImport, type StoredPage } from "./write-import.ts";

/** Conflicting pages that a refusal lists in its details. */
const MAX_LISTED_CONFLICTS = 20;

export type OnConflict = "refuse" | "skip" | "replace";

interface ImportPlan {
  readonly rows: StoredPage[];
  readonly created: number;
  readonly replaced: number;
  readonly skipped: number;
}

/**
 * Imports a seed file. Pages that are published in the file are published at once, as of now.
 *
 * `report.collections` counts the file's pages by collection. With `replace` a page keeps its id and the time
 * of its first publication; with `skip` and `refuse` the site's settings and labels stay as they are.
 *
 * @throws INVALID_ARGUMENT naming the path inside the file, PAYLOAD_TOO_LARGE for a file or a page that is too
 * big, and CONFLICT naming the first page that is already there; nothing is changed in any of these cases
 */
export async function importSeed(
  core: CoreContext,
  seedText: string,
  onConflict: OnConflict,
): Promise<ImportReport> {
  const seed = parseSeed(seedText);
  // A large file takes a second here already.
  await scheduler.wait(0);
  const site = await readSiteSettings(core);
  const pages = await mapSeedPages(seed, seed.defaultLocale ?? site.locale);
  const plan = planImport(pages, await findExistingPages(core, pages), onConflict);
  const statements = await prepareImport(core, {
    pages: plan.rows,
    replace: onConflict === "replace",
    locale: seed.defaultLocale ?? site.locale,
    title: seed.settings?.title ?? null,
    tagline: seed.settings?.tagline ?? null,
    menu: seed.menus.length === 0 ? null : mapSeedMenu(seed),
    collections: seed.collections,
    taxonomies: seed.taxonomies,
  });
  try {
    // One batch is one transaction: a process that dies midway leaves nothing behind.
    await core.db.batch(statements);
  } catch (thrown) {
    throw explainFailure(thrown);
  }
  const { created, replaced, skipped } = plan;
  const collections: Record<string, number> = {};
  for (const { collection } of pages) collections[collection] = (collections[collection] ?? 0) + 1;
  return { created, replaced, skipped, collections };
}

/** The id of a page that the site does not hold yet; `:` keeps it apart from `collection/slug`. */
function idOfNewPage(page: SeedPage): string {
  return `${page.collection}:${page.seedId}`;
}

function planImport(
  pages: readonly SeedPage[],
  existing: readonly ExistingPage[],
  onConflict: OnConflict,
): ImportPlan {
  const byId = new Map(existing.map((page) => [page.id, page]));
  const byAddress = new Map(existing.map((page) => [addressOf(page), page]));
  const targets = new Map<string, string>();
  const rows: StoredPage[] = [];
  const conflicts: string[] = [];
  let replaced = 0;
  for (const page of pages) {
    const newId = idOfNewPage(page);
    const sameId = byId.get(newId);
    const sameAddress = byAddress.get(addressOf(page));
    const found = sameAddress ?? sameId;
    if (found !== undefined) conflicts.push(`${page.collection}/${page.slug}`);
    if (found !== undefined && onConflict !== "replace") continue;
    const id = found?.id ?? newId;
    const rival =
      targets.get(id) ?? (sameId && sameId.id !== id ? `${sameId.collection}/${sameId.slug}` : null);
    if (rival !== null && rival !== undefined) {
      throw new EmgateError(
        "CONFLICT",
        `${page.where}: ${page.collection}/${page.slug} and ${rival} would replace each other; give one another id`,
        { details: { path: page.where } },
      );
    }
    targets.set(id, page.where);
    if (found !== undefined) replaced += 1;
    rows.push({ ...page, id });
  }
  if (onConflict === "refuse" && conflicts.length > 0) throw refuseConflicts(conflicts);
  const skipped = pages.length - rows.length;
  return { rows, created: rows.length - replaced, replaced, skipped };
}

function addressOf(page: { collection: string; slug: string; locale: string }): string {
  return `${page.collection}/${page.slug}/${page.locale}`;
}

function refuseConflicts(conflicts: readonly string[]): EmgateError {
  const others = conflicts.length === 1 ? "" : ` and ${conflicts.length - 1} more`;
  return new EmgateError(
    "CONFLICT",
    `${conflicts[0]}${others} already in this site; nothing was imported. Choose skip or replace for them`,
    { details: { pages: conflicts.slice(0, MAX_LISTED_CONFLICTS), count: conflicts.length } },
  );
}

/** A page that came in between the look and the write breaks a unique key, and with it the whole batch. */
function explainFailure(thrown: unknown): unknown {
  const message = thrown instanceof Error ? thrown.message : "";
  if (/UNIQUE constraint failed: pages\./.test(message)) {
    return new EmgateError(
      "CONFLICT",
      "the site's pages changed during the import; nothing was imported. Try again",
      { cause: thrown },
    );
  }
  if (/SQLITE_TOOBIG|too big/i.test(message)) {
    return new EmgateError("PAYLOAD_TOO_LARGE", "the import is too big for the database; split the file", {
      cause: thrown,
    });
  }
  return thrown;
}
