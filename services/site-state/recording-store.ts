// The recorded calls of a site: of each plugin the newest, for a day. They hold content, and end soon.
// What is in them is put together before it comes here; it is handed back as it was written.
import type {
  NewRecording,
  Recording,
  RecordingDocument,
  RecordingPage,
  RecordingQuery,
  RecordingSummary,
} from "../../contracts/journal.ts";
import { byteLength } from "../../contracts/json.ts";
import { MAX_KEPT_RECORDINGS, RECORDING_KEPT_MS } from "../../contracts/limits.ts";
import {
  createKeptTable,
  dropOldRows,
  isoOf,
  type KeptRow,
  type KeptTable,
  keepRows,
  pageOf,
  readRows,
} from "./kept-rows.ts";

const RECORDINGS: KeptTable = {
  name: "recordings",
  columns: {
    version: "TEXT NOT NULL",
    hook: "TEXT NOT NULL",
    invocation: "TEXT NOT NULL",
    outcome: "TEXT NOT NULL",
    bytes: "INTEGER NOT NULL",
    truncated: "INTEGER NOT NULL",
    document: "TEXT NOT NULL",
  },
  maxRows: MAX_KEPT_RECORDINGS,
  keptMs: RECORDING_KEPT_MS,
};

type RecordingRow = Pick<RecordingSummary, "version" | "hook" | "outcome" | "bytes"> & {
  readonly owner: string;
  readonly invocation: string;
  readonly truncated: number;
  readonly document: string;
};

export function createRecordingTable(sql: SqlStorage): void {
  createKeptTable(sql, RECORDINGS);
}

export function appendRecordings(sql: SqlStorage, recordings: readonly NewRecording[], nowMs: number): void {
  const rows = recordings.map((recording) => {
    const { plugin, version, hook, invocationId, outcome, at, isTruncated, document } = recording;
    const values = [
      version,
      hook,
      invocationId,
      outcome,
      byteLength(document),
      Number(isTruncated),
      document,
    ];
    return { owner: plugin, at, values };
  });
  keepRows(sql, RECORDINGS, rows);
  dropOldRows(sql, RECORDINGS, nowMs);
}

/** Newest first, without what they hold. */
export function readRecordings(sql: SqlStorage, query: RecordingQuery, nowMs: number): RecordingPage {
  const { plugin, hook, outcome, since, cursor, limit } = query;
  const rows = readRows<RecordingRow>(
    sql,
    RECORDINGS,
    [
      ["id < ?", cursor],
      ["owner = ?", plugin],
      ["hook = ?", hook],
      ["outcome = ?", outcome],
      ["at >= ?", isoOf(since)],
    ],
    "newest first",
    limit,
    nowMs,
  );
  const { page, ...more } = pageOf(rows, limit);
  return { recordings: page.map(summaryOf), ...more };
}

/** The newest recording of that call, or null. */
export function readRecording(sql: SqlStorage, invocationId: string, nowMs: number): Recording | null {
  const is: readonly [string, string] = ["invocation = ?", invocationId];
  const [row] = readRows<RecordingRow>(sql, RECORDINGS, [is], "newest first", 1, nowMs);
  if (row === undefined) return null;
  return { ...summaryOf(row), ...(JSON.parse(row.document) as RecordingDocument) }; // written by appendRecordings alone
}

function summaryOf(row: KeptRow<RecordingRow>): RecordingSummary {
  const { id, owner: plugin, version, hook, invocation: invocationId, outcome, at, bytes } = row;
  return { id, plugin, version, hook, invocationId, outcome, at, bytes, isTruncated: row.truncated === 1 };
}
