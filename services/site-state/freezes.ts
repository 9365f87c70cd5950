// Plugins whose state is being moved to another version: none of them is called meanwhile, and their stubs refuse.
// Storage only. A freeze that nobody ends is over by itself, so that a crash keeps no plugin from its work.
import { EmgateError } from "../../contracts/errors.ts";
import { FREEZE_MS } from "../../contracts/limits.ts";
import { appendAudit } from "./audit-log.ts";

/**
 * `until_at`: milliseconds since the epoch. `ended_at`: ISO 8601, null while it stands; the row stays, for what was
 * begun under the freeze may have to be waited for.
 */
export const FREEZES_TABLE = `
  CREATE TABLE IF NOT EXISTS freezes (
    plugin TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    ended_at TEXT
  ) WITHOUT ROWID;
`;

interface FreezeRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  id: string;
  until_at: number;
}

/** @throws BUSY where one stands */
export function assertNotFrozen(sql: SqlStorage, plugin: string, nowMs: number): void {
  if (standingFreeze(sql, plugin, nowMs) === null) return;
  throw new EmgateError("BUSY", `the state of plugin ${plugin} is being moved to another version: try again`);
}

export function startFreeze(sql: SqlStorage, plugin: string, id: string, nowMs: number): void {
  const until = nowMs + FREEZE_MS;
  sql.exec("INSERT OR REPLACE INTO freezes VALUES (?, ?, ?, NULL)", plugin, id, until);
}

/** The id of the plugin's freeze, or null where none stands. */
export function standingFreeze(sql: SqlStorage, plugin: string, nowMs: number): string | null {
  const query = "SELECT * FROM freezes WHERE plugin = ? AND ended_at IS NULL AND until_at > ?";
  return sql.exec<FreezeRow>(query, plugin, nowMs).toArray()[0]?.id ?? null;
}

export function endFreeze(sql: SqlStorage, plugin: string, nowMs: number): void {
  sql.exec(
    "UPDATE freezes SET ended_at = ? WHERE plugin = ? AND ended_at IS NULL",
    new Date(nowMs).toISOString(),
    plugin,
  );
}

/** Ends those whose time is over, each with its entry; answers whether there were any. */
export function endLapsedFreezes(sql: SqlStorage, nowMs: number): boolean {
  const query = "SELECT * FROM freezes WHERE ended_at IS NULL AND until_at <= ?";
  const lapsed = sql.exec<FreezeRow>(query, nowMs).toArray();
  for (const { plugin } of lapsed) {
    endFreeze(sql, plugin, nowMs);
    const reason = "nobody ended it in time";
    appendAudit(sql, { kind: "change", action: "unfreeze", actor: "system", plugin, reason }, nowMs);
  }
  return lapsed.length > 0;
}

export function nextLapseAtMs(sql: SqlStorage): number | null {
  return sql
    .exec<{ at: number | null }>("SELECT min(until_at) AS at FROM freezes WHERE ended_at IS NULL")
    .one().at;
}
