// The second Durable Object of a site: counters of what plugins keep and how often they run, logs, traces, recordings.
// Apart from SiteState, so that none of it ever delays the object that must answer a revoke.
import { DurableObject } from "cloudflare:workers";
import { runsOf } from "../../contracts/caveats.ts";
import type {
  JournalBatch,
  LogPage,
  LogQuery,
  Recording,
  RecordingPage,
  RecordingQuery,
  TracePage,
  TraceQuery,
} from "../../contracts/journal.ts";
import { appendLines, createLogTables, readLines } from "./log-store.ts";
import { appendRecordings, createRecordingTable, readRecording, readRecordings } from "./recording-store.ts";
import { appendTraces, createTraceTable, readTraces } from "./trace-store.ts";

const RATE_WINDOW_MS = 60_000;
/** Milliseconds after which a write whose end was never told has ended: more than any call may last. */
const WRITE_PATIENCE_MS = 60_000;

/** Statements are idempotent, so the object runs them at every start. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS runs (plugin TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS runs_of_plugin ON runs (plugin, at);
  CREATE TABLE IF NOT EXISTS bookings (
    owner TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, expires_at INTEGER,
    -- How often it was booked, how many of those writes are on their way, and until when that may be.
    turn INTEGER NOT NULL, in_flight INTEGER NOT NULL, in_flight_until INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
  ) WITHOUT ROWID;
`;

export interface Booking {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since the epoch; null: kept until it is released. */
  readonly expiresAtMs: number | null;
  readonly maxBytes: number;
}

export class SiteLog extends DurableObject<unknown> {
  readonly #sql = this.ctx.storage.sql;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    this.#sql.exec(TABLES);
    createLogTables(this.#sql);
    createTraceTable(this.#sql);
    createRecordingTable(this.#sql);
  }

  /** Adds what an isolate has gathered, all of it or nothing, and lets go of what is old. */
  append({ lines, dropped, traces, recordings }: JournalBatch): void {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      appendLines(this.#sql, lines, dropped, now);
      appendTraces(this.#sql, traces, now);
      appendRecordings(this.#sql, recordings, now);
    });
  }

  lines(site: string, query: LogQuery): LogPage {
    return readLines(this.#sql, site, query, Date.now());
  }

  traces(query: TraceQuery): TracePage {
    return readTraces(this.#sql, query, Date.now());
  }

  recordings(query: RecordingQuery): RecordingPage {
    return readRecordings(this.#sql, query, Date.now());
  }

  /** Null where there is none of that call. */
  recording(invocationId: string): Recording | null {
    return readRecording(this.#sql, invocationId, Date.now());
  }

  /** Counts a run if fewer than `rate` allows were counted in the last 60 seconds; false: it may not run now. */
  takeRun(plugin: string, rate: string): boolean {
    const now = Date.now();
    this.#sql.exec("DELETE FROM runs WHERE plugin = ? AND at <= ?", plugin, now - RATE_WINDOW_MS);
    const { counted } = this.#sql
      .exec<{ counted: number }>("SELECT count(*) AS counted FROM runs WHERE plugin = ?", plugin)
      .one();
    if (counted >= runsOf(rate)) return false;
    this.#sql.exec("INSERT INTO runs VALUES (?, ?)", plugin, now);
    return true;
  }

  /**
   * Books bytes for a key if all together stay within the bound; false: they do not, and nothing has changed. A
   * booking only grows, in bytes and in time, until it is released or ends: a smaller write may still be refused,
   * or land before a larger one. Each one is followed by `settle`.
   */
  reserve(owner: string, { key, bytes, expiresAtMs, maxBytes }: Booking): boolean {
    return this.ctx.storage.transactionSync(() => {
      const now = Date.now();
      this.#sql.exec("DELETE FROM bookings WHERE owner = ? AND expires_at <= ?", owner, now);
      const { others, own } = this.#sql
        .exec<{ others: number; own: number }>(
          `SELECT total(CASE WHEN key <> ?2 THEN bytes END) AS others, total(CASE WHEN key = ?2 THEN bytes END) AS own
           FROM bookings WHERE owner = ?1`,
          owner,
          key,
        )
        .one();
      if (others + Math.max(own, bytes) > maxBytes) return false;
      // SQLite's max is null where one of its arguments is: kept for good.
      this.#sql.exec(
        `INSERT INTO bookings VALUES (?, ?, ?, ?, 1, 1, ?) ON CONFLICT (owner, key) DO UPDATE
         SET bytes = max(bytes, excluded.bytes), expires_at = max(expires_at, excluded.expires_at),
           turn = turn + 1, in_flight = in_flight + 1, in_flight_until = excluded.in_flight_until`,
        owner,
        key,
        bytes,
        expiresAtMs,
        now + WRITE_PATIENCE_MS,
      );
      return true;
    });
  }

  /** A booked write has ended, well or not. */
  settle(owner: string, key: string): void {
    this.#sql.exec(
      "UPDATE bookings SET in_flight = in_flight - 1 WHERE owner = ? AND key = ? AND in_flight > 0",
      owner,
      key,
    );
  }

  /** The turn of the key's booking (0: it has none), or null while a write is on its way. */
  mark(owner: string, key: string): number | null {
    const [row] = this.#sql
      .exec<{ turn: number; busy: number }>(
        "SELECT turn, in_flight > 0 AND in_flight_until > ? AS busy FROM bookings WHERE owner = ? AND key = ?",
        Date.now(),
        owner,
        key,
      )
      .toArray();
    if (row === undefined) return 0;
    return row.busy === 1 ? null : row.turn;
  }

  /** Forgets a booking that is still that of `mark`: what was booked since may be written after the delete. */
  release(owner: string, key: string, mark: number): void {
    this.#sql.exec("DELETE FROM bookings WHERE owner = ? AND key = ? AND turn = ?", owner, key, mark);
  }
}
