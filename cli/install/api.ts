// Installs a plugin on a site: one that the registry has, or one bundled here and registered first.
// Never grants anything; an installed plugin waits for consent.
import { isAbsolute } from "node:path";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { AdminSession, PluginStatus } from "../../contracts/rpc.ts";
import type { PluginBundle } from "../bundle/index.ts";

/** True for what can only be a path: a bare word is a plugin's id, as with npm. */
export function looksLikePath(target: string): boolean {
  return isAbsolute(target) || /^\.{1,2}$|[/\\]/.test(target);
}

/** Registers a bundle and installs that very version. */
export async function installBundle(
  admin: AdminSession,
  site: SiteId,
  bundle: PluginBundle,
): Promise<PluginStatus> {
  const { id: plugin, version } = bundle.manifest;
  await registerBundle(admin, bundle);
  return await admin.install({ site, plugin, version });
}

/** Registers a bundle; the same bytes again are no error to the server. */
export async function registerBundle(admin: AdminSession, bundle: PluginBundle): Promise<void> {
  const { manifestText: manifest, code, migrations } = bundle;
  await admin.registerVersion({ manifest, code, migrations: [...migrations] });
}

/** Installs a version that the registry has; the newest unless one is named. */
export async function installRegistered(
  admin: AdminSession,
  site: SiteId,
  plugin: PluginId,
  version?: string,
): Promise<PluginStatus> {
  return await admin.install({ site, plugin, ...(version !== undefined && { version }) });
}
