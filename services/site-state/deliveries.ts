// Durable hook work of a site: rows that are written before core is answered and worked off by the alarm.
// Pure storage: who is called and what comes of it is decided by the caller.
import type { HookName } from "../../contracts/hooks.ts";
import {
  FIRST_RETRY_DELAY_MS,
  FROZEN_RETRY_MS,
  MAX_CONTINUATIONS,
  MAX_DELIVERY_ATTEMPTS,
  MAX_RETRY_DELAY_MS,
} from "../../contracts/limits.ts";
import type { Delivery, DeliveryResult } from "../../contracts/site.ts";
import { IS_CALLED, nextDueAtMs } from "./breakers.ts";

/** Rows that are done or dead are kept this long, so that a repeated event finds its row. */
const KEEP_ENDED_MS = 7 * 86_400_000;

interface DeliveryRow {
  [column: string]: SqlStorageValue;
  id: string;
  plugin: string;
  install_id: string | null;
  hook: HookName;
  event: string;
  attempt: number;
  continuation: number;
}

/** Milliseconds until a plugin is asked for again at the least, whatever an isolate's clock says. */
const MIN_WAIT_MS = 1_000;

/** What a caller asks to be delivered; `id` is the same for the same event, so a repeat writes nothing. */
export interface NewDelivery {
  readonly id: string;
  readonly plugin: string;
  /** The install that it is for: one that comes later is not called for it. */
  readonly installId: string;
  readonly hook: HookName;
  readonly event: string;
  readonly dueInMs: number;
  readonly continuation: number;
}

/** What goes on from a row of an earlier release names no install either. */
type DeliveryToInsert = Omit<NewDelivery, "installId"> & Pick<Delivery, "installId">;

export function insertDelivery(sql: SqlStorage, delivery: DeliveryToInsert, nowMs: number): void {
  sql.exec(
    `INSERT INTO deliveries
       (id, plugin, install_id, hook, event, attempt, continuation, next_at, state, updated_at)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, 'pending', ?) ON CONFLICT (id) DO NOTHING`,
    delivery.id,
    delivery.plugin,
    delivery.installId,
    delivery.hook,
    delivery.event,
    delivery.continuation,
    nowMs + delivery.dueInMs,
    nowMs,
  );
}

/**
 * The rows that are due, each counted as attempted and put off to its next retry before it is handed out:
 * a crash in the middle then costs a delay, never a row. One whose every attempt ended in a crash is dead, or
 * an event that brings the isolate down would do so for ever. One whose install is gone is dead too.
 */
export function claimDueDeliveries(sql: SqlStorage, nowMs: number, limit: number): Delivery[] {
  sql.exec(
    `UPDATE deliveries SET state = 'dead', error = coalesce(error, 'UNAVAILABLE'), updated_at = ?
     WHERE state = 'pending' AND next_at <= ? AND attempt >= ?`,
    nowMs,
    nowMs,
    MAX_DELIVERY_ATTEMPTS,
  );
  sql.exec(
    `UPDATE deliveries SET state = 'dead', error = 'UNINSTALLED', updated_at = ?
     WHERE state = 'pending' AND next_at <= ? AND install_id IS NOT NULL
       AND (plugin, install_id) NOT IN (SELECT plugin, install_id FROM installs)`,
    nowMs,
    nowMs,
  );
  const rows = sql
    .exec<DeliveryRow>(
      `SELECT id, plugin, install_id, hook, event, attempt, continuation FROM deliveries
       WHERE state = 'pending' AND next_at <= ? AND ${IS_CALLED} ORDER BY next_at LIMIT ?`,
      nowMs,
      nowMs,
      limit,
    )
    .toArray();
  return rows.map((row) => {
    const attempt = row.attempt + 1;
    sql.exec(
      "UPDATE deliveries SET attempt = ?, next_at = ?, updated_at = ? WHERE id = ?",
      attempt,
      nowMs + retryDelayMs(attempt),
      nowMs,
      row.id,
    );
    const { id, plugin, install_id: installId, hook, event, continuation } = row;
    return { id, plugin, installId, hook, event, attempt, idempotencyKey: id, continuation };
  });
}

/** Whether the row still waits for an end: its plugin may have been uninstalled since it was claimed. */
export function isPending(sql: SqlStorage, id: string): boolean {
  return sql.exec("SELECT 1 FROM deliveries WHERE id = ? AND state = 'pending'", id).toArray().length > 0;
}

/** Ends everything that waits for a plugin which is uninstalled: installed again, it is not to be called for it. */
export function abandonDeliveries(sql: SqlStorage, plugin: string, nowMs: number): void {
  sql.exec(
    "UPDATE deliveries SET state = 'dead', error = 'UNINSTALLED', updated_at = ? WHERE plugin = ? AND state = 'pending'",
    nowMs,
    plugin,
  );
}

/** Notes how a delivery ended; one that asks to be called again gets a new row of its own. */
export function settleDelivery(
  sql: SqlStorage,
  delivery: Delivery,
  result: DeliveryResult,
  nowMs: number,
): void {
  if (!isPending(sql, delivery.id)) return;
  switch (result.status) {
    case "done":
      endDelivery(sql, delivery.id, "done", null, nowMs);
      if (result.again) continueDelivery(sql, delivery, result.again, nowMs);
      return;
    case "gone":
      endDelivery(sql, delivery.id, "done", "GRANT_REVOKED", nowMs);
      return;
    case "waits":
      sql.exec(
        "UPDATE deliveries SET attempt = attempt - 1, error = 'BREAKER_OPEN', next_at = ?, updated_at = ? WHERE id = ?",
        Math.max(result.untilMs, nowMs + MIN_WAIT_MS),
        nowMs,
        delivery.id,
      );
      return;
    case "frozen":
      // It was not let through to the plugin, so this attempt was none.
      sql.exec(
        "UPDATE deliveries SET attempt = attempt - 1, next_at = ?, updated_at = ? WHERE id = ?",
        nowMs + FROZEN_RETRY_MS,
        nowMs,
        delivery.id,
      );
      return;
    case "failed":
      if (result.retry && delivery.attempt < MAX_DELIVERY_ATTEMPTS) {
        // From the end of the attempt: one that used up its time must not be tried again at once.
        sql.exec(
          "UPDATE deliveries SET error = ?, next_at = ?, updated_at = ? WHERE id = ?",
          result.code,
          nowMs + retryDelayMs(delivery.attempt),
          nowMs,
          delivery.id,
        );
      } else {
        endDelivery(sql, delivery.id, "dead", result.code, nowMs);
      }
  }
}

/** When the earliest pending row is due, in milliseconds since the epoch. */
export function nextDeliveryAtMs(sql: SqlStorage): number | null {
  return nextDueAtMs(sql, "(SELECT plugin, next_at FROM deliveries WHERE state = 'pending')");
}

export function pruneDeliveries(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM deliveries WHERE state <> 'pending' AND updated_at < ?", nowMs - KEEP_ENDED_MS);
}

function continueDelivery(
  sql: SqlStorage,
  delivery: Delivery,
  again: { readonly afterMs: number; readonly cursor?: unknown },
  nowMs: number,
): void {
  const continuation = delivery.continuation + 1;
  if (continuation > MAX_CONTINUATIONS) return;
  const event: unknown = JSON.parse(delivery.event);
  const next = { ...(event as Record<string, unknown>), cursor: again.cursor }; // queued from a parsed event
  const id = `${delivery.id.replace(/~\d+$/, "")}~${continuation}`;
  const { plugin, installId, hook } = delivery;
  insertDelivery(
    sql,
    { id, plugin, installId, hook, event: JSON.stringify(next), dueInMs: again.afterMs, continuation },
    nowMs,
  );
}

function endDelivery(
  sql: SqlStorage,
  id: string,
  state: "done" | "dead",
  error: string | null,
  nowMs: number,
) {
  sql.exec(
    "UPDATE deliveries SET state = ?, error = ?, updated_at = ? WHERE id = ?",
    state,
    error,
    nowMs,
    id,
  );
}

function retryDelayMs(attempt: number): number {
  return Math.min(MAX_RETRY_DELAY_MS, FIRST_RETRY_DELAY_MS * 2 ** (attempt - 1));
}
