// Caveats: how an admin narrows a scope. Every one listed here is enforced by the guard of a capability or
// by dispatch; an unknown caveat denies (docs/permissions.md, «Caveats»). Pure: nothing here looks at a page.
import { z } from "zod";
import { slugSchema } from "./ids.ts";

export const CAVEATS = [
  "collections",
  "fields",
  "locales",
  "keyPrefix",
  "maxBytes",
  "elements",
  "paths",
  "rate",
] as const;
export type CaveatName = (typeof CAVEATS)[number];

/** A set that an admin reads; one that allows nothing must not be signed. */
const setOf = <T extends z.ZodType<string>>(item: T) => z.array(item).min(1).max(100).readonly();
const localeSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*$/, "expected a language tag")
  .max(35);
const elementSchema = z.string().regex(/^[a-z][a-z0-9]{0,31}$/, "expected an element's name in lower case");
const pathSchema = z
  .string()
  .max(512)
  .regex(/^\/[^\s?#]*$/, "expected a path that starts with /")
  .refine((path) => !hasDotSegment(path), "expected a path without . and .. segments");
/** Kept short, so that a key fits behind it. */
const keyPrefixSchema = z
  .string()
  .min(1)
  .max(128)
  .refine((prefix) => prefix.isWellFormed(), "expected well-formed text");
const rateSchema = z.string().regex(/^[1-9]\d{0,5}\/60s$/, "expected a rate such as 10/60s");

/** Strict: a caveat this code does not know must deny, not be dropped. */
export const caveatsSchema = z.strictObject({
  collections: setOf(slugSchema).optional(),
  /** Names of a page's own fields or of entries of its `fields`. */
  fields: setOf(slugSchema).optional(),
  locales: setOf(localeSchema).optional(),
  /** What a plugin's own keys must start with. */
  keyPrefix: keyPrefixSchema.optional(),
  /** Bytes that a plugin may keep in all. */
  maxBytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Elements that a patch may insert or touch. */
  elements: setOf(elementSchema).optional(),
  /** Prefixes of whole segments: /blog covers /blog and /blog/post, not /blogger. */
  paths: setOf(pathSchema).optional(),
  /** Runs in any 60 seconds. */
  rate: rateSchema.optional(),
});
export type Caveats = z.infer<typeof caveatsSchema>;

/** What narrowing means for one caveat. `meet` is the widest value within both, or null where there is none. */
interface CaveatRow<T> {
  covers(outer: T, inner: T): boolean;
  meet(a: T, b: T): T | null;
  /** The one spelling of a value: equal meanings have equal texts. */
  canonical(value: T): T;
  /** Completes «…, » in a consent text. */
  describe(value: T): string;
}

type CaveatRows = { readonly [N in CaveatName]: CaveatRow<NonNullable<Caveats[N]>> };

const caveatRows: CaveatRows = {
  collections: setRow("only in the collections"),
  fields: setRow("only the fields"),
  locales: setRow("only in the locales"),
  keyPrefix: {
    covers: (outer, inner) => inner.startsWith(outer),
    meet: (a, b) => (a.startsWith(b) ? a : b.startsWith(a) ? b : null),
    canonical: (prefix) => prefix,
    describe: (prefix) => `only under keys that start with ${JSON.stringify(prefix)}`,
  },
  maxBytes: {
    covers: (outer, inner) => inner <= outer,
    meet: Math.min,
    canonical: (bytes) => bytes,
    describe: (bytes) => `at most ${bytes.toLocaleString("en-US")} bytes in all`,
  },
  elements: setRow("only the elements"),
  paths: {
    covers: (outer, inner) => inner.every((path) => outer.some((prefix) => isUnder(path, prefix))),
    meet: (a, b) => {
      const both = [
        ...a.filter((path) => b.some((prefix) => isUnder(path, prefix))),
        ...b.filter((path) => a.some((prefix) => isUnder(path, prefix))),
      ];
      return both.length === 0 ? null : widestPaths(both);
    },
    canonical: widestPaths,
    describe: (paths) => `only on pages under ${paths.join(", ")}`,
  },
  rate: {
    covers: (outer, inner) => runsOf(inner) <= runsOf(outer),
    meet: (a, b) => (runsOf(a) <= runsOf(b) ? a : b),
    canonical: (rate) => rate,
    describe: (rate) => `at most ${runsOf(rate)} times in 60 seconds`,
  },
};

/** Both caveats at once: never wider than either, and null where nothing is left that both allow. */
export function intersectCaveats(a: Caveats, b: Caveats): Caveats | null {
  const both: Record<string, unknown> = {};
  for (const name of CAVEATS) {
    const [left, right] = [a[name], b[name]];
    if (left === undefined && right === undefined) continue;
    const met = left === undefined || right === undefined ? (left ?? right) : rowOf(name).meet(left, right);
    if (met === null) return null;
    both[name] = met;
  }
  return both as Caveats; // each value came out of a row of its own name
}

/** True when everything that `inner` allows is allowed by `outer` too. */
export function isWithinCaveats(inner: Caveats, outer: Caveats): boolean {
  return CAVEATS.every((name) => {
    if (outer[name] === undefined) return true;
    return inner[name] !== undefined && rowOf(name).covers(outer[name], inner[name]);
  });
}

/** The one spelling of these caveats: sets sorted and without repetition, paths without those within others. */
export function canonicalCaveats(caveats: Caveats): Caveats {
  const named = CAVEATS.filter((name) => caveats[name] !== undefined);
  return Object.fromEntries(named.map((name) => [name, rowOf(name).canonical(caveats[name])])) as Caveats; // as above
}

/** «only the fields title, excerpt», for consent texts. */
export function describeCaveat(name: CaveatName, caveats: Caveats): string {
  return rowOf(name).describe(caveats[name]);
}

/** True when `collection` lies within the caveats; no caveat means every collection. */
export function coversCollection(caveats: Caveats, collection: string): boolean {
  return caveats.collections === undefined || caveats.collections.includes(collection);
}

/** The same for a page's language tag. */
export function coversLocale(caveats: Caveats, locale: string): boolean {
  return caveats.locales === undefined || caveats.locales.includes(locale);
}

/** The same for a path of the site; one that climbs is outside of every prefix. */
export function coversPath(caveats: Caveats, path: string): boolean {
  if (caveats.paths === undefined) return true;
  const [plain = ""] = path.split(/[?#]/);
  return !hasDotSegment(plain) && caveats.paths.some((prefix) => isUnder(plain, prefix));
}

/** Runs in 60 seconds that a rate allows. */
export function runsOf(rate: string): number {
  return Number.parseInt(rate, 10);
}

function rowOf(name: CaveatName): CaveatRow<unknown> {
  return caveatRows[name] as CaveatRow<unknown>; // callers hand a row the values of its own name alone
}

function setRow(words: string): CaveatRow<readonly string[]> {
  return {
    covers: (outer, inner) => inner.every((item) => outer.includes(item)),
    meet: (a, b) => {
      const both = a.filter((item) => b.includes(item));
      return both.length === 0 ? null : both;
    },
    canonical: (items) => [...new Set(items)].sort(),
    describe: (items) => `${words} ${items.join(", ")}`,
  };
}

function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}

function widestPaths(paths: readonly string[]): readonly string[] {
  const sorted = [...new Set(paths)].sort();
  return sorted.filter((path) => !sorted.some((other) => other !== path && isUnder(path, other)));
}

/**
 * Spelled out or encoded, once or more, slashes too: what resolves the path later may climb by any of them. URL
 * parsers drop tabs and line breaks first (WHATWG URL, «basic URL parser»).
 */
function hasDotSegment(path: string): boolean {
  const segments = path.replace(/[\t\n\r]/g, "").split(/[/\\]|%(?:25)*(?:2f|5c)/i);
  return segments.some((segment) => /^(?:\.|%(?:25)*2e){1,2}$/i.test(segment));
}
