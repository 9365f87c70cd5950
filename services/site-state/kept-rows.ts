// Tables of which the newest rows are kept, so many an owner and for so long: lines, traces, recordings.
// The oldest go as new ones are written, by the owner's own numbers, so that nothing has to be counted.

export interface KeptTable {
  readonly name: string;
  /** What its rows hold beside `id`, `owner`, `seq` and `at`, as SQL declares it. */
  readonly columns: Readonly<Record<string, string>>;
  /** Rows of one owner. */
  readonly maxRows: number;
  readonly keptMs: number;
}

/** A row as it is read, with its own columns. */
export type KeptRow<C> = C & { readonly id: number; readonly at: string };

/** `at` is ISO 8601, UTC; `values` are in the order of the table's columns. */
export interface NewRow {
  readonly owner: string;
  readonly at: string;
  readonly values: readonly SqlStorageValue[];
}

export type Condition = readonly [sql: string, value: SqlStorageValue | undefined];

export function createKeptTable(sql: SqlStorage, { name, columns }: KeptTable): void {
  const own = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  sql.exec(`
    CREATE TABLE IF NOT EXISTS ${name} (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, ${own.join(", ")}
    );
    CREATE UNIQUE INDEX IF NOT EXISTS ${name}_of_owner ON ${name} (owner, seq);
    CREATE INDEX IF NOT EXISTS ${name}_by_time ON ${name} (at);
  `);
}

/** Adds rows in order, and lets each owner's oldest go. */
export function keepRows(sql: SqlStorage, table: KeptTable, rows: readonly NewRow[]): void {
  const { name, columns, maxRows } = table;
  const names = Object.keys(columns);
  const newest = new Map<string, number>();
  for (const { owner, at, values } of rows) {
    const seq = (newest.get(owner) ?? readNewest(sql, name, owner)) + 1;
    newest.set(owner, seq);
    sql.exec(
      `INSERT INTO ${name} (owner, seq, at, ${names.join(", ")}) VALUES (?, ?, ?${", ?".repeat(names.length)})`,
      owner,
      seq,
      at,
      ...values,
    );
  }
  for (const [owner, seq] of newest) {
    sql.exec(`DELETE FROM ${name} WHERE owner = ? AND seq <= ?`, owner, seq - maxRows);
  }
}

export function dropOldRows(sql: SqlStorage, table: KeptTable, nowMs: number): void {
  sql.exec(`DELETE FROM ${table.name} WHERE at < ?`, firstKept(table, nowMs));
}

/**
 * Rows that meet all conditions whose value is given, none older than the table keeps: the oldest first or the
 * newest first, at most `limit` and one more, which tells that others follow.
 */
export function readRows<C>(
  sql: SqlStorage,
  table: KeptTable,
  conditions: readonly Condition[],
  order: "oldest first" | "newest first",
  limit: number,
  nowMs: number,
): KeptRow<C>[] {
  const kept: Condition = ["at >= ?", firstKept(table, nowMs)];
  const asked = [kept, ...conditions].flatMap(([text, value]) =>
    value === undefined ? [] : [{ text, value }],
  );
  const rows = sql.exec(
    `SELECT * FROM ${table.name} WHERE ${asked.map(({ text }) => text).join(" AND ")}
     ORDER BY id ${order === "oldest first" ? "ASC" : "DESC"} LIMIT ?`,
    ...asked.map(({ value }) => value),
    limit + 1,
  );
  return rows.toArray() as unknown as KeptRow<C>[]; // the columns that the caller's table declares
}

/** A page of rows that were read newest first; a cursor while older ones follow. */
export function pageOf<C>(
  rows: readonly KeptRow<C>[],
  limit: number,
): { readonly page: readonly KeptRow<C>[]; readonly cursor?: number } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined ? { page, cursor: last.id } : { page };
}

/** Times of all offsets in one spelling, so that text compares as time does. */
export function isoOf(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function readNewest(sql: SqlStorage, name: string, owner: string): number {
  const { newest } = sql
    .exec<{ newest: number | null }>(`SELECT max(seq) AS newest FROM ${name} WHERE owner = ?`, owner)
    .one();
  return newest ?? 0;
}

function firstKept({ keptMs }: KeptTable, nowMs: number): string {
  return new Date(nowMs - keptMs).toISOString();
}
