// The effective authority of one call: what the manifest asks, what the admin granted, what the hook allows.
// Pure; the intersection is never wider than any of the three.
import { intersectCaveats } from "../../contracts/caveats.ts";
import { type Authority, authorityOf, type GrantClaims } from "../../contracts/grant.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Scope } from "../../contracts/scopes.ts";

/** A hook's profile: every capability, and of the hook: scopes its own alone. */
function profileAllows(hook: HookName, scope: Scope): boolean {
  return !scope.startsWith("hook:") || scope === hookTable[hook].scope;
}

/** What a plugin may do in this hook. `hook` null stands for a bound capability, which runs no hook. */
export function effectiveAuthority(
  manifest: Manifest,
  claims: GrantClaims,
  hook: HookName | null,
): Authority {
  const granted = authorityOf(claims);
  const effective = new Map<Scope, ReturnType<typeof intersectCaveats>>();
  for (const { scope, caveats } of manifest.scopes) {
    const given = granted.get(scope);
    if (given === undefined || (hook !== null && !profileAllows(hook, scope))) continue;
    effective.set(scope, intersectCaveats(caveats ?? {}, given));
  }
  return effective;
}
