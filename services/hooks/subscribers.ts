// Which plugins of a site are called for an event, in the site's order, and with what grant.
// Disabled and unconsented plugins are not called; one whose grant has gone bad is a failed call, not absence.
import { type Caveats, coversCollection, coversPath } from "../../contracts/caveats.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import { hooksOf } from "../../contracts/manifest.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";
import type { GrantRefusal } from "../grants/index.ts";
import { checkGrant, type GrantInForce } from "./grants-in-force.ts";
import type { SiteLease } from "./runtime.ts";

export interface Subscriber {
  readonly install: InstalledPlugin;
  readonly grant: GrantInForce | GrantRefusal;
}

/** The subscribers of `hook`; an event reaches only those whose caveats cover its collection and its path. */
export async function findSubscribers(
  lease: SiteLease,
  hook: HookName,
  event: unknown,
  clock: Clock,
): Promise<Subscriber[]> {
  const found: Subscriber[] = [];
  for (const install of lease.site.plugins) {
    if (install.grant === null || !isCallable(install, hook)) continue;
    const grant = await checkGrant(lease.site.site.id, install, lease, hook, clock);
    // Failing closed is for those who were granted the hook; one that cannot be read may have been.
    const { authority } = grant;
    if (authority === undefined || isSubscribed({ authority }, hook, event)) found.push({ install, grant });
  }
  return found;
}

/** Whether the plugin takes part in this hook at all, whatever was granted. */
export function isCallable(install: InstalledPlugin, hook: HookName): boolean {
  return install.enabled && hooksOf(install.manifest).includes(hook);
}

/** Partial consent leaves hooks out, and caveats leave events out: then the plugin is not called. */
export function isSubscribed(
  { authority }: Pick<GrantInForce, "authority">,
  hook: HookName,
  event: unknown,
): boolean {
  const caveats = authority.get(hookTable[hook].scope);
  if (caveats === undefined) return false;
  const { collection, path } = event as { collection?: unknown; path?: unknown }; // an object: its schema says so
  return isInCollections(caveats, collection) && isOnPaths(caveats, path);
}

function isInCollections(caveats: Caveats, collection: unknown): boolean {
  if (caveats.collections === undefined) return true;
  return typeof collection === "string" && coversCollection(caveats, collection);
}

function isOnPaths(caveats: Caveats, path: unknown): boolean {
  if (caveats.paths === undefined) return true;
  return typeof path === "string" && coversPath(caveats, path);
}
