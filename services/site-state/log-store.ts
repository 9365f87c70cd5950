// A site's plugin logs: lines by plugin, bounded by number and age, and by characters an hour.
// A plugin that logs more loses its own newest lines, and is told so once an hour, in its own log.
import type { LogPage, LogQuery, NewLine } from "../../contracts/journal.ts";
import {
  LOG_KEPT_MS,
  LOG_LINE_CHARS,
  MAX_KEPT_LINES,
  MAX_LOG_CHARS,
  MAX_LOG_CHARS_PER_HOUR,
} from "../../contracts/limits.ts";
import { LOG_LEVELS } from "../../contracts/outcome.ts";
import {
  createKeptTable,
  dropOldRows,
  isoOf,
  type KeptTable,
  keepRows,
  type NewRow,
  readRows,
} from "./kept-rows.ts";

const HOUR_MS = 3_600_000;
const LOGS: KeptTable = {
  name: "logs",
  columns: {
    version: "TEXT NOT NULL",
    hook: "TEXT",
    invocation: "TEXT",
    level: "TEXT NOT NULL",
    message: "TEXT NOT NULL",
  },
  maxRows: MAX_KEPT_LINES,
  keptMs: LOG_KEPT_MS,
};

/** What a plugin has logged in the hour that is counted, and whether it was told that lines were dropped. */
const LOG_HOURS = `CREATE TABLE IF NOT EXISTS log_hours (
  plugin TEXT PRIMARY KEY, hour INTEGER NOT NULL, chars INTEGER NOT NULL, told INTEGER NOT NULL
) WITHOUT ROWID`;

interface Hour {
  readonly hour: number;
  chars: number;
  readonly told: number;
  /** A line of this batch found no room. */
  isFull: boolean;
}

interface LineRow {
  readonly owner: string;
  readonly version: string;
  readonly hook: NewLine["hook"];
  readonly invocation: string | null;
  readonly level: NewLine["level"];
  readonly message: string;
}

export function createLogTables(sql: SqlStorage): void {
  createKeptTable(sql, LOGS);
  sql.exec(LOG_HOURS);
}

/** Adds lines, in order. `dropped` names plugins of which lines were lost on the way. */
export function appendLines(
  sql: SqlStorage,
  lines: readonly NewLine[],
  dropped: readonly string[],
  nowMs: number,
): void {
  const hours = new Map<string, Hour>();
  const hourOf = (plugin: string) => {
    const hour = hours.get(plugin) ?? readHour(sql, plugin, nowMs);
    hours.set(plugin, hour);
    return hour;
  };
  const kept = lines
    .map((line) => ({ ...line, message: line.message.slice(0, MAX_LOG_CHARS) }))
    .filter((line) => takeRoom(hourOf(line.plugin), line));
  for (const plugin of dropped) hourOf(plugin).isFull = true;
  const told = [...hours].filter(([, { isFull, told }]) => isFull && told === 0);
  keepRows(sql, LOGS, [
    ...kept.map(rowOf),
    ...told.map(([plugin]) => rowOf(tellingLine(plugin, lines, nowMs))),
  ]);
  for (const [plugin, { hour, chars, told, isFull }] of hours) {
    sql.exec(
      "INSERT OR REPLACE INTO log_hours VALUES (?, ?, ?, ?)",
      plugin,
      hour,
      chars,
      Number(isFull || told === 1),
    );
  }
  dropOldRows(sql, LOGS, nowMs);
}

/** Oldest first: those past `after`, else the newest ones. */
export function readLines(sql: SqlStorage, site: string, query: LogQuery, nowMs: number): LogPage {
  const { plugin, hook, level, since, after, limit } = query;
  const graver =
    level === undefined ? undefined : JSON.stringify(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
  const rows = readRows<LineRow>(
    sql,
    LOGS,
    [
      ["id > ?", after],
      ["owner = ?", plugin],
      ["hook = ?", hook],
      ["level IN (SELECT value FROM json_each(?))", graver],
      ["at >= ?", isoOf(since)],
    ],
    after === undefined ? "newest first" : "oldest first",
    limit,
    nowMs,
  ).slice(0, limit);
  if (after === undefined) rows.reverse();
  const lines = rows.map(({ id, owner, version, hook, invocation, level, message, at }) => {
    return { id, site, plugin: owner, version, hook, invocationId: invocation, level, message, at };
  });
  return { lines, cursor: lines.at(-1)?.id ?? after ?? 0 };
}

function readHour(sql: SqlStorage, plugin: string, nowMs: number): Hour {
  const hour = Math.floor(nowMs / HOUR_MS);
  const [row] = sql
    .exec<{ hour: number; chars: number; told: number }>(
      "SELECT hour, chars, told FROM log_hours WHERE plugin = ?",
      plugin,
    )
    .toArray();
  return { ...(row?.hour === hour ? row : { hour, chars: 0, told: 0 }), isFull: false };
}

/** Counts a line; false where the plugin's hour is full, from then on for all of its lines. */
function takeRoom(hour: Hour, { message }: NewLine): boolean {
  const chars = hour.chars + message.length + LOG_LINE_CHARS;
  const fits = chars <= MAX_LOG_CHARS_PER_HOUR;
  // Used up by the first line that does not fit: a shorter one must not come after it.
  hour.chars = fits ? chars : MAX_LOG_CHARS_PER_HOUR;
  hour.isFull ||= !fits;
  return fits;
}

/** What stands for the lines of this hour that are not kept. */
function tellingLine(plugin: string, lines: readonly NewLine[], nowMs: number): NewLine {
  const version = lines.findLast((line) => line.plugin === plugin)?.version ?? "";
  const message = "further lines were dropped: the plugin has logged more than is kept of one hour";
  const at = new Date(nowMs).toISOString();
  return { plugin, version, hook: null, invocationId: null, level: "warn", message, at };
}

function rowOf({ plugin, version, hook, invocationId, level, message, at }: NewLine): NewRow {
  return { owner: plugin, at, values: [version, hook, invocationId, level, message] };
}
