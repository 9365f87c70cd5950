// The database that a version needs on a site: the one that its major has there, else one of the pool.
// The site writes down first that it asks, so that a crash in between leaks none.
import type { Allotment, DatabaseHolder } from "../../../contracts/site.ts";
import type { Release } from "../../registry/index.ts";
import { allotDatabase } from "../../storage/index.ts";
import { deploymentOf, type Env, siteStateOf } from "../env.ts";

/** Null where the version asks for none. @throws POOL_EMPTY, and nothing was changed */
export function allotFor(
  env: Env,
  site: string,
  release: Pick<Release, "plugin" | "version" | "manifest">,
): Promise<Allotment | null> {
  const state = siteStateOf(env, site);
  const ports = {
    reserve: (plugin: string, major: number) => state.reserveDatabase(plugin, major),
    allot: (holder: DatabaseHolder) => deploymentOf(env).allotDatabase(holder),
  };
  return allotDatabase(ports, site, release);
}
