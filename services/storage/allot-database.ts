// Gets a database for the version that is about to be installed, where it asks for one.
// Three steps, each of which may be the last: the site writes down that it asks, the pool allots, the site installs.
import { majorOf } from "../../contracts/ids.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Allotment, DatabaseHolder } from "../../contracts/site.ts";

/** The site's object and the deployment's, as far as it needs them. */
export interface AllotmentPorts {
  reserve(plugin: string, major: number): Promise<{ installId: string }>;
  allot(holder: DatabaseHolder): Promise<string>;
}

/** Null where the version wants no database. @throws POOL_EMPTY: nothing was changed by then */
export async function allotDatabase(
  { reserve, allot }: AllotmentPorts,
  site: string,
  {
    plugin,
    version,
    manifest,
  }: { readonly plugin: string; readonly version: string; readonly manifest: Manifest },
): Promise<Allotment | null> {
  if (!manifest.scopes.some(({ scope }) => scope === "use:db")) return null;
  const major = majorOf(version);
  const { installId } = await reserve(plugin, major);
  return { installId, name: await allot({ site, plugin, installId, major }) };
}
