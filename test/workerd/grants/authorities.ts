// Arbitrary authorities and narrowings for property tests: every scope, with every caveat that it takes.
// The values come from small alphabets, so that two of them often meet, and often only in part.
import fc from "fast-check";
import { CAVEATS, type CaveatName, type Caveats } from "../../../contracts/caveats.ts";
import type { Authority } from "../../../contracts/grant.ts";
import { SCOPES, type Scope, scopeTable } from "../../../contracts/scopes.ts";
import type { Narrowing } from "../../../services/grants/index.ts";

const setOf = (...items: readonly string[]) =>
  fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 4 });

const values = {
  collections: setOf("posts", "pages", "Posts", "news"),
  fields: setOf("title", "excerpt", "price"),
  locales: setOf("en", "de", "de-AT"),
  keyPrefix: fc.constantFrom("a", "ab", "abc", "b", "ä", "a:"),
  maxBytes: fc.constantFrom(1, 2, 1000, Number.MAX_SAFE_INTEGER),
  elements: setOf("p", "a", "h1"),
  paths: setOf("/", "/blog", "/blog/", "/blog/2026", "/blogger", "/shop"),
  rate: fc.constantFrom("1/60s", "9/60s", "10/60s"),
} satisfies Record<CaveatName, fc.Arbitrary<unknown>>;

/** In any spelling: unsorted, with repetitions, with paths within others. */
export const caveatsOf = (scope: Scope): fc.Arbitrary<Caveats> => {
  const names: readonly CaveatName[] = scopeTable[scope].caveats;
  const taken = Object.fromEntries(names.map((name) => [name, values[name]]));
  return fc.record(taken, { requiredKeys: [] }) as fc.Arbitrary<Caveats>; // values by their own names
};

const entryOf = fc
  .constantFrom(...SCOPES)
  .chain((scope) => caveatsOf(scope).map((caveats) => [scope, caveats] as const));
const entries = fc.uniqueArray(entryOf, { maxLength: SCOPES.length, selector: ([scope]) => scope });

/** In any order of the scopes; may be empty. */
export const authorities: fc.Arbitrary<Authority> = entries.map((list) => new Map(list));

export const narrowings: fc.Arbitrary<Narrowing> = fc.record(
  {
    scopes: fc.uniqueArray(fc.constantFrom(...SCOPES)),
    caveats: entries.map((list) => Object.fromEntries(list)),
  },
  { requiredKeys: [] },
);

/** The same meaning in another spelling: sets turned round and doubled, paths with one below them, other key order. */
export function respellCaveats(caveats: Caveats): Caveats {
  const respelled = Object.entries(caveats).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value];
    const below = name === "paths" ? value.map((path) => `${path === "/" ? "" : path}/below`) : [];
    return [name, [...value, ...below, ...value].reverse()];
  });
  return Object.fromEntries(respelled.reverse()) as Caveats; // the caveats that it was given
}

/** True when every caveat there is belongs to a scope, and so to these arbitraries. */
export const coversEveryCaveat = CAVEATS.every((name) =>
  SCOPES.some((scope) => (scopeTable[scope].caveats as readonly CaveatName[]).includes(name)),
);
