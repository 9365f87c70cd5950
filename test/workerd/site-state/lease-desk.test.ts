import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../../contracts/limits.ts";
import { LeaseDesk } from "../../../services/site-state/index.ts";

/** How long no holder may be trusted to have stopped after the last lease. */
const WAIT_MS = LEASE_TTL_MS + LEASE_MARGIN_MS;

function makeDesk() {
  const time = { ms: 1_000_000 };
  return { time, desk: new LeaseDesk(() => time.ms) };
}

/** Real milliseconds that a drain slept. */
async function timeDrain(desk: LeaseDesk, endedAtMs?: number): Promise<number> {
  const startedMs = Date.now();
  await desk.drain(endedAtMs);
  return Date.now() - startedMs;
}

describe("LeaseDesk", () => {
  it("answers with a span and a snapshot, or with «unchanged» to who knows it", () => {
    const { desk } = makeDesk();
    expect(desk.answer(null, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, snapshot: "state" });
    expect(desk.answer(3, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, snapshot: "state" });
    expect(desk.answer(4, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, unchanged: true });
  });

  it("gives the snapshot to a holder that knows a later revision, which was set back", () => {
    const { desk } = makeDesk();
    expect(desk.answer(9, 4, () => "state")).toMatchObject({ rev: 4, snapshot: "state" });
  });

  it("reads no snapshot for a holder that knows it", () => {
    const { desk } = makeDesk();
    desk.answer(4, 4, () => expect.fail("the snapshot was read"));
  });

  it("drains until span and margin after the last lease have passed", async () => {
    const { time, desk } = makeDesk();
    time.ms += 60_000;
    desk.answer(null, 1, () => "state");
    time.ms += WAIT_MS - 40;
    expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
  });

  it("an «unchanged» is a lease too", async () => {
    const { time, desk } = makeDesk();
    time.ms += 60_000;
    desk.answer(1, 1, () => "state");
    time.ms += WAIT_MS - 40;
    expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
  });

  it("counts its own beginning as a lease, for those that a former life gave out", async () => {
    const { time, desk } = makeDesk();
    time.ms += WAIT_MS - 40;
    expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
  });

  it("says how long it took by its clock, which is nothing once every lease is over", async () => {
    const { time, desk } = makeDesk();
    time.ms += WAIT_MS;
    expect(await desk.drain()).toBe(0);
  });

  it("does not wait for leases that it gives out meanwhile: they hold the new state", async () => {
    const { time, desk } = makeDesk();
    time.ms += WAIT_MS - 40;
    const drained = timeDrain(desk);
    desk.answer(null, 2, () => "new state");
    expect(await drained).toBeLessThan(WAIT_MS);
  });

  it("waits from the change on, not from leases since, for a change that an earlier call made", async () => {
    const { time, desk } = makeDesk();
    time.ms += 60_000;
    const endedAtMs = time.ms;
    time.ms += WAIT_MS;
    desk.answer(null, 2, () => "new state");
    expect(await timeDrain(desk, endedAtMs)).toBeLessThan(WAIT_MS);
    expect(await timeDrain(desk, endedAtMs + 40)).toBeGreaterThanOrEqual(35);
  });
});
