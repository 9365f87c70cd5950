// Counts the keys that a plugin's major version had before each put was booked: once, page by page, in the background.
// Reads values for their length alone; nothing of them is kept or told.
import { bytesKept, keyPrefixOf, ownerNameOf } from "../../capabilities/index.ts";
import type { StateOwner } from "../../contracts/site.ts";
import type { FoundKey } from "../site-state/index.ts";

/** Keys of a page, whose values are read at once: 8 MiB of them at most. */
const KEYS_A_PAGE = 8;
/** Pages of one count, each some subrequests; the next put goes on where it ends. */
const MAX_PAGES = 64;

/** The site's log, as far as it is needed. */
interface CountingLog {
  readCounting(owner: string): Promise<{ counted: boolean; cursor: string | null }>;
  bookFound(owner: string, found: readonly FoundKey[], cursor: string | null): Promise<void>;
}

export async function countKeys(
  kv: KVNamespace,
  log: CountingLog,
  site: string,
  owner: StateOwner,
): Promise<void> {
  const name = ownerNameOf(owner);
  const prefix = keyPrefixOf(site, owner);
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { counted, cursor } = await log.readCounting(name);
    if (counted) return;
    const from = (start: string | null) => kv.list({ prefix, limit: KEYS_A_PAGE, cursor: start });
    // A cursor that was kept for long may be good no more: then from the start, which counts nothing twice.
    const list = await from(cursor).catch((error: unknown) => {
      if (cursor === null) throw error;
      return from(null);
    });
    const found = await Promise.all(list.keys.map((key) => measureKey(kv, prefix, key)));
    const next = list.list_complete ? null : list.cursor;
    await log.bookFound(
      name,
      found.filter((key) => key !== null),
      next,
    );
  }
}

/** Null where it has ended meanwhile. */
async function measureKey(
  kv: KVNamespace,
  prefix: string,
  { name, expiration }: KVNamespaceListKey<unknown>,
): Promise<FoundKey | null> {
  const { value, metadata } = await kv.getWithMetadata(name, "arrayBuffer");
  if (value === null) return null;
  const key = name.slice(prefix.length);
  const expiresAtMs = expiration === undefined ? null : expiration * 1000;
  return { key, bytes: bytesKept(key, value, metadata), expiresAtMs };
}
