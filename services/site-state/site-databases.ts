// Which databases a site's plugins have, by major version: the word that the pool goes by. Until when is decided in
// retired-state.ts. Storage only. A row is written before the pool is asked, so that a crash in between leaves something to ask about.
import { EmgateError } from "../../contracts/errors.ts";
import { majorOf } from "../../contracts/ids.ts";
import { DATABASE_RESERVATION_MS } from "../../contracts/limits.ts";
import type { Allotment, DatabaseClaim, InstalledPlugin, StateOwner } from "../../contracts/site.ts";
import { startErasing } from "./erasing.ts";
import { readKeptDatabase } from "./retired-state.ts";

/** `name` is null while it is asked for. `ends_at`: milliseconds since the epoch, null while it is in use. */
export const DATABASES_TABLE = `
  CREATE TABLE IF NOT EXISTS databases (
    plugin TEXT NOT NULL,
    major INTEGER NOT NULL,
    install_id TEXT NOT NULL,
    name TEXT,
    ends_at INTEGER,
    PRIMARY KEY (plugin, major)
  ) WITHOUT ROWID;
`;

interface DatabaseRow {
  [column: string]: SqlStorageValue;
  install_id: string;
  name: string | null;
  ends_at: number | null;
}

/**
 * Writes down that a major of the plugin asks for a database, and answers the install that it is for: the one that
 * stands, or the one to come, the same for all who ask until it stands or the time is up.
 */
export function reserveDatabase(
  sql: SqlStorage,
  plugin: string,
  major: number,
  installed: string | null,
  nowMs: number,
): string {
  const installId = installed ?? findPending(sql, plugin, nowMs) ?? crypto.randomUUID();
  const endsAtMs = nowMs + DATABASE_RESERVATION_MS;
  const row = readRow(sql, plugin, major);
  if (row?.install_id === installId) {
    // One that is in use stays so; one that ends must not end before the install it is asked for stands.
    const query = "UPDATE databases SET ends_at = max(ends_at, ?) WHERE plugin = ? AND major = ?";
    sql.exec(query, endsAtMs, plugin, major);
    return installId;
  }
  sql.exec(
    "INSERT OR REPLACE INTO databases (plugin, major, install_id, name, ends_at) VALUES (?, ?, ?, NULL, ?)",
    plugin,
    major,
    installId,
    endsAtMs,
  );
  return installId;
}

/** @throws CONFLICT where the reservation is over, or was for another install */
export function assertReserved(
  sql: SqlStorage,
  plugin: string,
  version: string,
  { installId }: Allotment,
  installed: string | null,
): void {
  const row = readRow(sql, plugin, majorOf(version));
  if (row?.install_id === installId && (installed === null || installed === installId)) return;
  throw new EmgateError("CONFLICT", `plugin ${plugin} changed meanwhile; look at it again`);
}

/** Writes which database the version's major has. */
export function keepDatabase(sql: SqlStorage, plugin: string, version: string, { name }: Allotment): void {
  sql.exec("UPDATE databases SET name = ? WHERE plugin = ? AND major = ?", name, plugin, majorOf(version));
}

/** The databases that the plugin's majors have until then at the least, those that are only kept too. */
export function listDatabases(
  sql: SqlStorage,
  plugin: string,
  untilMs: number,
): { readonly major: number; readonly name: string }[] {
  const query = `SELECT major, name FROM databases
    WHERE plugin = ? AND name IS NOT NULL AND (ends_at IS NULL OR ends_at > ?) ORDER BY major`;
  return sql.exec<{ major: number; name: string }>(query, plugin, untilMs).toArray();
}

/** Whether the install has, or is about to have, a database for this major; one whose time is over ends here. */
export function claimDatabase(sql: SqlStorage, owner: StateOwner, nowMs: number): DatabaseClaim | null {
  const { plugin, major, installId } = owner;
  const row = readRow(sql, plugin, major);
  if (row?.install_id !== installId) return readKeptDatabase(sql, owner);
  if (row.ends_at === null || row.ends_at > nowMs) return { endsAtMs: row.ends_at };
  // Its keys end with it, so that no rollback finds the one without the other.
  if (row.name !== null) startErasing(sql, { ...owner, isInUse: false }, nowMs);
  sql.exec("DELETE FROM databases WHERE plugin = ? AND major = ?", plugin, major);
  return null;
}

/** An install that was reserved for and does not stand yet. */
function findPending(sql: SqlStorage, plugin: string, nowMs: number): InstalledPlugin["installId"] | null {
  const query = "SELECT install_id FROM databases WHERE plugin = ? AND ends_at > ? LIMIT 1";
  return sql.exec<DatabaseRow>(query, plugin, nowMs).toArray()[0]?.install_id ?? null;
}

function readRow(sql: SqlStorage, plugin: string, major: number): DatabaseRow | null {
  const query = "SELECT install_id, name, ends_at FROM databases WHERE plugin = ? AND major = ?";
  return sql.exec<DatabaseRow>(query, plugin, major).toArray()[0] ?? null;
}
