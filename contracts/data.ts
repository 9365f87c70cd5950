// What plugins keep, as an admin lists, exports and erases it: keys and databases, by major version.
// Types and arguments; an export holds a plugin's own words, whatever they are.
import { z } from "zod";
import { pluginIdSchema, siteIdSchema } from "./ids.ts";
import type { Json } from "./json.ts";

/** Characters of an export's cursor: it may name a table, and SQL takes names of this length. */
const MAX_CURSOR_CHARS = 1_000_000;

const majorSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const ofPlugin = { site: siteIdSchema, plugin: pluginIdSchema, major: majorSchema.optional() };

export const exportDataSchema = z.strictObject({
  ...ofPlugin,
  /** The `cursor` of the page before. */
  after: z.string().max(MAX_CURSOR_CHARS).optional(),
});
export const deleteDataSchema = z.strictObject({ ...ofPlugin, reason: z.string().max(500).optional() });

/** What a plugin keeps in one major version of one install. */
export interface DataStatus {
  readonly plugin: string;
  /** Of the install: another one of the same plugin never sees it. */
  readonly installId: string;
  readonly major: number;
  readonly status: "in-use" | "kept" | "erasing";
  readonly keys: number;
  /** Of keys, values and metadata. */
  readonly keyBytes: number;
  /** False while keys of an earlier release are still being counted: there may be more. */
  readonly counted: boolean;
  /** Null where it has no database. */
  readonly databaseBytes: number | null;
  /** ISO 8601, UTC: when it is erased; null while it is in use. */
  readonly until: string | null;
}

/** Text, a number, null, or what JSON cannot say: other integers and reals in decimal, bytes in base64. */
export type DataValue =
  | string
  | number
  | null
  | { readonly integer: string }
  | { readonly real: string }
  | { readonly base64: string };

/** One line of an export. Rows come after the table that they are of, indexes, triggers and views after all rows. */
export type DataEntry =
  | {
      readonly kind: "state";
      readonly site: string;
      readonly plugin: string;
      readonly installId: string;
      readonly major: number;
      readonly status: DataStatus["status"];
      readonly until: string | null;
    }
  | {
      readonly kind: "key";
      readonly key: string;
      /** UTF-8 as it is; anything else, and text of control characters, in base64. */
      readonly encoding: "text" | "base64";
      readonly value: string;
      readonly metadata?: Json;
      /** ISO 8601, UTC. */
      readonly expiresAt?: string;
    }
  | { readonly kind: "schema"; readonly type: string; readonly name: string; readonly sql: string }
  | { readonly kind: "table"; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: "row"; readonly table: string; readonly values: readonly DataValue[] }
  /** What could not be read, in the database's words. */
  | { readonly kind: "unreadable"; readonly name: string; readonly reason: string };

export interface DataPage {
  readonly entries: readonly DataEntry[];
  /** Null: that was all. */
  readonly cursor: string | null;
}

/** What was erased. `isComplete` false: there is more, and the rest goes on without the caller. */
export interface ErasedData {
  readonly plugin: string;
  readonly majors: readonly number[];
  readonly keys: number;
  readonly databases: number;
  readonly isComplete: boolean;
  readonly drainedMs: number;
}
