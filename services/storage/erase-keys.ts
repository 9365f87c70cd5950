// Erases the keys of one install's major version, or those under a plugin's name that belong to no install any more.
// A portion a call, so that it fits into one request; nothing outside the prefix that it is given is touched.
import { keyPrefixOf, pluginPrefixOf } from "../../capabilities/index.ts";
import { MAX_ERASED_KEYS } from "../../contracts/limits.ts";
import type { StateOwner } from "../../contracts/site.ts";

/** Deletions on their way at once. */
const DELETES_AT_ONCE = 25;
/** Lists of one portion, where most of the names belong to somebody. */
const MAX_LISTS = 100;

/** How many keys were found and erased; 0: Workers KV shows none. */
export async function eraseKeys(kv: KVNamespace, site: string, owner: StateOwner): Promise<number> {
  const { keys } = await kv.list({ prefix: keyPrefixOf(site, owner), limit: MAX_ERASED_KEYS });
  await deleteAll(
    kv,
    keys.map(({ name }) => name),
  );
  return keys.length;
}

/**
 * The same for what no install of the plugin has, such as releases before this one left behind. `listOwners` is asked
 * after the names were read: an install that wrote one of them stands by then, or is retired.
 */
export async function eraseLeftovers(
  kv: KVNamespace,
  site: string,
  plugin: string,
  listOwners: () => Promise<readonly StateOwner[]>,
): Promise<number> {
  let cursor: string | null = null;
  for (let lists = 0; lists < MAX_LISTS; lists += 1) {
    const page: KVNamespaceListResult<unknown> = await kv.list({
      prefix: pluginPrefixOf(site, plugin),
      limit: MAX_ERASED_KEYS,
      cursor,
    });
    const owned = (await listOwners()).map((owner) => keyPrefixOf(site, owner));
    const names = page.keys
      .map(({ name }) => name)
      .filter((name) => !owned.some((prefix) => name.startsWith(prefix)));
    await deleteAll(kv, names);
    if (names.length > 0 || page.list_complete) return names.length;
    cursor = page.cursor;
  }
  return 0;
}

async function deleteAll(kv: KVNamespace, names: readonly string[]): Promise<void> {
  for (let start = 0; start < names.length; start += DELETES_AT_ONCE) {
    await Promise.all(names.slice(start, start + DELETES_AT_ONCE).map((name) => kv.delete(name)));
  }
}
