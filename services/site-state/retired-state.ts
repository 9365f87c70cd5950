// The one owner of the rule what of a plugin's keys and databases is in use, and what ends when. A major that is
// installed or held is in use; an old one ends after a week; those of an uninstall when its last effects have landed.
import { EmgateError } from "../../contracts/errors.ts";
import { LEASE_MARGIN_MS, MAX_LEASE_TTL_MS, STATE_KEPT_MS, STATE_REST_MS } from "../../contracts/limits.ts";
import type { PluginState, StateOwner } from "../../contracts/site.ts";

/**
 * `kept` until `ends_at`, in milliseconds since the epoch; then `erasing`; then `empty`, as far as KV shows, until it
 * was looked once more. It is never `kept` again. `keeps_database`: of an uninstall whose data is kept.
 */
export const RETIRED_TABLE = `
  CREATE TABLE IF NOT EXISTS retired_state (
    plugin TEXT NOT NULL,
    install_id TEXT NOT NULL,
    major INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('kept', 'erasing', 'empty')),
    ends_at INTEGER NOT NULL,
    keeps_database INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (plugin, install_id, major)
  ) WITHOUT ROWID;
  -- What a release that kept databases alone has retired.
  INSERT OR IGNORE INTO retired_state (plugin, install_id, major, phase, ends_at)
    SELECT plugin, install_id, major, 'kept', ends_at FROM databases
    WHERE name IS NOT NULL AND ends_at IS NOT NULL;
`;

const IN_USE = `install_id = (SELECT install_id FROM installs WHERE plugin = ?1) AND major IN (
  SELECT CAST(version AS INTEGER) FROM installs WHERE plugin = ?1
  UNION SELECT CAST(version AS INTEGER) FROM updates WHERE plugin = ?1)`;

export interface RetiredRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  install_id: string;
  major: number;
  phase: "kept" | "erasing" | "empty" | null;
  ends_at: number | null;
}

/** Notes the majors in use before a version is replaced or let go; `settleState` takes those back that stay. */
export function retireMajors(sql: SqlStorage, plugin: string, nowMs: number): void {
  sql.exec(
    `INSERT OR IGNORE INTO retired_state (plugin, install_id, major, phase, ends_at)
     SELECT plugin, install_id, CAST(version AS INTEGER), 'kept', ?2 FROM installs WHERE plugin = ?1
     UNION SELECT i.plugin, i.install_id, CAST(u.version AS INTEGER), 'kept', ?2
       FROM updates u JOIN installs i ON i.plugin = u.plugin WHERE u.plugin = ?1`,
    plugin,
    nowMs + STATE_KEPT_MS,
  );
}

/**
 * After a change of versions: what is in use ends no more, and databases that are not end with their major's keys.
 *
 * @throws CONFLICT where a major would be in use whose state is being erased
 */
export function settleState(sql: SqlStorage, plugin: string, nowMs: number): void {
  assertNotErasing(sql, plugin);
  sql.exec(`DELETE FROM retired_state WHERE plugin = ?1 AND ${IN_USE}`, plugin);
  sql.exec(
    `UPDATE databases SET ends_at = NULL WHERE plugin = ?1 AND name IS NOT NULL AND ${IN_USE}`,
    plugin,
  );
  // One that is being erased goes back to the pool: by its name the site would know what is another plugin's soon.
  sql.exec(
    `DELETE FROM databases WHERE plugin = ?1 AND name IS NOT NULL AND NOT (${IN_USE}) AND (install_id, major) IN (
       SELECT install_id, major FROM retired_state WHERE plugin = ?1 AND phase <> 'kept')`,
    plugin,
  );
  sql.exec(
    `INSERT OR IGNORE INTO retired_state (plugin, install_id, major, phase, ends_at)
     SELECT plugin, install_id, major, 'kept', coalesce(ends_at, ?2) FROM databases
     WHERE plugin = ?1 AND name IS NOT NULL AND NOT (${IN_USE})`,
    plugin,
    nowMs + STATE_KEPT_MS,
  );
  sql.exec(
    `UPDATE databases SET ends_at = (SELECT r.ends_at FROM retired_state r WHERE r.plugin = ?1
       AND r.install_id = databases.install_id AND r.major = databases.major)
     WHERE plugin = ?1 AND name IS NOT NULL AND NOT (${IN_USE})`,
    plugin,
  );
}

/** A plugin must not write while what it keeps is erased. @throws CONFLICT */
export function assertNotErasing(sql: SqlStorage, plugin: string): void {
  const query = `SELECT ends_at FROM retired_state WHERE plugin = ?1 AND phase <> 'kept' AND ${IN_USE} LIMIT 1`;
  const [row] = sql.exec<{ ends_at: number }>(query, plugin).toArray();
  if (row === undefined) return;
  const until = new Date(row.ends_at).toISOString();
  throw new EmgateError(
    "CONFLICT",
    `what plugin ${plugin} keeps is being erased, until ${until} or some minutes later; try again then`,
  );
}

/**
 * Before the plugin's install goes: what it keeps is erased when nothing of it can land any more, after the longest
 * wait for the acknowledgement, or `keepMs` later than now.
 */
export function retireInstall(sql: SqlStorage, plugin: string, keepMs: number | null, nowMs: number): void {
  const restMs = MAX_LEASE_TTL_MS + LEASE_MARGIN_MS + STATE_REST_MS;
  const own = "install_id = (SELECT install_id FROM installs WHERE plugin = ?1)";
  retireMajors(sql, plugin, nowMs);
  sql.exec(
    `INSERT OR IGNORE INTO retired_state (plugin, install_id, major, phase, ends_at)
     SELECT plugin, install_id, major, 'kept', ?2 FROM databases WHERE plugin = ?1 AND name IS NOT NULL AND ${own}`,
    plugin,
    nowMs,
  );
  sql.exec(
    `UPDATE retired_state SET ends_at = ?2, keeps_database = ?3 AND EXISTS (
       SELECT 1 FROM databases d WHERE d.plugin = ?1 AND d.major = retired_state.major AND d.name IS NOT NULL)
     WHERE plugin = ?1 AND phase = 'kept' AND ${own}`,
    plugin,
    nowMs + Math.max(restMs, keepMs ?? 0),
    keepMs === null ? 0 : 1,
  );
  sql.exec("DELETE FROM databases WHERE plugin = ?", plugin);
}

/** Until when an uninstalled plugin's database is kept; null: it is not, and never will be again. */
export function readKeptDatabase(
  sql: SqlStorage,
  { plugin, installId, major }: StateOwner,
): { readonly endsAtMs: number } | null {
  const [row] = sql
    .exec<{ ends_at: number }>(
      `SELECT ends_at FROM retired_state
       WHERE plugin = ? AND install_id = ? AND major = ? AND phase = 'kept' AND keeps_database = 1`,
      plugin,
      installId,
      major,
    )
    .toArray();
  return row === undefined ? null : { endsAtMs: row.ends_at };
}

/** What a plugin, or with null all of them, keep: what is in use first, then what is retired. */
export function listState(sql: SqlStorage, plugin: string | null): PluginState[] {
  return sql
    .exec<RetiredRow>(
      `WITH used AS (
         SELECT plugin, install_id, CAST(version AS INTEGER) AS major FROM installs
         UNION SELECT i.plugin, i.install_id, CAST(u.version AS INTEGER) FROM updates u JOIN installs i USING (plugin))
       SELECT * FROM (
         SELECT u.*, r.phase, NULL AS ends_at FROM used u LEFT JOIN retired_state r USING (plugin, install_id, major)
         UNION ALL
         SELECT plugin, install_id, major, phase, ends_at FROM retired_state
           WHERE (plugin, install_id, major) NOT IN (SELECT * FROM used))
       WHERE ?1 IS NULL OR plugin = ?1
       ORDER BY plugin, ends_at IS NOT NULL, ends_at, install_id, major`,
      plugin,
    )
    .toArray()
    .map(({ install_id: installId, ends_at: endsAtMs, phase, ...row }) => ({
      plugin: row.plugin,
      installId,
      major: row.major,
      isInUse: endsAtMs === null,
      isErasing: phase !== null && phase !== "kept",
      endsAtMs,
    }));
}
