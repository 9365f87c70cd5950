// The traces of a site's calls: of each plugin the newest, those of calls that went well apart from the others.
// They hold codes and our own words, nothing of an event and nothing of a plugin's own.
import type { KeptTrace, NewTrace, TracePage, TraceQuery } from "../../contracts/journal.ts";
import { LOG_KEPT_MS, MAX_KEPT_TRACES } from "../../contracts/limits.ts";
import {
  createKeptTable,
  dropOldRows,
  isoOf,
  type KeptTable,
  keepRows,
  pageOf,
  readRows,
} from "./kept-rows.ts";

/** Owned by a plugin's calls of one end, so that a crowd of good ones does not push out what failed. */
const TRACES: KeptTable = {
  name: "traces",
  columns: {
    plugin: "TEXT NOT NULL",
    version: "TEXT NOT NULL",
    hook: "TEXT NOT NULL",
    invocation: "TEXT NOT NULL",
    outcome: "TEXT NOT NULL",
    code: "TEXT",
    ms: "INTEGER NOT NULL",
    attempt: "INTEGER NOT NULL",
    calls: "TEXT NOT NULL",
  },
  maxRows: MAX_KEPT_TRACES,
  keptMs: LOG_KEPT_MS,
};

type TraceRow = Pick<KeptTrace, "plugin" | "version" | "hook" | "outcome" | "code" | "ms" | "attempt"> & {
  readonly invocation: string;
  readonly calls: string;
};

export function createTraceTable(sql: SqlStorage): void {
  createKeptTable(sql, TRACES);
}

export function appendTraces(sql: SqlStorage, traces: readonly NewTrace[], nowMs: number): void {
  const rows = traces.map((trace) => {
    const { plugin, version, hook, invocationId, outcome, code, startedAt, ms, attempt, calls } = trace;
    const values = [plugin, version, hook, invocationId, outcome, code, ms, attempt, JSON.stringify(calls)];
    return { owner: ownerOf(trace), at: startedAt, values };
  });
  keepRows(sql, TRACES, rows);
  dropOldRows(sql, TRACES, nowMs);
}

/** Newest first. */
export function readTraces(sql: SqlStorage, query: TraceQuery, nowMs: number): TracePage {
  const { plugin, hook, outcome, since, cursor, limit } = query;
  const rows = readRows<TraceRow>(
    sql,
    TRACES,
    [
      ["id < ?", cursor],
      ["plugin = ?", plugin],
      ["hook = ?", hook],
      ["outcome = ?", outcome],
      ["at >= ?", isoOf(since)],
    ],
    "newest first",
    limit,
    nowMs,
  );
  const { page, ...more } = pageOf(rows, limit);
  const traces = page.map((row): KeptTrace => {
    const { id, plugin, version, hook, outcome, code, ms, attempt } = row;
    const calls = JSON.parse(row.calls) as KeptTrace["calls"]; // written by appendTraces alone
    const about = { plugin, version, hook, invocationId: row.invocation };
    return { id, ...about, outcome, code, startedAt: row.at, ms, attempt, calls };
  });
  return { traces, ...more };
}

function ownerOf({ plugin, outcome }: NewTrace): string {
  return `${plugin}/${outcome === "ok" ? "well" : "ill"}`;
}
