// Which versions of a plugin were live on the site: the last one, whose state it is that another finds, and the one
// before it, to which a rollback goes. Storage only.
import { FREEZE_MS, STATE_KEPT_MS } from "../../contracts/limits.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { LiveRelease, PluginHistory, StateOwner } from "../../contracts/site.ts";
import type { NewInstall } from "./installs.ts";
import { listDatabases } from "./site-databases.ts";

/**
 * `jti` is that of the version's last grant, null where an admin took a grant back since. `left_at`: milliseconds since
 * the epoch, null while no other version has gone live in its place; 0 once what its major kept is being erased.
 */
export const LIVE_RELEASES_TABLE = `
  CREATE TABLE IF NOT EXISTS live_releases (
    plugin TEXT NOT NULL,
    place TEXT NOT NULL CHECK (place IN ('current', 'before')),
    version TEXT NOT NULL,
    code TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    manifest TEXT NOT NULL,
    jti TEXT,
    left_at INTEGER,
    PRIMARY KEY (plugin, place)
  ) WITHOUT ROWID;
`;

interface LiveReleaseRow {
  [column: string]: SqlStorageValue;
  place: "current" | "before";
  version: string;
  code: string;
  manifest_digest: string;
  manifest: string;
  token: string | null;
  left_at: number | null;
}

/** What an earlier release granted is live; of what was there before that nothing is known. */
export function recallLiveReleases(sql: SqlStorage): void {
  sql.exec(
    `INSERT INTO live_releases
     SELECT i.plugin, 'current', i.version, i.code, i.manifest_digest, i.manifest, g.jti, NULL
     FROM installs i JOIN grants g ON g.plugin = i.plugin AND g.live = 1
     WHERE i.plugin NOT IN (SELECT plugin FROM live_releases)`,
  );
}

/** Notes that a version was granted something: the one that was live, where it is another, is the one before. */
export function noteLive(sql: SqlStorage, release: NewInstall, jti: string, nowMs: number): void {
  const { plugin, version, code, manifestDigest, manifest } = release;
  const place = "WHERE plugin = ?1 AND place = 'current' AND (code <> ?2 OR manifest_digest <> ?3)";
  const changed = sql.exec(`SELECT 1 FROM live_releases ${place}`, plugin, code, manifestDigest).toArray();
  if (changed.length > 0) {
    sql.exec("DELETE FROM live_releases WHERE plugin = ? AND place = 'before'", plugin);
    const leave =
      "UPDATE live_releases SET place = 'before', left_at = coalesce(left_at, ?2) WHERE plugin = ?1";
    sql.exec(leave, plugin, nowMs);
  }
  sql.exec(
    "INSERT OR REPLACE INTO live_releases VALUES (?, 'current', ?, ?, ?, ?, ?, NULL)",
    plugin,
    version,
    code,
    manifestDigest,
    JSON.stringify(manifest),
    jti,
  );
}

/** After an admin took a grant back, or some of one: no rollback brings it again. */
export function forgetGrantsBefore(sql: SqlStorage, plugin: string, places: "before" | "all"): void {
  sql.exec(
    "UPDATE live_releases SET jti = NULL WHERE plugin = ?1 AND (?2 = 'all' OR place = 'before')",
    plugin,
    places,
  );
}

/**
 * After the install's state of a major began to be erased: nothing goes back to it, and nothing is moved from it. But
 * the major that is installed goes on in what was emptied.
 */
export function forgetStateOf(sql: SqlStorage, { plugin, installId, major }: StateOwner): void {
  sql.exec(
    `UPDATE live_releases SET left_at = 0 WHERE plugin = ?1 AND CAST(version AS INTEGER) = ?2
       AND EXISTS (SELECT 1 FROM installs
         WHERE plugin = ?1 AND install_id = ?3 AND CAST(version AS INTEGER) <> ?2)`,
    plugin,
    major,
    installId,
  );
}

export function forgetLiveReleases(sql: SqlStorage, plugin: string): void {
  sql.exec("DELETE FROM live_releases WHERE plugin = ?", plugin);
}

export function readHistory(sql: SqlStorage, plugin: string, nowMs: number): PluginHistory {
  const rows = sql
    .exec<LiveReleaseRow>(
      `SELECT r.*, g.token FROM live_releases r LEFT JOIN grants g ON g.jti = r.jti WHERE r.plugin = ?`,
      plugin,
    )
    .toArray();
  const find = (place: LiveReleaseRow["place"]) => rows.find((row) => row.place === place);
  return {
    current: releaseOf(find("current")),
    before: releaseOf(find("before")),
    // One that ends before a move could be over may be another plugin's by then.
    databases: listDatabases(sql, plugin, nowMs + FREEZE_MS),
  };
}

/** Whether what a major before had kept may be gone: it is kept for as long as its database. */
export function isStateGone({ leftAtMs }: LiveRelease, nowMs: number): boolean {
  return leftAtMs !== null && nowMs >= leftAtMs + STATE_KEPT_MS;
}

function releaseOf(row: LiveReleaseRow | undefined): LiveRelease | null {
  if (row === undefined) return null;
  const { version, code, manifest_digest: manifestDigest, token, left_at: leftAtMs } = row;
  const manifest = JSON.parse(row.manifest) as Manifest; // of an install, parsed by the registry
  return { version, code, manifestDigest, manifest, token, leftAtMs };
}
