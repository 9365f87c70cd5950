// What a put costs under `maxBytes`: bytes of key, value and metadata, booked before anything is written.
// Books too much rather than too little: what becomes of a put that is refused or overtaken cannot be known.
import type { InvocationTerms } from "../contracts/capability.ts";
import { byteLength } from "../contracts/json.ts";
import { outsideCaveat } from "./denial.ts";
import type { KvValue } from "./kv-values.ts";

export interface Put {
  /** The plugin's own key; a major version's takes the place of the same key of the one before. */
  readonly key: string;
  readonly value: KvValue;
  readonly options: KVNamespacePutOptions;
}

/** @throws PermissionDenied when all that is booked would pass `maxBytes` */
export async function bookPut(
  { quota, deadlineMs }: InvocationTerms,
  { key, value, options }: Put,
  maxBytes: number,
): Promise<void> {
  const { metadata } = options;
  const valueBytes = typeof value === "string" ? byteLength(value) : value.byteLength;
  const metadataBytes = metadata === undefined ? 0 : byteLength(JSON.stringify(metadata));
  const bytes = byteLength(key) + valueBytes + metadataBytes;
  const expiresAtMs = latestEndOf(options, deadlineMs);
  if (await quota.reserve({ key, bytes, expiresAtMs, maxBytes })) return;
  throw outsideCaveat(
    "write:kv",
    "maxBytes",
    `write:kv was granted for at most ${maxBytes} bytes in all, and this value would pass them`,
  );
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
