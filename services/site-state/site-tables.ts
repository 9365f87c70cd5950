// The tables of a site's control state and how their rows become the snapshot that leases carry.
// Nothing but SiteState reads or writes them.
import type { ErrorCode } from "../../contracts/errors.ts";
import type { HookName } from "../../contracts/hooks.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import {
  type Breaker,
  DEFAULT_POLICY,
  type HeldUpdate,
  type InstalledPlugin,
  type LiveGrant,
  type PluginStop,
  type SiteInfo,
  type SitePolicy,
  type SiteSnapshot,
} from "../../contracts/site.ts";
import { createAuditTable } from "./audit-log.ts";
import { BREAKERS_TABLE } from "./breakers.ts";
import { type AddedColumn, addColumns } from "./columns.ts";
import { FREEZES_TABLE } from "./freezes.ts";
import { LIVE_RELEASES_TABLE, recallLiveReleases } from "./live-releases.ts";
import { RETIRED_TABLE } from "./retired-state.ts";
import { DATABASES_TABLE } from "./site-databases.ts";

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
  CREATE TABLE IF NOT EXISTS updates (
    plugin TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    code TEXT NOT NULL,
    manifest_digest TEXT NOT NULL,
    manifest TEXT NOT NULL,
    held_at TEXT NOT NULL
  ) WITHOUT ROWID;
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

/**
 * Tables of an earlier release lack these. A grant from then has no times and is not warned of; a delivery from
 * then is for whichever install there is.
 */
const ADDED_COLUMNS: readonly AddedColumn[] = [
  { table: "installs", column: "settings", type: "TEXT NOT NULL DEFAULT '{}'" },
  { table: "installs", column: "disabled_at", type: "TEXT" },
  { table: "installs", column: "stopped", type: "TEXT" },
  { table: "grants", column: "issued_at_seconds", type: "INTEGER NOT NULL DEFAULT 0" },
  { table: "grants", column: "expires_at_seconds", type: "INTEGER NOT NULL DEFAULT 0" },
  { table: "grants", column: "warned_days", type: "INTEGER" },
  { table: "grants", column: "version", type: "TEXT" },
  { table: "grants", column: "renews", type: "TEXT" },
  { table: "deliveries", column: "install_id", type: "TEXT" },
];

interface PluginRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  install_id: string;
  version: string;
  code: string;
  manifest_digest: string;
  manifest: string;
  enabled: number;
  position: number;
  settings: string;
  disabled_at: string | null;
  stopped: string | null;
  jti: string | null;
  token: string;
  issued_at_seconds: number;
  expires_at_seconds: number;
  renews: string | null;
  held_version: string;
  held_code: string;
  held_manifest_digest: string;
  held_manifest: string;
  held_at: string | null;
  database: string | null;
  breaker_opened_at: number | null;
  breaker_retry_at: number;
  breaker_openings: number;
  breaker_failures: number;
  breaker_error: ErrorCode;
  breaker_hook: HookName;
  frozen: string | null;
}

/** Makes what is missing, and brings what an earlier release made up to this one. */
export function createTables(sql: SqlStorage): void {
  sql.exec(TABLES);
  sql.exec(DATABASES_TABLE);
  sql.exec(BREAKERS_TABLE);
  sql.exec(FREEZES_TABLE);
  sql.exec(LIVE_RELEASES_TABLE);
  sql.exec(RETIRED_TABLE);
  addColumns(sql, ADDED_COLUMNS);
  recallLiveReleases(sql);
  createAuditTable(sql);
  const gate = readMeta(sql, "gatePolicy");
  if (gate === null) return;
  // One word was the whole policy once; it was written through its schema.
  writePolicy(sql, { ...DEFAULT_POLICY, gate: gate as SitePolicy["gate"] });
  sql.exec("DELETE FROM meta WHERE key = 'gatePolicy'");
}

/** Whether the site was made. Asking about one that was not must not write: names come from URLs. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length > 0;
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

export function readPolicy(sql: SqlStorage): SitePolicy {
  const policy = readMeta(sql, "policy");
  // Written by writePolicy alone; one of an earlier release lacks what is newer.
  return policy === null
    ? DEFAULT_POLICY
    : { ...DEFAULT_POLICY, ...(JSON.parse(policy) as Partial<SitePolicy>) };
}

export function writePolicy(sql: SqlStorage, policy: SitePolicy): void {
  writeMeta(sql, "policy", JSON.stringify(policy));
}

/** Every install with its live grant and its held update, in the order of the site. */
export function readPlugins(sql: SqlStorage): InstalledPlugin[] {
  const rows = sql.exec<PluginRow>(
    `SELECT i.*, g.jti, g.token, g.issued_at_seconds, g.expires_at_seconds, g.renews,
       u.version AS held_version, u.code AS held_code, u.manifest_digest AS held_manifest_digest,
       u.manifest AS held_manifest, u.held_at, d.name AS database,
       b.opened_at AS breaker_opened_at, b.retry_at AS breaker_retry_at, b.openings AS breaker_openings,
       b.failures AS breaker_failures, b.error AS breaker_error, b.hook AS breaker_hook,
       f.id AS frozen
     FROM installs i LEFT JOIN grants g ON g.plugin = i.plugin AND g.live = 1
       LEFT JOIN updates u ON u.plugin = i.plugin
       LEFT JOIN breakers b ON b.plugin = i.plugin
       LEFT JOIN databases d
         ON d.plugin = i.plugin AND d.install_id = i.install_id AND d.major = CAST(i.version AS INTEGER)
       LEFT JOIN freezes f ON f.plugin = i.plugin AND f.ended_at IS NULL
     ORDER BY i.position, i.plugin`,
  );
  return rows.toArray().map(pluginOf);
}

/** The snapshot, or null for a site that was never created. */
export function readSnapshot(sql: SqlStorage): SiteSnapshot | null {
  const site = hasTables(sql) ? readMeta(sql, "site") : null;
  if (site === null) return null;
  return {
    site: JSON.parse(site) as SiteInfo, // written by SiteState.create alone
    plugins: readPlugins(sql),
    policy: readPolicy(sql),
  };
}

function pluginOf(row: PluginRow): InstalledPlugin {
  return {
    plugin: row.plugin,
    installId: row.install_id,
    version: row.version,
    code: row.code,
    manifestDigest: row.manifest_digest,
    manifest: JSON.parse(row.manifest) as Manifest, // parsed by the registry before it was installed
    enabled: row.enabled === 1,
    position: row.position,
    settings: JSON.parse(row.settings) as JsonObject, // checked by the caller who set them
    grant: grantOf(row),
    update: updateOf(row),
    stopped: stopOf(row),
    database: row.database,
    breaker: breakerOf(row),
    frozen: row.frozen,
  };
}

function grantOf(row: PluginRow): LiveGrant | null {
  if (row.jti === null) return null;
  const {
    jti,
    token,
    issued_at_seconds: issuedAtSeconds,
    expires_at_seconds: expiresAtSeconds,
    renews,
  } = row;
  return { jti, token, issuedAtSeconds, expiresAtSeconds, renews };
}

function stopOf({ disabled_at: at, stopped }: PluginRow): InstalledPlugin["stopped"] {
  if (at === null || stopped === null) return null;
  return { ...(JSON.parse(stopped) as PluginStop), at }; // written by writeEnabled alone
}

function breakerOf(row: PluginRow): Breaker | null {
  if (row.breaker_opened_at === null) return null;
  return {
    openedAtMs: row.breaker_opened_at,
    retryAtMs: row.breaker_retry_at,
    openings: row.breaker_openings,
    failures: row.breaker_failures,
    error: row.breaker_error,
    hook: row.breaker_hook,
  };
}

function updateOf(row: PluginRow): HeldUpdate | null {
  if (row.held_at === null) return null;
  return {
    version: row.held_version,
    code: row.held_code,
    manifestDigest: row.held_manifest_digest,
    manifest: JSON.parse(row.held_manifest) as Manifest, // parsed by the registry like the one that runs
    heldAt: row.held_at,
  };
}
