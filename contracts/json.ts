// Plain JSON: what events, results and fields are made of, and the one place that sizes it.
import { z } from "zod";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Levels of nesting that are taken; deeper data costs stack, not meaning. */
const MAX_DEPTH = 64;

// Checked by hand: these stand for whole documents in every event, and a schema per value is slow there.
export const jsonSchema = z.custom<Json>((value) => isJson(value), "expected plain JSON");
export const jsonObjectSchema = z.custom<JsonObject>(
  (value) => isJsonObject(value),
  "expected an object of plain JSON",
);

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && !Array.isArray(value) && isJson(value) && value !== null;
}

/** Plain data only: no undefined, no stubs, no class instances, no number that JSON has no spelling for. */
function isJson(value: unknown, depth = 0): value is Json {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every((item) => isJson(item, depth + 1));
}

const encoder = new TextEncoder();

/** Bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}

/** True past `maxBytes` of UTF-8; counts them only where the number of characters leaves it open. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  return text.length > maxBytes || (text.length * 3 > maxBytes && byteLength(text) > maxBytes);
}

/**
 * How much data a value holds: each value and key counts one, text its characters more and a buffer its bytes, which
 * is cheaper to count than bytes of UTF-8; nothing at all counts nothing. Stops counting past `enough`. It takes no
 * stack: what plugins store may be nested as deeply as they like.
 */
export function measureData(value: unknown, enough: number): number {
  let size = 0;
  const waiting: unknown[] = value === undefined ? [] : [value];
  while (waiting.length > 0 && size <= enough) {
    const item = waiting.pop();
    size += 1;
    if (typeof item === "string") size += item.length;
    else if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) size += item.byteLength;
    else if (Array.isArray(item)) for (const inner of item) waiting.push(inner);
    else if (typeof item === "object" && item !== null) {
      for (const key of Object.keys(item)) {
        size += 1 + key.length;
        waiting.push((item as Record<string, unknown>)[key]); // its own key
      }
    }
  }
  return size;
}

/** One text for one value: keys sorted by code unit at every level, no whitespace (RFC 8785 for our data). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}
