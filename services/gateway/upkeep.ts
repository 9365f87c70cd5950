// What is done with plugins' keys and databases behind their backs: counting, and erasing what nobody uses.
// Whose turn it is, the site's object knows; nothing here decides that.
import { ownerNameOf } from "../../capabilities/index.ts";
import type { PluginState, StateOwner } from "../../contracts/site.ts";
import { countKeys, eraseKeys, eraseLeftovers } from "../storage/index.ts";
import { deploymentOf, type Env, siteLogOf, siteStateOf } from "./env.ts";

export interface Erased {
  /** Keys that were found; 0: none is left, as far as Workers KV shows. */
  readonly keys: number;
  /** Its database was emptied. */
  readonly database: boolean;
}

export function countOlderKeys(env: Env, site: string, owner: StateOwner): Promise<void> {
  return countKeys(env.PLUGIN_KV, siteLogOf(env, site), site, owner);
}

/** A portion of the keys; after the last one the database, which the pool gets back unless the install goes on. */
export async function eraseState(env: Env, site: string, state: PluginState): Promise<Erased> {
  const { plugin, installId, major, isInUse } = state;
  const owner = { plugin, installId, major };
  const keys = await eraseKeys(env.PLUGIN_KV, site, owner);
  if (keys > 0) return { keys, database: false };
  await siteLogOf(env, site).forgetBookings(ownerNameOf(owner));
  const database = await deploymentOf(env).eraseDatabase({ site, ...owner });
  if (!isInUse) await deploymentOf(env).giveBackDatabases({ site, plugin, installId }, major);
  return { keys, database };
}

/** Keys of the plugin that no install of it has. */
export async function eraseUnowned(env: Env, site: string, plugin: string): Promise<Erased> {
  const listOwners = () => siteStateOf(env, site).listState(plugin);
  return { keys: await eraseLeftovers(env.PLUGIN_KV, site, plugin, listOwners), database: false };
}
