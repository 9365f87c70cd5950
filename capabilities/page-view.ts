// What of a page read:pages lets a plugin see: whether it lies within the caveats, and which of its fields.
// Pure; the one place that cuts pages, for answers of pages.* and for what events carry alike.
import { type Caveats, coversCollection, coversLocale } from "../contracts/caveats.ts";
import { type Page, pageSchema } from "../contracts/page.ts";

/**
 * Every field that `fields` governs with its empty value, the default of its schema. What is not in here is the
 * page's identity, which is always given; a field added to the schema is governed until it is listed.
 */
const EMPTY = pageSchema
  .omit({ id: true, collection: true, slug: true, locale: true, url: true, status: true })
  .parse({});

/** A page, or what is known of one. */
export type PartOfPage = { readonly [Field in keyof Page]?: Page[Field] | undefined };

/** The caveat that the page lies outside of, or null. A page that does not say where it belongs is outside. */
export function findUncovered(
  caveats: Caveats,
  { collection = "", locale = "" }: PartOfPage,
): "collections" | "locales" | null {
  if (!coversCollection(caveats, collection)) return "collections";
  return coversLocale(caveats, locale) ? null : "locales";
}

/**
 * The page with its identity and the fields that the caveats name; the others have their empty value. Of the
 * custom `fields` those that are named remain, and all of them where `fields` itself is. Takes whole pages,
 * summaries, parts of either, and what carries a page among further properties, which stay.
 */
export function viewPage<P extends PartOfPage>(page: P, { fields: named }: Caveats): P {
  if (named === undefined) return page;
  const hidden = Object.entries(EMPTY).filter(([name]) => name in page && !named.includes(name));
  const view: P = { ...page, ...Object.fromEntries(hidden) }; // each empty value is of its field's own type
  if (page.fields === undefined || named.includes("fields")) return view;
  return {
    ...view,
    fields: Object.fromEntries(Object.entries(page.fields).filter(([name]) => named.includes(name))),
  };
}
