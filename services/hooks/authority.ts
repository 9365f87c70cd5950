// The effective authority of one call: what the manifest asks, what the admin granted, what the hook allows.
// Pure; the intersection is never wider than any of the three.
import { type Caveats, intersectCaveats } from "../../contracts/caveats.ts";
import { type Authority, authorityOf, type GrantClaims } from "../../contracts/grant.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Scope } from "../../contracts/scopes.ts";

/** A hook's profile: every capability, and of the hook: scopes its own alone. */
export function profileAllows(hook: HookName, scope: Scope): boolean {
  return !scope.startsWith("hook:") || scope === hookTable[hook].scope;
}

/** What a plugin may do in this hook. `hook` null stands for a bound capability, which runs no hook. */
export function effectiveAuthority(
  manifest: Manifest,
  claims: GrantClaims,
  hook: HookName | null,
): Authority {
  const granted = authorityOf(claims);
  const effective = new Map<Scope, Caveats>();
  for (const { scope, caveats } of manifest.scopes) {
    const given = granted.get(scope);
    if (given === undefined || (hook !== null && !profileAllows(hook, scope))) continue;
    const both = intersectCaveats(caveats ?? {}, given);
    if (both !== null) effective.set(scope, both);
  }
  return effective;
}
