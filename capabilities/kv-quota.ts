// What a put costs: a key, and bytes of key, value and metadata, booked before anything is written.
// Books too much rather than too little: what becomes of a put that is refused or overtaken cannot be known.
import type { InvocationTerms } from "../contracts/capability.ts";
import { EmgateError } from "../contracts/errors.ts";
import { byteLength } from "../contracts/json.ts";
import { DEFAULT_KV_BYTES, MAX_KV_KEYS } from "../contracts/limits.ts";
import { outsideCaveat } from "./denial.ts";
import type { KvValue } from "./kv-values.ts";

export interface Put {
  /** The plugin's own key. */
  readonly key: string;
  readonly value: KvValue;
  readonly options: KVNamespacePutOptions;
}

/** @throws PermissionDenied when all that is booked would pass the caveat, QUOTA_EXCEEDED past a default */
export async function bookPut(
  { quota, deadlineMs }: InvocationTerms,
  { key, value, options }: Put,
  maxBytes: number | undefined,
): Promise<void> {
  const exceeded = await quota.reserve({
    key,
    bytes: bytesKept(key, value, options.metadata),
    expiresAtMs: latestEndOf(options, deadlineMs),
    maxBytes: maxBytes ?? DEFAULT_KV_BYTES,
    maxKeys: MAX_KV_KEYS,
  });
  if (exceeded === null) return;
  if (exceeded === "bytes" && maxBytes !== undefined) {
    throw outsideCaveat(
      "write:kv",
      "maxBytes",
      `write:kv was granted for at most ${maxBytes} bytes in all, and this value would pass them`,
    );
  }
  const limit = exceeded === "keys" ? `${MAX_KV_KEYS} keys` : `${DEFAULT_KV_BYTES} bytes of keys and values`;
  throw new EmgateError(
    "QUOTA_EXCEEDED",
    `write:kv: a major version of a plugin keeps at most ${limit} on a site: delete some, or let them expire`,
  );
}

/** Bytes that a key counts as: its own, its value's, and its metadata's as JSON. */
export function bytesKept(key: string, value: KvValue, metadata: unknown): number {
  const valueBytes = typeof value === "string" ? byteLength(value) : value.byteLength;
  const hasMetadata = metadata !== undefined && metadata !== null;
  return byteLength(key) + valueBytes + (hasMetadata ? byteLength(JSON.stringify(metadata)) : 0);
}

/** Milliseconds since the epoch, or null for ever. A time to live starts when the put lands: before the deadline. */
function latestEndOf(
  { expiration, expirationTtl }: KVNamespacePutOptions,
  deadlineMs: number,
): number | null {
  const ends: number[] = [];
  if (expiration !== undefined) ends.push(expiration * 1000);
  if (expirationTtl !== undefined) ends.push(deadlineMs + expirationTtl * 1000);
  return ends.length === 0 ? null : Math.max(...ends);
}
