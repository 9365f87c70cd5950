// A page of a plugin's keys for an export, with value, metadata and end.
// Never more in memory than one list's values.
import { keyPrefixOf } from "../../../capabilities/index.ts";
import type { DataEntry } from "../../../contracts/data.ts";
import type { Json } from "../../../contracts/json.ts";
import type { StateOwner } from "../../../contracts/site.ts";

/** Keys whose values are held at once: 8 MiB of them at most. */
const KEYS_AT_ONCE = 8;

export async function exportKeys(
  kv: KVNamespace,
  site: string,
  owner: StateOwner,
  after: string | null,
): Promise<{ readonly entries: DataEntry[]; readonly cursor: string | null }> {
  const prefix = keyPrefixOf(site, owner);
  const list = await kv.list({ prefix, limit: KEYS_AT_ONCE, cursor: after });
  const entries = await Promise.all(list.keys.map((key) => exportKey(kv, prefix, key)));
  return {
    entries: entries.filter((entry) => entry !== null),
    cursor: list.list_complete ? null : list.cursor,
  };
}

/** Null where it has ended meanwhile. */
async function exportKey(
  kv: KVNamespace,
  prefix: string,
  { name, expiration }: KVNamespaceListKey<unknown>,
): Promise<DataEntry | null> {
  const { value, metadata } = await kv.getWithMetadata<Json>(name, "arrayBuffer");
  if (value === null) return null;
  return {
    kind: "key",
    key: name.slice(prefix.length),
    ...encodeValue(new Uint8Array(value)),
    ...(metadata !== null && { metadata }),
    ...(expiration !== undefined && { expiresAt: new Date(expiration * 1000).toISOString() }),
  };
}

function encodeValue(bytes: Uint8Array): { encoding: "text" | "base64"; value: string } {
  try {
    // A byte order mark is part of the value.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // Control characters take six each in JSON, and a page of them no message.
    if (JSON.stringify(text).length <= 2 * bytes.byteLength + 2) return { encoding: "text", value: text };
  } catch {
    // Not UTF-8.
  }
  return { encoding: "base64", value: toBase64(bytes) };
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
