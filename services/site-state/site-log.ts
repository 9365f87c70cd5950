// The second Durable Object of a site: counters of what plugins keep and how often they run, logs, traces, recordings.
// Apart from SiteState, so that none of it ever delays the object that must answer a revoke.
import { DurableObject } from "cloudflare:workers";
import type { Booking, BookingAnswer } from "../../contracts/capability.ts";
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
import {
  bookFound,
  bookKey,
  createBookingTables,
  type FoundKey,
  forgetBookings,
  type KeyTotals,
  markBooking,
  readCounting,
  readKeyTotals,
  releaseBooking,
  settleBooking,
} from "./key-bookings.ts";
import { appendLines, createLogTables, readLines } from "./log-store.ts";
import { appendRecordings, createRecordingTable, readRecording, readRecordings } from "./recording-store.ts";
import { appendTraces, createTraceTable, readTraces } from "./trace-store.ts";

const RATE_WINDOW_MS = 60_000;
/** More bookings than an object makes in a millisecond. */
const TURNS_A_MS = 1_000;

/** Statements are idempotent, so the object runs them at every start. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS runs (plugin TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS runs_of_plugin ON runs (plugin, at);
`;

export class SiteLog extends DurableObject<unknown> {
  readonly #sql = this.ctx.storage.sql;
  /** Of the bookings; by the clock, so that an object which starts anew gives none a second time. */
  #lastTurn = 0;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    this.#sql.exec(TABLES);
    this.ctx.storage.transactionSync(() => createBookingTables(this.#sql));
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
   * Books a key of an owner (plugin, install, major) if all that is booked stays within the bounds. A booking only
   * grows, in bytes and in time, until it is released or ends: of two writes it cannot be known which one lands.
   * Each one is followed by `settle`. `toCount`: the caller is to count what was there before (key-bookings.ts).
   */
  reserve(owner: string, booking: Booking): BookingAnswer {
    const nowMs = Date.now();
    this.#lastTurn = Math.max(this.#lastTurn + 1, nowMs * TURNS_A_MS);
    return this.ctx.storage.transactionSync(() => bookKey(this.#sql, owner, booking, this.#lastTurn, nowMs));
  }

  /** A booked write has ended, well or not; `begun` false: it was never made. */
  settle(owner: string, key: string, begun: boolean): void {
    settleBooking(this.#sql, owner, key, begun);
  }

  /** The turn of the key's booking (0: it has none), or null while a write is on its way. */
  mark(owner: string, key: string): number | null {
    return markBooking(this.#sql, owner, key, Date.now());
  }

  /** Forgets a booking that is still that of `mark`: what was booked since may be written after the delete. */
  release(owner: string, key: string, mark: number): void {
    this.ctx.storage.transactionSync(() => releaseBooking(this.#sql, owner, key, mark, Date.now()));
  }

  readCounting(owner: string): { counted: boolean; cursor: string | null } {
    return readCounting(this.#sql, owner);
  }

  /** Books keys that were there before any was booked; `cursor` null: they were the last. */
  bookFound(owner: string, found: readonly FoundKey[], cursor: string | null): void {
    this.ctx.storage.transactionSync(() => bookFound(this.#sql, owner, found, cursor));
  }

  keyTotals(owner: string): KeyTotals {
    return this.ctx.storage.transactionSync(() => readKeyTotals(this.#sql, owner, Date.now()));
  }

  /** Forgets all that was booked for an owner whose keys were erased. */
  forgetBookings(owner: string): void {
    this.ctx.storage.transactionSync(() => forgetBookings(this.#sql, owner));
  }
}
