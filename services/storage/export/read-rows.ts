// Rows of one table of a plugin's database, a bounded page at a time, with every value told apart.
// Names are the plugin's own and quoted; only stored columns are read, so that no expression of its runs.
import type { DataValue } from "../../../contracts/data.ts";
import { quoteName } from "../quote-name.ts";
import { toBase64 } from "./export-keys.ts";

/** Rows whose sizes are asked for at once, and bytes of those that are then read: at least one row, however large. */
const MAX_ROWS = 256;
const MAX_BYTES = 1024 * 1024;
/** Columns of a result, by the platform's own limit. */
const MAX_RESULT_COLUMNS = 100;

/** A table, and the name that its rowid has; null: it has none, or columns of the plugin's hide it. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rowid: string | null;
}

/** What was read last: a rowid in decimal, or, without one, how many rows. */
export type RowMark = { readonly rowid: string } | { readonly offset: number };

interface SizeRow {
  readonly k: string | null;
  readonly size: number | null;
}

/** `next` null: there are no more. Rows that come or go meanwhile may be missed where there is no rowid. */
export async function readRows(
  database: D1Database,
  table: TableShape,
  after: RowMark | null,
): Promise<{ readonly rows: DataValue[][]; readonly next: RowMark | null }> {
  const sizes = await database
    .prepare(`${selectPage(table, after)} SELECT ${markOf(table)} AS k, ${sumOf(table)} AS size FROM page`)
    .bind(startOf(table, after), MAX_ROWS)
    .all<SizeRow>();
  const count = fitting(sizes.results);
  if (count === 0) return { rows: [], next: null };
  const cells = table.columns.map((_, index) => `${tellApart(`c${index}`)} AS v${index}`);
  const rows = await database
    .prepare(`${selectPage(table, after)} SELECT ${cells.join(", ")} FROM page`)
    .bind(startOf(table, after), count)
    .raw<(string | null)[]>();
  const last = sizes.results[count - 1]?.k ?? null;
  const offset = after !== null && "offset" in after ? after.offset : 0;
  return {
    rows: rows.map((row) => row.map(parseCell)),
    next: last === null ? { offset: offset + count } : { rowid: last },
  };
}

/** Short names for the columns: the plugin's own may be so long that no second mention of them fits. */
function selectPage(table: TableShape, after: RowMark | null): string {
  const { name, columns, rowid } = table;
  const from = quoteName(name);
  const names = columns.map(quoteName);
  const aliases = columns.map((_, index) => `c${index}`);
  if (!isPagedByRowid(table)) {
    return `WITH page (${aliases.join(", ")}) AS
      (SELECT ${names.join(", ")} FROM ${from} LIMIT ?2 OFFSET ?1)`;
  }
  const start =
    after !== null && "rowid" in after ? `WHERE ${rowid} > CAST(?1 AS INTEGER)` : "WHERE ?1 IS NULL";
  return `WITH page (k, ${aliases.join(", ")}) AS
    (SELECT ${rowid}, ${names.join(", ")} FROM ${from} ${start} ORDER BY ${rowid} LIMIT ?2)`;
}

function isPagedByRowid({ columns, rowid }: TableShape): boolean {
  return rowid !== null && columns.length < MAX_RESULT_COLUMNS;
}

function startOf(table: TableShape, after: RowMark | null): string | number | null {
  if (isPagedByRowid(table)) return after !== null && "rowid" in after ? after.rowid : null;
  return after !== null && "offset" in after ? after.offset : 0;
}

function markOf(table: TableShape): string {
  return isPagedByRowid(table) ? "CAST(k AS TEXT)" : "NULL";
}

/** As a tree: an expression may be a hundred deep, and so many columns there are. */
function sumOf({ columns }: TableShape): string {
  let terms = columns.map((_, index) => `coalesce(octet_length(c${index}), 0)`);
  while (terms.length > 1) {
    terms = terms.flatMap((term, index) =>
      index % 2 === 0 ? [terms[index + 1] === undefined ? term : `(${term} + ${terms[index + 1]})`] : [],
    );
  }
  return terms[0] ?? "0";
}

function fitting(rows: readonly SizeRow[]): number {
  let bytes = 0;
  for (const [index, { size }] of rows.entries()) {
    bytes += size ?? 0;
    if (index > 0 && bytes > MAX_BYTES) return index;
  }
  return rows.length;
}

/** D1 rounds large integers, loses infinities and hands blobs out number by number. */
function tellApart(column: string): string {
  return `CASE typeof(${column}) WHEN 'integer' THEN 'i' || ${column}
    WHEN 'real' THEN 'r' || printf('%!.17g', ${column}) WHEN 'text' THEN 't' || ${column}
    WHEN 'blob' THEN 'b' || hex(${column}) END`;
}

function parseCell(cell: string | null): DataValue {
  if (cell === null) return null;
  const text = cell.slice(1);
  switch (cell[0]) {
    case "i":
      return Number.isSafeInteger(Number(text)) ? Number(text) : { integer: text };
    case "r":
      // A whole number that was stored as a real is told as one.
      return Number.isFinite(Number(text)) && !Number.isInteger(Number(text)) ? Number(text) : { real: text };
    case "b":
      return { base64: toBase64(Buffer.from(text, "hex")) };
    default:
      return text;
  }
}
