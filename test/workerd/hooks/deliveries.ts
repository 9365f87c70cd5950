// Reads and hurries a site's delivery rows, for the tests of durable hooks.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import { env, type TestSite } from "../site.ts";

export interface DeliveryRow extends Record<string, SqlStorageValue> {
  id: string;
  plugin: string;
  install_id: string | null;
  hook: string;
  event: string;
  attempt: number;
  continuation: number;
  state: "pending" | "done" | "dead";
  error: string | null;
  next_at: number;
}

export async function readDeliveries(site: TestSite): Promise<DeliveryRow[]> {
  return runInDurableObject(env.SITE_STATE.getByName(site.id), (_state, { storage }) =>
    storage.sql.exec<DeliveryRow>("SELECT * FROM deliveries ORDER BY continuation, id").toArray(),
  );
}

/** Waits until every row of the site has been tried as often as this. */
export async function awaitAttempts(site: TestSite, attempts: number): Promise<DeliveryRow[]> {
  await expect
    .poll(async () => (await settledRows(site)).map(({ attempt }) => attempt), {
      timeout: 5_000,
      interval: 20,
    })
    .toSatisfy((all: number[]) => all.length > 0 && all.every((attempt) => attempt >= attempts));
  return readDeliveries(site);
}

/** Makes what waits for its next try, or its next turn, due now, and rings. */
export async function hurry(site: TestSite): Promise<void> {
  await runInDurableObject(env.SITE_STATE.getByName(site.id), (_state, { storage }) => {
    storage.sql.exec("UPDATE deliveries SET next_at = 0 WHERE state = 'pending'");
  });
  await runDurableObjectAlarm(env.SITE_STATE.getByName(site.id));
}

/** Rows that are not being worked off at this moment: a failed one names its error before it waits. */
async function settledRows(site: TestSite): Promise<DeliveryRow[]> {
  const rows = await readDeliveries(site);
  return rows.every(({ state, error }) => state !== "pending" || error !== null) ? rows : [];
}
