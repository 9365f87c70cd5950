// Turns a held recording into the JSON that is kept: plain data, without a visitor's search.
// Pure. It asks nothing of a value but its own data: a stub that came as an argument would answer from elsewhere.
import type { HookEvent } from "../../contracts/hooks.ts";
import type {
  NewRecording,
  RecordedCall,
  RecordedValue,
  RecordingDocument,
} from "../../contracts/journal.ts";
import { exceedsBytes, type JsonObject } from "../../contracts/json.ts";
import { MAX_RECORDING_BYTES } from "../../contracts/limits.ts";
import type { HeldCall, HeldRecording } from "./recorder.ts";

/** Stands for a query and its words; one lower-case word, so that plugins which tidy a query leave it as it is. */
export const SEARCH_STAND_IN = "emgate-query";

/** Levels of nesting that are kept; deeper data is not worth the stack. */
const MAX_DEPTH = 64;
/** A word, or an escape of an address, which parts words. */
const WORD_OR_ESCAPE = /%[0-9a-f]{2}|[\p{L}\p{N}]+/giu;
const OPAQUE: RecordedValue = { $: "opaque" };

/** What of a search is taken out of a text, and of the keys of what a plugin handed over. */
interface Cleaner {
  text(text: string): string;
  key(key: string): string;
}

const asItIs: Cleaner = { text: (text) => text, key: (key) => key };

export function encodeRecording(held: HeldRecording): NewRecording {
  const whole = JSON.stringify(describeRecording(held));
  const cut = { ...held, calls: [], result: null, isTruncated: true };
  const [document, isTruncated] = exceedsBytes(whole, MAX_RECORDING_BYTES)
    ? [fitDocument(cut), true]
    : [whole, held.isTruncated];
  const { call, version, outcome, startedAtMs } = held;
  const { plugin, hook, invocationId } = call;
  const at = new Date(startedAtMs).toISOString();
  return { plugin, version, hook, invocationId, outcome, at, isTruncated, document };
}

/** The event as well goes where it alone is too large, counted in bytes. */
function fitDocument(cut: HeldRecording): string {
  const withEvent = JSON.stringify(describeRecording(cut));
  return exceedsBytes(withEvent, MAX_RECORDING_BYTES)
    ? JSON.stringify(describeRecording({ ...cut, event: null }))
    : withEvent;
}

function describeRecording(held: HeldRecording): RecordingDocument {
  const { call, context, event, calls, outcome, result, error, ms, isTruncated } = held;
  const isSearch = call.hook === "onSearch";
  const cleanText = isSearch ? cleanerOf(event) : asItIs.text;
  const given: Cleaner = { ...asItIs, text: cleanText };
  const seen = copyData(event, given);
  return {
    format: 1,
    site: call.site,
    event: isSearch && seen !== null ? { ...(seen as JsonObject), query: SEARCH_STAND_IN } : seen, // an event is an object
    context,
    calls: calls.map((held) => describeCall(held, given)),
    outcome,
    result: copyData(result, given),
    error,
    ms,
    isTruncated,
    replaced: isSearch ? { what: "event.query", with: SEARCH_STAND_IN } : null,
  };
}

function describeCall({ capability, method, args, ...end }: HeldCall, given: Cleaner): RecordedCall {
  const { text } = given;
  const asked = { capability, method, args: args.map((arg) => copyData(arg, { text, key: text })) };
  return "error" in end
    ? { ...asked, error: { ...end.error, message: text(end.error.message) } }
    : { ...asked, answer: copyData(end.answer, given) };
}

/**
 * Takes a query and its words out of text, whatever their case, also where they were put into an address. The ids of
 * the results stay as they are: they are core's, and a replay must know which is which.
 */
function cleanerOf(event: unknown): Cleaner["text"] {
  const { query = "", results = [] } = (event ?? {}) as Partial<HookEvent<"onSearch">>; // parsed by its schema
  const ids = new Set(results.map(({ id }) => id));
  const phrase = query.toWellFormed().trim().toLowerCase();
  const words = new Set([...wordsIn(phrase), ...wordsIn(encodeURIComponent(phrase).toLowerCase())]);
  if (words.size === 0) return asItIs.text;
  const cleanWords = (text: string) =>
    text.replace(WORD_OR_ESCAPE, (word) => (words.has(word.toLowerCase()) ? SEARCH_STAND_IN : word));
  // Whole where it stands as it was typed, so that it is one stand-in as in the event.
  const whole = words.size > 1 ? new RegExp(escapePattern(phrase), "giu") : null;
  return (text) => {
    if (ids.has(text)) return text;
    const parts = whole === null ? [text] : text.split(whole);
    return parts.map(cleanWords).join(SEARCH_STAND_IN);
  };
}

function wordsIn(text: string): string[] {
  return (text.match(WORD_OR_ESCAPE) ?? []).filter((word) => !word.startsWith("%"));
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** A copy in plain JSON (contracts/journal.ts, RecordedValue). */
function copyData(value: unknown, clean: Cleaner, depth = 0): RecordedValue {
  switch (typeof value) {
    case "string":
      return clean.text(value);
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : { $: "number", text: String(value) };
    case "undefined":
      return { $: "undefined" };
    case "bigint":
      return { $: "bigint", text: String(value) };
    case "object":
      return value === null ? null : copyObject(value, clean, depth);
    case "function":
    case "symbol":
      return OPAQUE;
  }
}

function copyObject(value: object, clean: Cleaner, depth: number): RecordedValue {
  if (depth >= MAX_DEPTH) return OPAQUE;
  if (value instanceof ArrayBuffer) return { $: "bytes", base64: base64Of(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return { $: "bytes", base64: base64Of(new Uint8Array(buffer, byteOffset, byteLength)) };
  }
  if (Array.isArray(value)) return value.map((item) => copyData(item, clean, depth + 1));
  if (value instanceof Date) return { $: "date", text: String(value.getTime()) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return OPAQUE;
  const entries = Object.entries(value).map(([key, inner]): [string, RecordedValue] => [
    clean.key(key),
    copyData(inner, clean, depth + 1),
  ]);
  return Object.hasOwn(value, "$") ? { $: "object", entries } : Object.fromEntries(entries);
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
