// Caveats: how an admin narrows a scope. Every one listed here is enforced by the guard of a capability or
// by dispatch; an unknown caveat denies (docs/permissions.md, «The grant»).
import { z } from "zod";
import { slugSchema } from "./ids.ts";

export const CAVEATS = ["collections"] as const;
export type CaveatName = (typeof CAVEATS)[number];

/** Strict: a caveat this code does not know must deny, not be dropped. */
export const caveatsSchema = z.strictObject({
  collections: z.array(slugSchema).min(1).max(100).readonly().optional(),
});
export type Caveats = z.infer<typeof caveatsSchema>;

/** True when `collection` lies within the caveats; no caveat means every collection. */
export function coversCollection(caveats: Caveats, collection: string): boolean {
  return caveats.collections === undefined || caveats.collections.includes(collection);
}

/** Both caveats at once: caveats are conjunctive, so the result is never wider than either. */
export function intersectCaveats(a: Caveats, b: Caveats): Caveats {
  if (a.collections === undefined) return b;
  if (b.collections === undefined) return a;
  const other = new Set(b.collections);
  return { collections: a.collections.filter((collection) => other.has(collection)) };
}

/** True when everything `inner` allows is allowed by `outer` too. */
export function isWithinCaveats(inner: Caveats, outer: Caveats): boolean {
  if (outer.collections === undefined) return true;
  if (inner.collections === undefined) return false;
  const allowed = new Set(outer.collections);
  return inner.collections.every((collection) => allowed.has(collection));
}
