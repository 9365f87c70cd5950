// The breakers of a site's plugins as rows, one for each that is not closed; and what a notice or a reset comes to.
// It counts no calls: isolates do, and say so. What one of them says after another did is no news, and writes nothing.
import { BREAKER_OPEN_MS, MAX_BREAKER_OPEN_MS } from "../../contracts/limits.ts";
import type { Breaker, BreakerNotice, InstalledPlugin } from "../../contracts/site.ts";
import type { Author, Change } from "./changes.ts";

/** Both times in milliseconds since the epoch. */
export const BREAKERS_TABLE = `
  CREATE TABLE IF NOT EXISTS breakers (
    plugin TEXT PRIMARY KEY,
    opened_at INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    openings INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    error TEXT NOT NULL,
    hook TEXT NOT NULL
  ) WITHOUT ROWID;
`;

/** SQL: a row's plugin may be called at the time that is bound. What waits for a breaker is left as it is. */
export const IS_CALLED = "plugin NOT IN (SELECT plugin FROM breakers WHERE retry_at > ?)";

/** Milliseconds until the next try after so many openings in a row. */
export function openMsOf(openings: number): number {
  return Math.min(MAX_BREAKER_OPEN_MS, BREAKER_OPEN_MS * 2 ** (openings - 1));
}

/** Null where it is no news: the install or its code is another by now, or the breaker was opened or closed since. */
export function planNotice(install: InstalledPlugin | null, notice: BreakerNotice): Change | null {
  if (install === null || !install.enabled) return null;
  if (install.installId !== notice.installId || install.code !== notice.code) return null;
  const { plugin, grant, breaker } = install;
  if ((breaker?.openedAtMs ?? null) !== notice.openedAtMs) return null;
  const about = { kind: "breaker", actor: "system", plugin, jti: grant?.jti } as const;
  if (notice.saw === "success") {
    return {
      entry: { ...about, action: "close", reason: "a call ended well" },
      write: (sql) => closeBreaker(sql, plugin),
    };
  }
  const { error, hook } = notice;
  const failures = (breaker?.failures ?? 0) + notice.failures;
  const openings = (breaker?.openings ?? 0) + 1;
  return {
    entry: {
      ...about,
      action: "open",
      hook,
      reason: `${failures} failed calls in a row`,
      detail: { error, openings, openMs: openMsOf(openings) },
    },
    write: (sql, nowMs) => openBreaker(sql, plugin, { openings, failures, error, hook }, nowMs),
  };
}

/** Null where it is closed already. */
export function planReset(
  { plugin, grant, breaker }: InstalledPlugin,
  { by, reason }: Author,
): Change | null {
  if (breaker === null) return null;
  return {
    entry: { kind: "breaker", action: "reset", actor: by, plugin, jti: grant?.jti, reason },
    write: (sql) => closeBreaker(sql, plugin),
  };
}

/** What another version, another install or a plugin that is enabled again begins with. */
export function closeBreaker(sql: SqlStorage, plugin: string): void {
  sql.exec("DELETE FROM breakers WHERE plugin = ?", plugin);
}

/**
 * When the earliest of `rows` (SQL: what has a `plugin` and a `next_at`) is due, in milliseconds since the epoch; those
 * of a plugin whose breaker is open not before it may be tried again.
 */
export function nextDueAtMs(sql: SqlStorage, rows: string): number | null {
  // In two parts, so that the first one ends at the first row of an index where no breaker is open.
  const query = `SELECT min(due) AS due FROM (
    SELECT min(next_at) AS due FROM ${rows} WHERE plugin NOT IN (SELECT plugin FROM breakers)
    UNION ALL
    SELECT max(retry_at, (SELECT min(next_at) FROM ${rows} AS own WHERE own.plugin = held.plugin))
    FROM breakers AS held)`;
  return sql.exec<{ due: number | null }>(query).one().due;
}

function openBreaker(
  sql: SqlStorage,
  plugin: string,
  { openings, failures, error, hook }: Omit<Breaker, "openedAtMs" | "retryAtMs">,
  nowMs: number,
): void {
  sql.exec(
    "INSERT OR REPLACE INTO breakers VALUES (?, ?, ?, ?, ?, ?, ?)",
    plugin,
    nowMs,
    nowMs + openMsOf(openings),
    openings,
    failures,
    error,
    hook,
  );
}
