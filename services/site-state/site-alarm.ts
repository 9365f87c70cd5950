// What a site's one alarm works off: grants that come to their end, schedules, deliveries.
// Storage and order only; the plugin is called by whoever hands in `call`.
import { MAX_IN_FLIGHT } from "../../contracts/limits.ts";
import type { Delivery, DeliveryResult } from "../../contracts/site.ts";
import {
  claimDueDeliveries,
  isPending,
  nextDeliveryAtMs,
  pruneDeliveries,
  settleDelivery,
} from "./deliveries.ts";
import { nextRetirementAtMs } from "./erasing.ts";
import { nextExpiryAtMs, noteDueExpiries } from "./expiries.ts";
import { nextLapseAtMs } from "./freezes.ts";
import { enqueueDueSchedules, nextScheduleAtMs } from "./schedules.ts";

/** Deliveries of one alarm; the rest follow in the next one, so that an alarm never runs for long. */
const DELIVERIES_PER_ALARM = 2 * MAX_IN_FLIGHT;

/** Calls the plugin for a delivery; what it throws is a failure that is tried again. */
export type CallForDelivery = (delivery: Delivery) => Promise<DeliveryResult>;

/** Works off what is due. A plugin's failure is its row's. */
export async function workOffDue(storage: DurableObjectStorage, call: CallForDelivery): Promise<void> {
  const { sql } = storage;
  storage.transactionSync(() => {
    noteDueExpiries(sql, Date.now());
    enqueueDueSchedules(sql, Date.now());
  });
  const due = claimDueDeliveries(sql, Date.now(), DELIVERIES_PER_ALARM);
  for (let start = 0; start < due.length; start += MAX_IN_FLIGHT) {
    await Promise.all(
      due.slice(start, start + MAX_IN_FLIGHT).map((delivery) => deliver(storage, delivery, call)),
    );
  }
  pruneDeliveries(sql, Date.now());
}

/** One alarm a Durable Object: it rings for whichever is due first. */
export async function setNextAlarm(storage: DurableObjectStorage): Promise<void> {
  const { sql } = storage;
  const times = [
    nextDeliveryAtMs(sql),
    nextScheduleAtMs(sql),
    nextExpiryAtMs(sql),
    nextLapseAtMs(sql),
    nextRetirementAtMs(sql),
  ];
  const due = times.filter((at) => at !== null);
  if (due.length === 0) await storage.deleteAlarm();
  else await storage.setAlarm(Math.min(...due));
}

async function deliver(
  storage: DurableObjectStorage,
  delivery: Delivery,
  call: CallForDelivery,
): Promise<void> {
  // Its plugin may have been uninstalled, and installed again, since the row was claimed.
  if (!isPending(storage.sql, delivery.id)) return;
  let result: DeliveryResult;
  try {
    result = await call(delivery);
  } catch {
    result = { status: "failed", code: "UNAVAILABLE", retry: true };
  }
  storage.transactionSync(() => settleDelivery(storage.sql, delivery, result, Date.now()));
}
