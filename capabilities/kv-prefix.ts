// Where the keys of one install's major version lie in the namespace that all plugins share.
// Nothing else spells these prefixes: a plugin never names one, and no two majors, installs or sites share one.
import type { StateOwner } from "../contracts/site.ts";

/** The name that it is counted under within its site. */
export function ownerNameOf({ plugin, installId, major }: StateOwner): string {
  return `${plugin}/${installId}/v${major}`;
}

export function keyPrefixOf(site: string, owner: StateOwner): string {
  return `${site}/${ownerNameOf(owner)}/`;
}

/** What all installs of a plugin on a site lie under. */
export function pluginPrefixOf(site: string, plugin: string): string {
  return `${site}/${plugin}/`;
}
