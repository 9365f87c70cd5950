// Narrows an authority, compares two, and writes one down as claims: the one place that spells what is granted.
// Pure; what comes out of a narrowing is always within what went in, and never names a scope that was not there.
import {
  type Caveats,
  canonicalCaveats,
  intersectCaveats,
  isWithinCaveats,
} from "../../contracts/caveats.ts";
import type { Authority, GrantClaims } from "../../contracts/grant.ts";
import type { Scope } from "../../contracts/scopes.ts";

/** What may stay of an authority. Absent `scopes` keeps every scope, an absent caveat leaves it as it is. */
export interface Narrowing {
  readonly scopes?: Iterable<Scope> | undefined;
  readonly caveats?: Partial<Record<Scope, Caveats>> | undefined;
}

/**
 * What both `granted` and `narrower` allow, sorted by scope, its caveats in canonical form.
 * A scope of which nothing is left falls out; one that `granted` lacks is not added.
 */
export function attenuate(granted: Authority, narrower: Narrowing): Authority {
  const kept = narrower.scopes === undefined ? null : new Set(narrower.scopes);
  const left = new Map<Scope, Caveats>();
  for (const [scope, caveats] of sortByScope(granted)) {
    if (kept !== null && !kept.has(scope)) continue;
    const both = intersectCaveats(caveats, narrower.caveats?.[scope] ?? {});
    if (both !== null) left.set(scope, canonicalCaveats(both));
  }
  return left;
}

/** What both authorities allow. */
export function intersectAuthorities(granted: Authority, other: Authority): Authority {
  return attenuate(granted, { scopes: other.keys(), caveats: Object.fromEntries(other) });
}

/** True when everything that `inner` allows is allowed by `outer` too. */
export function isWithinAuthority(inner: Authority, outer: Authority): boolean {
  return [...inner].every(([scope, caveats]) => {
    const allowed = outer.get(scope);
    return allowed !== undefined && isWithinCaveats(caveats, allowed);
  });
}

/** The `scope` and `authorization_details` claims of an authority: authorities that mean the same have the same. */
export function detailsOf(authority: Authority): Pick<GrantClaims, "scope" | "authorization_details"> {
  const details = sortByScope(authority).map(([scope, caveats]) => ({
    type: "emgate:capability" as const,
    scope,
    caveats: canonicalCaveats(caveats),
  }));
  return { scope: details.map(({ scope }) => scope).join(" "), authorization_details: details };
}

/** By code unit, as the claims' schema wants it; an authority names a scope once. */
function sortByScope(authority: Authority): [Scope, Caveats][] {
  return [...authority].sort(([a], [b]) => (a < b ? -1 : 1));
}
