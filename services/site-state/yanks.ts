// Bundles that were withdrawn for a security reason, as rows: on no site may their code run.
// Storage only, and nothing here takes a yank back: a fixed bundle has another digest.

const TABLES = `
  CREATE TABLE IF NOT EXISTS yanks (
    code TEXT PRIMARY KEY, plugin TEXT NOT NULL, version TEXT NOT NULL, reason TEXT NOT NULL,
    yanked_at TEXT NOT NULL
  ) WITHOUT ROWID;
`;

export interface NewYank {
  readonly plugin: string;
  readonly version: string;
  /** SHA-256 of the bundle's bytes. */
  readonly code: string;
  readonly reason: string;
}

export function createYankTable(sql: SqlStorage): void {
  sql.exec(TABLES);
}

/** Answers when that was. */
export function insertYank(
  sql: SqlStorage,
  { plugin, version, code, reason }: NewYank,
  nowMs: number,
): string {
  const yankedAt = new Date(nowMs).toISOString();
  sql.exec(
    "INSERT INTO yanks (code, plugin, version, reason, yanked_at) VALUES (?, ?, ?, ?, ?)",
    code,
    plugin,
    version,
    reason,
    yankedAt,
  );
  return yankedAt;
}

/** When the bundle was withdrawn, or null. */
export function readYankedAt(sql: SqlStorage, code: string): string | null {
  const [row] = sql.exec<{ yanked_at: string }>("SELECT yanked_at FROM yanks WHERE code = ?", code).toArray();
  return row?.yanked_at ?? null;
}

export function listYankedCode(sql: SqlStorage): string[] {
  return sql
    .exec<{ code: string }>("SELECT code FROM yanks ORDER BY code")
    .toArray()
    .map(({ code }) => code);
}
