// What one authority has over another, as data and in the words that an admin reads before consenting.
// Pure; it judges nothing but what is wider: who may decide on that is not known here.
import {
  type CaveatName,
  type Caveats,
  canonicalCaveats,
  describeCaveat,
  isWithinCaveats,
} from "../../contracts/caveats.ts";
import type { Difference, ScopeChange } from "../../contracts/consent.ts";
import type { Authority } from "../../contracts/grant.ts";
import { consentText, SCOPES, type Scope, scopeTable } from "../../contracts/scopes.ts";

/** How a caveat that is not there reads beside one that is; completes «(before: …)». */
const unlimited = {
  collections: "in all collections",
  fields: "all fields",
  locales: "in all locales",
  keyPrefix: "under all of its keys",
  maxBytes: "any number of bytes",
  elements: "any elements",
  paths: "on all pages",
  rate: "at any rate",
} as const satisfies Record<CaveatName, string>;

type ChangeKind = Exclude<keyof Difference, "isWider">;

/** The change from `before` to `after`, each list in the order of the scopes' names; what is equal is in none. */
export function differenceOf(before: Authority, after: Authority): Difference {
  const changes: Record<ChangeKind, ScopeChange[]> = { added: [], removed: [], widened: [], narrowed: [] };
  for (const scope of [...SCOPES].sort()) {
    const old = caveatsOf(before, scope);
    const now = caveatsOf(after, scope);
    const kind = kindOf(old, now);
    if (kind !== null) {
      changes[kind].push({ scope, before: old, after: now, text: wordsOf(scope, old, now, kind) });
    }
  }
  return { ...changes, isWider: changes.added.length > 0 || changes.widened.length > 0 };
}

function caveatsOf(authority: Authority, scope: Scope): Caveats | null {
  const caveats = authority.get(scope);
  return caveats === undefined ? null : canonicalCaveats(caveats);
}

/** What changed both ways is wider: an admin must not learn of it as of a narrowing. */
function kindOf(before: Caveats | null, after: Caveats | null): ChangeKind | null {
  if (before === null) return after === null ? null : "added";
  if (after === null) return "removed";
  if (!isWithinCaveats(after, before)) return "widened";
  return isWithinCaveats(before, after) ? null : "narrowed";
}

/** «wider: This plugin can read published pages in pages, posts, … (before: only in the collections posts).» */
function wordsOf(scope: Scope, before: Caveats | null, after: Caveats | null, kind: ChangeKind): string {
  const sentence = consentText(scope, after ?? before ?? {});
  switch (kind) {
    case "added":
      return `new: ${sentence}`;
    case "removed":
      return `no longer: ${sentence}`;
    case "widened":
      return `wider: ${withBefore(sentence, scope, before ?? {}, after ?? {})}`;
    case "narrowed":
      return `narrower: ${withBefore(sentence, scope, before ?? {}, after ?? {})}`;
  }
}

/** Names the caveats that changed alone; the sentence itself says how all of them are now. */
function withBefore(sentence: string, scope: Scope, before: Caveats, after: Caveats): string {
  const changed = scopeTable[scope].caveats
    .filter((name) => describeLimit(name, before) !== describeLimit(name, after))
    .map((name) => describeLimit(name, before));
  return `${sentence.replace(/\.$/, "")} (before: ${changed.join("; ")}).`;
}

function describeLimit(name: CaveatName, caveats: Caveats): string {
  return caveats[name] === undefined ? unlimited[name] : describeCaveat(name, caveats);
}
