import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../../contracts/limits.ts";
import { LeaseDesk } from "../../../services/site-state/index.ts";
import { inSite, makeName } from "./fixture.ts";

/** How long no holder may be trusted to have stopped after the last lease. */
const WAIT_MS = LEASE_TTL_MS + LEASE_MARGIN_MS;

interface Desk {
  readonly time: { ms: number };
  readonly desk: LeaseDesk;
  /** A desk of the object's next life, under this setting. */
  restart(setting?: string): LeaseDesk;
}

/** A desk under a frozen clock, on the storage of an object that no desk has written to. */
function withDesk(test: (made: Desk) => void | Promise<void>, setting?: string): Promise<void> {
  return inSite(makeName("desk"), async ({ kv }) => {
    const time = { ms: 1_000_000 };
    const open = (EMGATE_LEASE_MS?: string) =>
      new LeaseDesk(() => time.ms, { ...(EMGATE_LEASE_MS !== undefined && { EMGATE_LEASE_MS }) }, kv);
    await test({ time, desk: open(setting), restart: open });
  });
}

const leaseOf = (desk: LeaseDesk) => desk.answer(null, 1, () => "state");

/** Real milliseconds that a drain slept. */
async function timeDrain(desk: LeaseDesk, endedAtMs?: number): Promise<number> {
  const startedMs = Date.now();
  await desk.drain(endedAtMs);
  return Date.now() - startedMs;
}

describe.concurrent("LeaseDesk", () => {
  it("answers with a span and a snapshot, or with «unchanged» to who knows it", () =>
    withDesk(async ({ desk }) => {
      expect(desk.answer(null, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, snapshot: "state" });
      expect(desk.answer(3, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, snapshot: "state" });
      expect(desk.answer(4, 4, () => "state")).toEqual({ rev: 4, ttlMs: LEASE_TTL_MS, unchanged: true });
    }));

  it("gives the snapshot to a holder that knows a later revision, which was set back", () =>
    withDesk(async ({ desk }) => {
      expect(desk.answer(9, 4, () => "state")).toMatchObject({ rev: 4, snapshot: "state" });
    }));

  it("reads no snapshot for a holder that knows it", () =>
    withDesk(async ({ desk }) => {
      desk.answer(4, 4, () => expect.fail("the snapshot was read"));
    }));

  it("drains until span and margin after the last lease have passed", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += 60_000;
      desk.answer(null, 1, () => "state");
      time.ms += WAIT_MS - 40;
      expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
    }));

  it("an «unchanged» is a lease too", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += 60_000;
      desk.answer(1, 1, () => "state");
      time.ms += WAIT_MS - 40;
      expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
    }));

  it("counts its own beginning as a lease, for those that a former life gave out", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += WAIT_MS - 40;
      expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
    }));

  it("says how long it took by its clock, which is nothing once every lease is over", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += WAIT_MS;
      expect(await desk.drain()).toBe(0);
    }));

  it("does not wait for leases that it gives out meanwhile: they hold the new state", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += WAIT_MS - 40;
      const drained = timeDrain(desk);
      desk.answer(null, 2, () => "new state");
      expect(await drained).toBeLessThan(WAIT_MS);
    }));

  it("waits from the change on, not from leases since, for a change that an earlier call made", () =>
    withDesk(async ({ time, desk }) => {
      time.ms += 60_000;
      const endedAtMs = time.ms;
      time.ms += WAIT_MS;
      desk.answer(null, 2, () => "new state");
      expect(await timeDrain(desk, endedAtMs)).toBeLessThan(WAIT_MS);
      expect(await timeDrain(desk, endedAtMs + 40)).toBeGreaterThanOrEqual(35);
    }));
});

describe.concurrent("LeaseDesk, its setting", () => {
  it.for(["500", "30000", "1234"])("hands out spans of %s ms", (setting) =>
    withDesk(({ desk }) => {
      expect(leaseOf(desk)).toMatchObject({ ttlMs: Number(setting) });
    }, setting),
  );

  it.for(["", "499", "30001", "2s", "1e3", "-2000", "2000.5", " 2000", "0x800", "NaN"])(
    "refuses %j at the first lease, and says what was expected",
    (setting) =>
      withDesk(({ desk }) => {
        const refusal = { code: "INTERNAL", message: expect.stringMatching(/^EMGATE_LEASE_MS: expected/) };
        expect(() => leaseOf(desk)).toThrow(expect.objectContaining(refusal));
      }, setting),
  );

  it("that may not be keeps no change from being acknowledged: nothing was handed out under it", () =>
    withDesk(async ({ time, desk }) => {
      expect(() => leaseOf(desk)).toThrow();
      time.ms += WAIT_MS;
      expect(await desk.drain()).toBe(0);
    }, "never"));
});

describe.concurrent("LeaseDesk, in its next life", () => {
  it("waits for a longer span of the one before, counted from its own beginning", () =>
    withDesk(async ({ time, desk, restart }) => {
      leaseOf(desk);
      const next = restart("500");
      time.ms += 30_000 + LEASE_MARGIN_MS - 40;
      expect(await timeDrain(next)).toBeGreaterThanOrEqual(35);
      time.ms += 40;
      expect(await next.drain()).toBe(0);
    }, "30000"));

  it("waits for it after leases of its own, which are shorter and over earlier", () =>
    withDesk(async ({ time, desk, restart }) => {
      leaseOf(desk);
      const next = restart("500");
      time.ms += 10_000;
      leaseOf(next);
      time.ms += 20_000 + LEASE_MARGIN_MS - 40;
      expect(await timeDrain(next)).toBeGreaterThanOrEqual(35);
    }, "30000"));

  it("counts from its own beginning for a change of before too: another clock may have told when that was", () =>
    withDesk(async ({ time, desk }) => {
      const changedAtMs = time.ms - 60_000;
      time.ms += WAIT_MS - 40;
      expect(await timeDrain(desk, changedAtMs)).toBeGreaterThanOrEqual(35);
    }));

  it("still knows of it in the life after, where that begins before it is over", () =>
    withDesk(async ({ time, desk, restart }) => {
      leaseOf(desk);
      leaseOf(restart("500"));
      const third = restart("500");
      time.ms += 30_000 + LEASE_MARGIN_MS - 40;
      expect(await timeDrain(third)).toBeGreaterThanOrEqual(35);
    }, "30000"));

  it("forgets it once it is over: a later life waits for the shorter spans alone", () =>
    withDesk(async ({ time, desk, restart }) => {
      leaseOf(desk);
      const next = restart("500");
      time.ms += 30_000;
      leaseOf(next);
      const third = restart("500");
      time.ms += 500 + LEASE_MARGIN_MS;
      expect(await third.drain()).toBe(0);
    }, "30000"));

  it("waits for the spans of the release before this setting, which kept nothing", () =>
    withDesk(async ({ time, restart }) => {
      const desk = restart("500");
      time.ms += WAIT_MS - 40;
      expect(await timeDrain(desk)).toBeGreaterThanOrEqual(35);
    }));

  it("has the longer span written down by the time it is handed out", () =>
    withDesk(async ({ time, desk, restart }) => {
      leaseOf(desk);
      const next = restart("5000");
      leaseOf(next);
      const third = restart("500");
      time.ms += 5_000 + LEASE_MARGIN_MS - 40;
      expect(await timeDrain(third)).toBeGreaterThanOrEqual(35);
    }, "500"));
});
