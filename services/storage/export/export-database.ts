// A page of a plugin's database for an export: its tables, their rows, then indexes, triggers and views as SQL.
// Reads stored rows alone: a view, a virtual table or a computed column would run what the plugin wrote.
import type { DataEntry } from "../../../contracts/data.ts";
import { quoteName } from "../quote-name.ts";
import { type RowMark, readRows, type TableShape } from "./read-rows.ts";

/** Where an export stands: before the named table, in its rows, or behind all of them. */
export type DatabaseMark =
  | { readonly at: "table"; readonly table: string | null }
  | { readonly at: "rows"; readonly table: string; readonly after: RowMark | null }
  | { readonly at: "rest"; readonly after: number };

export interface DatabasePart {
  readonly entries: readonly DataEntry[];
  /** Null: that was all. */
  readonly next: DatabaseMark | null;
}

interface ListedTable {
  readonly name: string;
  readonly type: "table" | "virtual" | "shadow" | "view";
  /** 1: it has no rowid. */
  readonly wr: number;
}

interface SchemaRow {
  readonly place: number;
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** Statements of a page; each may have a hundred thousand bytes. */
const SCHEMA_ROWS = 16;

/** Without the names of SQLite's own tables, and of D1's. */
const OWN = "substr(name, 1, 7) <> 'sqlite_' AND substr(name, 1, 4) <> '_cf_'";

/** The names that a rowid goes by, where no column has them (sqlite.org/rowidtable.html). */
const ROWID_NAMES = ["rowid", "oid", "_rowid_"] as const;

export async function exportDatabase(database: D1Database, mark: DatabaseMark): Promise<DatabasePart> {
  switch (mark.at) {
    case "table":
      return exportTable(database, mark.table);
    case "rows":
      return exportRows(database, mark.table, mark.after);
    case "rest":
      return exportRest(database, mark.after);
  }
}

/** The table that comes after `previous` by name, with the SQL that makes it. */
async function exportTable(database: D1Database, previous: string | null): Promise<DatabasePart> {
  const table = await findTable(database, "?1 IS NULL OR name > ?1", previous);
  if (table === null) return { entries: [], next: { at: "rest", after: 0 } };
  const { name } = table;
  const behind = { at: "table", table: name } as const;
  // What a shadow table is made by is its virtual table.
  const made =
    table.type === "shadow"
      ? []
      : schemaEntries(await readSchema(database, "type = 'table' AND name = ?1", name));
  if (table.type === "virtual") return { entries: made, next: behind };
  try {
    const { columns } = await readShape(database, table);
    const entries = [...made, { kind: "table", table: name, columns } as const];
    return columns.length === 0
      ? { entries, next: behind }
      : { entries, next: { at: "rows", table: name, after: null } };
  } catch (error) {
    return { entries: [...made, unreadable(name, error)], next: behind };
  }
}

async function exportRows(database: D1Database, name: string, after: RowMark | null): Promise<DatabasePart> {
  const behind = { at: "table", table: name } as const;
  const table = await findTable(database, "name = ?1", name);
  // Dropped meanwhile.
  if (table === null || table.type === "virtual") return { entries: [], next: behind };
  try {
    const { rows, next } = await readRows(database, await readShape(database, table), after);
    const entries = rows.map((values) => ({ kind: "row", table: name, values }) as const);
    return { entries, next: next === null ? behind : { at: "rows", table: name, after: next } };
  } catch (error) {
    return { entries: [unreadable(name, error)], next: behind };
  }
}

async function exportRest(database: D1Database, after: number): Promise<DatabasePart> {
  const schema = await readSchema(database, "type <> 'table' AND rowid > ?1", after);
  const last = schema.at(-1);
  const entries = schemaEntries(schema);
  return { entries, next: last === undefined ? null : { at: "rest", after: last.place } };
}

/**
 * The first by name of what is to be exported: tables, virtual ones, and of the shadow tables those that hold what was
 * put into a full-text index. One at a time: there may be as many names, and as long ones, as the database is large.
 */
function findTable(
  database: D1Database,
  condition: string,
  name: string | null,
): Promise<ListedTable | null> {
  return database
    .prepare(
      `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND (${condition}) AND ${OWN}
         AND (type IN ('table', 'virtual') OR type = 'shadow' AND substr(name, -8) = '_content')
       ORDER BY name LIMIT 1`,
    )
    .bind(name)
    .first<ListedTable>();
}

async function readShape(database: D1Database, { name, wr }: ListedTable): Promise<TableShape> {
  const { results } = await database
    .prepare(`PRAGMA table_xinfo(${quoteName(name)})`)
    .all<{ name: string; hidden: number }>();
  const taken = new Set(results.map((column) => column.name.toLowerCase()));
  const rowid = wr === 1 ? undefined : ROWID_NAMES.find((candidate) => !taken.has(candidate));
  const columns = results.filter(({ hidden }) => hidden === 0).map((column) => column.name);
  return { name, columns, rowid: rowid ?? null };
}

/** In the order in which it was made. */
async function readSchema(
  database: D1Database,
  condition: string,
  bound: string | number,
): Promise<SchemaRow[]> {
  const { results } = await database
    .prepare(
      `SELECT rowid AS place, type, name, sql FROM sqlite_master
       WHERE sql IS NOT NULL AND (${condition}) AND ${OWN} ORDER BY rowid LIMIT ${SCHEMA_ROWS}`,
    )
    .bind(bound)
    .all<SchemaRow>();
  return results;
}

function schemaEntries(rows: readonly SchemaRow[]): DataEntry[] {
  return rows.map(({ type, name, sql }) => ({ kind: "schema", type, name, sql: sql ?? "" }));
}

/** D1's word about the plugin's schema goes into the export; anything else ends it. */
function unreadable(name: string, error: unknown): DataEntry {
  const reason = error instanceof Error ? error.message : "";
  if (!/^D1_[A-Z_]+: /.test(reason) || /\n\s+at /.test(reason)) throw error;
  return { kind: "unreadable", name, reason };
}
