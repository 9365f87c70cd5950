// The pool of plugins' databases as rows: which is free, whose it is, and which waits to be wiped.
// Storage only: no database is opened here. A row goes round: free, taken, wiping, free.
import { EmgateError } from "../../contracts/errors.ts";
import type { DatabaseHolder, DatabaseState, PoolDatabase } from "../../contracts/site.ts";

/**
 * `checked`: that it was empty was seen since it was taken. `due_at`: when a taken one's holder is asked for next, or
 * when a wiping one is wiped; in milliseconds since the epoch.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS databases (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('free', 'taken', 'wiping')),
    site TEXT, plugin TEXT, install_id TEXT, major INTEGER,
    checked INTEGER NOT NULL DEFAULT 0,
    since_at TEXT NOT NULL,
    due_at INTEGER
  ) WITHOUT ROWID;
  -- Of an earlier release: an uninstalled plugin's database may be kept beside that of its next install.
  DROP INDEX IF EXISTS one_database_a_major;
  CREATE UNIQUE INDEX IF NOT EXISTS one_database_a_holder ON databases (site, plugin, install_id, major)
    WHERE state = 'taken';
`;

export interface DatabaseRow {
  [column: string]: SqlStorageValue;
  name: string;
  state: DatabaseState;
  site: string | null;
  plugin: string | null;
  install_id: string | null;
  major: number | null;
  checked: number;
  since_at: string;
  due_at: number | null;
}

/** Names a binding of the pool: PLUGIN_DB_1 and so on. */
const BINDING = /^PLUGIN_DB_[1-9]\d{0,4}$/;

/** The bindings that there are; one that was added since is free. */
export function createDatabaseTable(sql: SqlStorage, env: object, nowMs: number): void {
  sql.exec(TABLES);
  for (const name of poolNames(env)) {
    sql.exec(
      "INSERT INTO databases (name, state, since_at) VALUES (?, 'free', ?) ON CONFLICT DO NOTHING",
      name,
      new Date(nowMs).toISOString(),
    );
  }
}

/** In the order of their numbers. */
export function poolNames(env: object): string[] {
  const names = Object.keys(env).filter((name) => BINDING.test(name));
  return names.sort((a, b) => numberOf(a) - numberOf(b));
}

/** Those whose binding is there; a row of one that is not stays for its return. */
export function listDatabases(sql: SqlStorage, names: readonly string[]): PoolDatabase[] {
  return names.flatMap((name) => {
    const row = readDatabase(sql, name);
    if (row === null) return [];
    const { state, site, plugin, major, since_at: since } = row;
    return [{ name, state, site, plugin, major, since }];
  });
}

export function readDatabase(sql: SqlStorage, name: string): DatabaseRow | null {
  return sql.exec<DatabaseRow>("SELECT * FROM databases WHERE name = ?", name).toArray()[0] ?? null;
}

/** The database that is taken for this holder. */
export function findTaken(sql: SqlStorage, { major, ...install }: DatabaseHolder): DatabaseRow | null {
  return listTakenBy(sql, install).find((row) => row.major === major) ?? null;
}

/** Takes a free one, to be looked at before it is handed out. @throws POOL_EMPTY */
export function takeFree(
  sql: SqlStorage,
  names: readonly string[],
  { site, plugin, installId, major }: DatabaseHolder,
  nowMs: number,
): string {
  const name = names.find((candidate) => readDatabase(sql, candidate)?.state === "free");
  if (name === undefined) {
    const why = `none of the ${names.length} databases for plugins is free`;
    throw new EmgateError("POOL_EMPTY", `${plugin} needs a database of its own, and ${why}: emgate pool`);
  }
  sql.exec(
    `UPDATE databases SET state = 'taken', site = ?, plugin = ?, install_id = ?, major = ?, checked = 0,
       since_at = ?, due_at = NULL WHERE name = ?`,
    site,
    plugin,
    installId,
    major,
    new Date(nowMs).toISOString(),
    name,
  );
  return name;
}

export function markChecked(sql: SqlStorage, name: string): void {
  sql.exec("UPDATE databases SET checked = 1 WHERE name = ?", name);
}

export function setDue(sql: SqlStorage, name: string, dueAtMs: number): void {
  sql.exec("UPDATE databases SET due_at = ? WHERE name = ?", dueAtMs, name);
}

/** Its holder keeps its names in the row until it is wiped, for whoever looks at the pool. */
export function startWiping(sql: SqlStorage, name: string, dueAtMs: number, nowMs: number): void {
  sql.exec(
    "UPDATE databases SET state = 'wiping', since_at = ?, due_at = ? WHERE name = ?",
    new Date(nowMs).toISOString(),
    dueAtMs,
    name,
  );
}

export function setFree(sql: SqlStorage, name: string, nowMs: number): void {
  sql.exec(
    `UPDATE databases SET state = 'free', site = NULL, plugin = NULL, install_id = NULL, major = NULL, checked = 0,
       since_at = ?, due_at = NULL WHERE name = ?`,
    new Date(nowMs).toISOString(),
    name,
  );
}

/** What an install holds, of every major. */
export function listTakenBy(
  sql: SqlStorage,
  { site, plugin, installId }: Omit<DatabaseHolder, "major">,
): DatabaseRow[] {
  const query =
    "SELECT * FROM databases WHERE state = 'taken' AND site = ? AND plugin = ? AND install_id = ?";
  return sql.exec<DatabaseRow>(query, site, plugin, installId).toArray();
}

export function listDue(sql: SqlStorage, nowMs: number): DatabaseRow[] {
  return sql
    .exec<DatabaseRow>("SELECT * FROM databases WHERE due_at <= ? ORDER BY due_at, name", nowMs)
    .toArray();
}

export function nextDueAtMs(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT min(due_at) AS at FROM databases").one().at;
}

function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf("_") + 1));
}
