// What each plugin keeps in KV, booked by key before it is written, with the totals that its quota is held against.
// Storage only, for a site's log. It books too much rather than too little: no order of calls makes a total too low.
import type { Booking, BookingAnswer } from "../../contracts/capability.ts";

/** Milliseconds after which a write whose end was never told has ended: more than any call may last. */
const WRITE_PATIENCE_MS = 60_000;
/** Milliseconds that the counting of older keys is left to whoever began it; then the next put begins it again. */
const COUNTING_PATIENCE_MS = 60_000;
/** Milliseconds that a deletion is remembered while older keys are counted: KV may show a key a minute longer. */
const DELETION_REMEMBERED_MS = 600_000;

/** An owner is `<plugin>/<install id>/v<major>`; before, it was without the major, and only some keys were booked. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS bookings (
    owner TEXT NOT NULL, key TEXT NOT NULL, bytes INTEGER NOT NULL, expires_at INTEGER,
    -- Which booking was the last (none has its number again; below 0: the only one, 0: it was found in KV), how many
    -- writes are on their way, and until when that may be.
    turn INTEGER NOT NULL, in_flight INTEGER NOT NULL, in_flight_until INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ending_bookings ON bookings (owner, expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS key_totals (
    owner TEXT PRIMARY KEY, keys INTEGER NOT NULL, bytes INTEGER NOT NULL,
    -- Whether the keys that were there before any was booked are in it, how far that is, and who may be at it till when.
    counted INTEGER NOT NULL DEFAULT 0, cursor TEXT, counting_until INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS total_new_booking AFTER INSERT ON bookings BEGIN
    INSERT INTO key_totals (owner, keys, bytes) VALUES (NEW.owner, 1, NEW.bytes)
      ON CONFLICT (owner) DO UPDATE SET keys = keys + 1, bytes = bytes + NEW.bytes;
  END;
  CREATE TRIGGER IF NOT EXISTS total_grown_booking AFTER UPDATE OF bytes ON bookings WHEN NEW.bytes <> OLD.bytes BEGIN
    UPDATE key_totals SET bytes = bytes + NEW.bytes - OLD.bytes WHERE owner = NEW.owner;
  END;
  CREATE TRIGGER IF NOT EXISTS total_ended_booking AFTER DELETE ON bookings BEGIN
    UPDATE key_totals SET keys = keys - 1, bytes = bytes - OLD.bytes WHERE owner = OLD.owner;
  END;
`;

/** A key that was found in KV. `expiresAtMs`: milliseconds since the epoch; null: it does not end by itself. */
export interface FoundKey {
  readonly key: string;
  readonly bytes: number;
  readonly expiresAtMs: number | null;
}

export interface KeyTotals {
  readonly keys: number;
  readonly bytes: number;
  /** False: keys of an earlier release may be missing in it. */
  readonly counted: boolean;
}

interface BookingRow {
  [column: string]: SqlStorageValue;
  bytes: number;
  turn: number;
  busy: number;
}

interface TotalsRow {
  [column: string]: SqlStorageValue;
  keys: number;
  bytes: number;
  counted: number;
  cursor: string | null;
  counting_until: number;
}

export function createBookingTables(sql: SqlStorage): void {
  const isNew = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'key_totals'").toArray().length === 0;
  sql.exec(TABLES);
  // Rows without a major bound nobody any more: the first put counts what is there.
  if (isNew) sql.exec("DELETE FROM bookings");
}

/**
 * Books what makes nothing larger in any case, and else what stays within both bounds; nothing changes past one.
 * `turn` is above 0 and was never given before: a deletion that knows an older one must not take this one along.
 */
export function bookKey(
  sql: SqlStorage,
  owner: string,
  { key, bytes, expiresAtMs, maxBytes, maxKeys }: Booking,
  turn: number,
  nowMs: number,
): BookingAnswer {
  sql.exec("DELETE FROM bookings WHERE owner = ? AND expires_at <= ?", owner, nowMs);
  const own = readBooking(sql, owner, key, nowMs);
  const totals = readTotals(sql, owner);
  const toCount = claimCounting(sql, owner, totals, nowMs);
  const growth = Math.max(0, bytes - (own?.bytes ?? 0));
  if (own === null && (totals?.keys ?? 0) + 1 > maxKeys) return { exceeded: "keys", toCount };
  if (growth > 0 && (totals?.bytes ?? 0) + growth > maxBytes) return { exceeded: "bytes", toCount };
  // SQLite's max is null where one of its arguments is: kept for good.
  sql.exec(
    `INSERT INTO bookings VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (owner, key) DO UPDATE
     SET bytes = max(bytes, excluded.bytes), expires_at = max(expires_at, excluded.expires_at),
       turn = -excluded.turn, in_flight = in_flight + 1, in_flight_until = excluded.in_flight_until`,
    owner,
    key,
    bytes,
    expiresAtMs,
    -turn,
    nowMs + WRITE_PATIENCE_MS,
  );
  return { exceeded: null, toCount: toCount || claimCounting(sql, owner, readTotals(sql, owner), nowMs) };
}

/** A booked write has ended, well or not. `begun` false: nothing was written, so a booking made for it alone goes. */
export function settleBooking(sql: SqlStorage, owner: string, key: string, begun: boolean): void {
  if (!begun) {
    sql.exec("DELETE FROM bookings WHERE owner = ? AND key = ? AND turn < 0 AND in_flight = 1", owner, key);
  }
  const query = "UPDATE bookings SET in_flight = in_flight - 1 WHERE owner = ? AND key = ? AND in_flight > 0";
  sql.exec(query, owner, key);
}

/** The turn of the key's booking (0: it has none), or null while a write is on its way. */
export function markBooking(sql: SqlStorage, owner: string, key: string, nowMs: number): number | null {
  const row = readBooking(sql, owner, key, nowMs);
  if (row === null) return 0;
  return row.busy === 1 ? null : row.turn;
}

/**
 * Forgets a booking that is still that of `mark`. While older keys are counted, the deletion leaves a row without
 * bytes for some minutes: the count may have seen the key just before.
 */
export function releaseBooking(
  sql: SqlStorage,
  owner: string,
  key: string,
  mark: number,
  nowMs: number,
): void {
  sql.exec("DELETE FROM bookings WHERE owner = ? AND key = ? AND turn = ?", owner, key, mark);
  if (readTotals(sql, owner)?.counted !== 0) return;
  sql.exec(
    "INSERT OR IGNORE INTO bookings VALUES (?, ?, 0, ?, 0, 0, 0)",
    owner,
    key,
    nowMs + DELETION_REMEMBERED_MS,
  );
}

/** Where the counting of the owner's older keys goes on; null: from the start. `counted`: there is nothing to do. */
export function readCounting(sql: SqlStorage, owner: string): { counted: boolean; cursor: string | null } {
  const totals = readTotals(sql, owner);
  return { counted: totals?.counted === 1, cursor: totals?.cursor ?? null };
}

/** Books keys as they were found, past any bound: they are there. `cursor` null: there are no more. */
export function bookFound(
  sql: SqlStorage,
  owner: string,
  found: readonly FoundKey[],
  cursor: string | null,
): void {
  for (const { key, bytes, expiresAtMs } of found) {
    sql.exec(
      `INSERT INTO bookings VALUES (?, ?, ?, ?, 0, 0, 0) ON CONFLICT (owner, key) DO UPDATE
       SET bytes = max(bytes, excluded.bytes), expires_at = max(expires_at, excluded.expires_at) WHERE bytes > 0`,
      owner,
      key,
      bytes,
      expiresAtMs,
    );
  }
  const counted = cursor === null ? 1 : 0;
  if (cursor === null) sql.exec("DELETE FROM bookings WHERE owner = ? AND bytes = 0", owner);
  sql.exec(
    `INSERT INTO key_totals (owner, keys, bytes, counted, cursor) VALUES (?, 0, 0, ?, ?)
     ON CONFLICT (owner) DO UPDATE SET counted = excluded.counted, cursor = excluded.cursor, counting_until = 0`,
    owner,
    counted,
    cursor,
  );
}

export function readKeyTotals(sql: SqlStorage, owner: string, nowMs: number): KeyTotals {
  sql.exec("DELETE FROM bookings WHERE owner = ? AND expires_at <= ?", owner, nowMs);
  const { keys = 0, bytes = 0, counted = 0 } = readTotals(sql, owner) ?? {};
  return { keys, bytes, counted: counted === 1 };
}

export function forgetBookings(sql: SqlStorage, owner: string): void {
  sql.exec("DELETE FROM bookings WHERE owner = ?", owner);
  sql.exec("DELETE FROM key_totals WHERE owner = ?", owner);
}

/** True for one caller at a time, as long as there is something to count. */
function claimCounting(sql: SqlStorage, owner: string, totals: TotalsRow | null, nowMs: number): boolean {
  if (totals === null || totals.counted === 1 || totals.counting_until > nowMs) return false;
  sql.exec("UPDATE key_totals SET counting_until = ? WHERE owner = ?", nowMs + COUNTING_PATIENCE_MS, owner);
  return true;
}

function readBooking(sql: SqlStorage, owner: string, key: string, nowMs: number): BookingRow | null {
  const query = `SELECT bytes, turn, in_flight > 0 AND in_flight_until > ? AS busy FROM bookings
    WHERE owner = ? AND key = ?`;
  return sql.exec<BookingRow>(query, nowMs, owner, key).toArray()[0] ?? null;
}

function readTotals(sql: SqlStorage, owner: string): TotalsRow | null {
  return sql.exec<TotalsRow>("SELECT * FROM key_totals WHERE owner = ?", owner).toArray()[0] ?? null;
}
