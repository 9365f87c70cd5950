// The tables of a site's control state and how their rows become the snapshot that leases carry.
// Nothing but SiteState reads or writes them.
import type { Manifest } from "../../contracts/manifest.ts";
import type { GatePolicy, InstalledPlugin, SiteInfo, SiteSnapshot } from "../../contracts/site.ts";

/** Statements are idempotent, so the object runs them at every start. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS installs (
    plugin TEXT PRIMARY KEY,
    install_id TEXT NOT NULL,
    version TEXT NOT NULL,
    code TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    manifest TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    position INTEGER NOT NULL,
    installed_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS grants (
    jti TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    token TEXT NOT NULL,
    live INTEGER NOT NULL,
    granted_at TEXT NOT NULL,
    ended_at TEXT
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS one_live_grant ON grants (plugin) WHERE live = 1;
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    plugin TEXT NOT NULL,
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    continuation INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
    error TEXT,
    updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS due_deliveries ON deliveries (next_at) WHERE state = 'pending';
  CREATE TABLE IF NOT EXISTS schedules (
    plugin TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (plugin, cron, time_zone)
  ) WITHOUT ROWID;
`;

export interface InstallRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  install_id: string;
  version: string;
  code: string;
  manifest_digest: string;
  manifest: string;
  enabled: number;
  position: number;
  jti: string | null;
  token: string | null;
}

export function createTables(sql: SqlStorage): void {
  sql.exec(TABLES);
}

export function readMeta(sql: SqlStorage, key: string): string | null {
  const [row] = sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray();
  return row?.value ?? null;
}

export function writeMeta(sql: SqlStorage, key: string, value: string): void {
  sql.exec(
    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    key,
    value,
  );
}

/** Every install with its live grant, in the order of the site. */
export function readPlugins(sql: SqlStorage): InstalledPlugin[] {
  const rows = sql.exec<InstallRow>(
    `SELECT i.*, g.jti, g.token FROM installs i LEFT JOIN grants g ON g.plugin = i.plugin AND g.live = 1
     ORDER BY i.position, i.plugin`,
  );
  return rows.toArray().map(pluginOf);
}

/** The snapshot, or null for a site that was never created. */
export function readSnapshot(sql: SqlStorage): SiteSnapshot | null {
  const site = readMeta(sql, "site");
  if (site === null) return null;
  return {
    site: JSON.parse(site) as SiteInfo, // written by SiteState.create alone
    plugins: readPlugins(sql),
    gatePolicy: (readMeta(sql, "gatePolicy") ?? "refuse") as GatePolicy, // written through its schema
  };
}

function pluginOf(row: InstallRow): InstalledPlugin {
  return {
    plugin: row.plugin,
    installId: row.install_id,
    version: row.version,
    code: row.code,
    manifestDigest: row.manifest_digest,
    manifest: JSON.parse(row.manifest) as Manifest, // parsed by the registry before it was installed
    enabled: row.enabled === 1,
    position: row.position,
    grant: row.jti === null || row.token === null ? null : { jti: row.jti, token: row.token },
  };
}
