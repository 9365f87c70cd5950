// The audit log of a Durable Object: one table that entries are added to and read from, page by page.
// Nothing here changes or removes an entry but the count of equal denials; triggers hold everyone else to that.
import type {
  AuditEntry,
  AuditKind,
  AuditPage,
  AuditQuery,
  Denial,
  NewAuditEntry,
} from "../../contracts/audit.ts";
import type { PluginMethod } from "../../contracts/hooks.ts";
import type { Scope } from "../../contracts/scopes.ts";

const MINUTE_MS = 60_000;

/** INSERT OR REPLACE deletes without asking a trigger for deletes, so an id that is there is refused too. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    plugin TEXT,
    hook TEXT,
    scope TEXT,
    jti TEXT,
    reason TEXT,
    count INTEGER NOT NULL DEFAULT 1,
    detail TEXT
  );
  CREATE INDEX IF NOT EXISTS audit_of_plugin ON audit (plugin, id);
  CREATE INDEX IF NOT EXISTS audit_denials ON audit (plugin, at) WHERE kind = 'denial';
  CREATE TRIGGER IF NOT EXISTS audit_keeps_entries BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS audit_keeps_places BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER IF NOT EXISTS audit_keeps_words BEFORE UPDATE ON audit
    WHEN OLD.kind <> 'denial' OR NEW.count <= OLD.count OR
      (NEW.id, NEW.at, NEW.kind, NEW.action, NEW.actor, NEW.plugin, NEW.hook, NEW.scope, NEW.jti, NEW.reason, NEW.detail)
      IS NOT
      (OLD.id, OLD.at, OLD.kind, OLD.action, OLD.actor, OLD.plugin, OLD.hook, OLD.scope, OLD.jti, OLD.reason, OLD.detail)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;

interface AuditRow {
  [column: string]: SqlStorageValue;
  id: number;
  at: string;
  kind: AuditKind;
  action: string;
  actor: string;
  plugin: string | null;
  hook: PluginMethod | null;
  scope: Scope | null;
  jti: string | null;
  reason: string | null;
  count: number;
  detail: string | null;
}

export function createAuditTable(sql: SqlStorage): void {
  sql.exec(TABLES);
}

/** Adds an entry; call it in the transaction of the change that it tells of. */
export function appendAudit(sql: SqlStorage, entry: NewAuditEntry, nowMs: number): void {
  insertEntry(sql, entry, nowMs, 1);
}

/**
 * Adds the entry of what happens once, unless it is there: who asks for the same again has changed nothing. Asked
 * and written in one turn of the object, so that of several at once one is added.
 */
export function appendAuditOnce(
  sql: SqlStorage,
  entry: NewAuditEntry & Required<Pick<NewAuditEntry, "plugin" | "detail">>,
  nowMs: number,
): void {
  const { plugin, action, detail } = entry;
  const told = sql.exec(
    "SELECT 1 FROM audit WHERE plugin = ? AND action = ? AND detail = ?",
    plugin,
    action,
    JSON.stringify(detail),
  );
  if (told.toArray().length === 0) appendAudit(sql, entry, nowMs);
}

/** Adds denials; equal ones of one minute are one entry whose count grows. */
export function countDenials(sql: SqlStorage, denials: readonly Denial[], nowMs: number): void {
  const minuteMs = nowMs - (nowMs % MINUTE_MS);
  for (const { plugin, hook, scope, jti, reason, count } of denials) {
    const counted = sql.exec(
      `UPDATE audit SET count = count + ?
       WHERE kind = 'denial' AND plugin = ? AND at >= ? AND at < ?
         AND hook IS ? AND scope IS ? AND jti IS ? AND reason = ?
       RETURNING id`,
      count,
      plugin,
      new Date(minuteMs).toISOString(),
      new Date(minuteMs + MINUTE_MS).toISOString(),
      hook,
      scope,
      jti,
      reason,
    );
    if (counted.toArray().length > 0) continue;
    const entry: NewAuditEntry = {
      kind: "denial",
      action: "deny",
      actor: `plugin:${plugin}`,
      plugin,
      hook: hook ?? undefined,
      scope: scope ?? undefined,
      jti: jti ?? undefined,
      reason,
    };
    insertEntry(sql, entry, nowMs, count);
  }
}

/** Entries from the oldest on, at most `limit`; a cursor while more follow. */
export function readAudit(sql: SqlStorage, query: AuditQuery): AuditPage {
  const { plugin, kind, since, cursor = 0, limit } = query;
  const conditions: readonly (readonly [string, SqlStorageValue | undefined])[] = [
    ["id > ?", cursor],
    ["plugin = ?", plugin],
    ["kind = ?", kind],
    ["at >= ?", since === undefined ? undefined : new Date(since).toISOString()],
  ];
  const asked = conditions.flatMap(([text, value]) => (value === undefined ? [] : [{ text, value }]));
  const rows = sql
    .exec<AuditRow>(
      `SELECT * FROM audit WHERE ${asked.map(({ text }) => text).join(" AND ")} ORDER BY id LIMIT ?`,
      ...asked.map(({ value }) => value),
      limit + 1,
    )
    .toArray();
  const entries = rows.slice(0, limit).map(entryOf);
  const last = entries.at(-1);
  return rows.length > limit && last !== undefined ? { entries, cursor: last.id } : { entries };
}

function insertEntry(sql: SqlStorage, entry: NewAuditEntry, nowMs: number, count: number): void {
  sql.exec(
    `INSERT INTO audit (at, kind, action, actor, plugin, hook, scope, jti, reason, count, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    new Date(nowMs).toISOString(),
    entry.kind,
    entry.action,
    entry.actor,
    entry.plugin ?? null,
    entry.hook ?? null,
    entry.scope ?? null,
    entry.jti ?? null,
    entry.reason ?? null,
    count,
    entry.detail === undefined ? null : JSON.stringify(entry.detail),
  );
}

function entryOf({ detail, ...row }: AuditRow): AuditEntry {
  // The columns are an entry's fields; the text was written from an object.
  return { ...row, detail: detail === null ? null : (JSON.parse(detail) as Record<string, unknown>) };
}
