// Columns that releases after the first gave to a table: added to those that lack them, at every start.
// It never drops or changes a column, so that an earlier release can still read its own.

export interface AddedColumn {
  readonly table: string;
  readonly column: string;
  /** Its type, with a default where rows of an earlier release cannot be without a value. */
  readonly type: string;
}

export function addColumns(sql: SqlStorage, added: readonly AddedColumn[]): void {
  for (const { table, column, type } of added) {
    const present = sql.exec<{ name: string }>(`PRAGMA table_info(${table})`).toArray();
    if (present.some(({ name }) => name === column)) continue;
    sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}
