// The outbox: one row a publication until the gateway has acknowledged it, and its retries.
// A row goes only once the gateway has written its deliveries; delivering twice is the gateway's to notice.
import type { ConnectedHooks, HookEventInput } from "../../contracts/core.ts";
import type { CoreContext } from "./context.ts";

/** Rows that one call of flushOutbox hands over. */
const MAX_ROWS_A_FLUSH = 20;
/** Milliseconds before the first retry, doubled at each, and the most they grow to. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 300_000;
/** Milliseconds a fresh row is left to the publication that wrote it, so that a reader does not send it too. */
export const HANDOVER_MS = 5_000;

export interface FlushReport {
  readonly delivered: number;
  /** Rows of this flush that wait for another try; rows that are not due yet are not counted. */
  readonly pending: number;
}

interface OutboxRow {
  readonly id: string;
  readonly event: string;
  readonly attempts: number;
}

/**
 * Hands the gateway what is due of the site's publications, oldest first.
 * It stops at the first that nobody takes: the next would only wait as long. It never throws for the gateway.
 */
export async function flushOutbox(core: CoreContext, hooks: ConnectedHooks): Promise<FlushReport> {
  const { results } = await core.db
    .prepare(
      "SELECT id, event, attempts FROM outbox WHERE site = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3",
    )
    .bind(core.site, core.clock(), MAX_ROWS_A_FLUSH)
    .all<OutboxRow>();
  let delivered = 0;
  for (const row of results) {
    if (!(await handOver(core, hooks, row))) break;
    delivered += 1;
  }
  return { delivered, pending: results.length - delivered };
}

/** Hands over one publication; true once the gateway has it and the row is gone. */
export async function handOver(core: CoreContext, hooks: ConnectedHooks, row: OutboxRow): Promise<boolean> {
  // The row was written by publishPage, from an event of this type.
  const event = JSON.parse(row.event) as HookEventInput<"afterPublish">;
  const outcome = await hooks.afterPublish(event);
  if (outcome.unavailable !== true) {
    await core.db.prepare("DELETE FROM outbox WHERE site = ?1 AND id = ?2").bind(core.site, row.id).run();
    return true;
  }
  // The delay takes a row that the gateway chokes on out of the way of the others.
  const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(row.attempts, 20));
  await core.db
    .prepare("UPDATE outbox SET attempts = attempts + 1, due_at = ?3 WHERE site = ?1 AND id = ?2")
    .bind(core.site, row.id, core.clock() + delayMs)
    .run();
  return false;
}
