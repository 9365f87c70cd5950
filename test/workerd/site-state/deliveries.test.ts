import { describe, expect, it } from "vitest";
import {
  FIRST_RETRY_DELAY_MS,
  MAX_CONTINUATIONS,
  MAX_DELIVERY_ATTEMPTS,
  MAX_RETRY_DELAY_MS,
} from "../../../contracts/limits.ts";
import type { Delivery, DeliveryResult } from "../../../contracts/site.ts";
import {
  abandonDeliveries,
  claimDueDeliveries,
  insertDelivery,
  type NewDelivery,
  nextDeliveryAtMs,
  pruneDeliveries,
  settleDelivery,
} from "../../../services/site-state/deliveries.ts";
import { BY, inSite, makeInstall, makeSite } from "./fixture.ts";

const NOW_MS = 1_795_000_000_000;
const DAY_MS = 86_400_000;
const FAILED: DeliveryResult = { status: "failed", code: "PLUGIN_ERROR", retry: true };

const INSTALL_ID = "install-1";

function makeDelivery(id: string, changes: Partial<NewDelivery> = {}): NewDelivery {
  const event = JSON.stringify({ api: 1, pageId: "p1" });
  const about = { plugin: "notify", installId: INSTALL_ID, hook: "afterPublish", event } as const;
  return { id, ...about, dueInMs: 0, continuation: 0, ...changes };
}

/** The table of a real site with the plugin on it, on a clock of the test's own. */
async function withDeliveries(test: (sql: SqlStorage) => void): Promise<void> {
  const { name, site } = await makeSite();
  await site.install(makeInstall("a", { id: "notify" }), BY);
  await inSite(name, ({ sql }) => {
    sql.exec("UPDATE installs SET install_id = ?", INSTALL_ID);
    test(sql);
  });
}

function rowOf(sql: SqlStorage, id: string) {
  return sql.exec("SELECT * FROM deliveries WHERE id = ?", id).toArray()[0];
}

function claimOne(sql: SqlStorage, nowMs: number): Delivery {
  const [delivery, ...more] = claimDueDeliveries(sql, nowMs, 10);
  if (delivery === undefined || more.length > 0) throw new Error("expected one delivery that is due");
  return delivery;
}

describe.concurrent("deliveries", () => {
  it("are handed out when they are due, the earliest first, no more than asked for", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("later", { dueInMs: 20 }), NOW_MS);
      insertDelivery(sql, makeDelivery("soon", { dueInMs: 10 }), NOW_MS);
      insertDelivery(sql, makeDelivery("last", { dueInMs: 21 }), NOW_MS);
      expect(nextDeliveryAtMs(sql)).toBe(NOW_MS + 10);
      expect(claimDueDeliveries(sql, NOW_MS + 9, 10)).toEqual([]);
      expect(claimDueDeliveries(sql, NOW_MS + 20, 10).map(({ id }) => id)).toEqual(["soon", "later"]);
      insertDelivery(sql, makeDelivery("one-more", { dueInMs: 22 }), NOW_MS);
      expect(claimDueDeliveries(sql, NOW_MS + 30, 1).map(({ id }) => id)).toEqual(["last"]);
    }));

  it("carry their id as the key that every attempt shares", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      const { event } = makeDelivery("d1");
      expect(claimOne(sql, NOW_MS)).toEqual({
        id: "d1",
        plugin: "notify",
        installId: INSTALL_ID,
        hook: "afterPublish",
        event,
        attempt: 1,
        idempotencyKey: "d1",
        continuation: 0,
      });
    }));

  it("are handed out to one at a time: a claim puts them off", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      claimOne(sql, NOW_MS);
      expect(claimDueDeliveries(sql, NOW_MS, 10)).toEqual([]);
      expect(nextDeliveryAtMs(sql)).toBe(NOW_MS + FIRST_RETRY_DELAY_MS);
    }));

  it("are written once: a repeat changes nothing, whatever became of the first", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      insertDelivery(sql, makeDelivery("d1", { event: '"other"', dueInMs: 99 }), NOW_MS + 5);
      const first = claimOne(sql, NOW_MS);
      expect(first.event).toBe(makeDelivery("d1").event);
      settleDelivery(sql, first, { status: "done" }, NOW_MS + 10);
      insertDelivery(sql, makeDelivery("d1"), NOW_MS + 20);
      expect(rowOf(sql, "d1")).toMatchObject({ state: "done", attempt: 1 });
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }));

  it("are tried again with a delay that doubles, from the end of the attempt on", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      let nowMs = NOW_MS;
      const delays = [];
      for (let attempt = 1; attempt < MAX_DELIVERY_ATTEMPTS; attempt += 1) {
        const delivery = claimOne(sql, nowMs);
        expect(delivery.attempt).toBe(attempt);
        const endedAtMs = nowMs + 25_000;
        settleDelivery(sql, delivery, FAILED, endedAtMs);
        nowMs = nextDeliveryAtMs(sql) ?? 0;
        delays.push(nowMs - endedAtMs);
      }
      expect(delays).toEqual(delays.map((_, index) => FIRST_RETRY_DELAY_MS * 2 ** index));
      expect(Math.max(...delays)).toBeLessThanOrEqual(MAX_RETRY_DELAY_MS);
    }));

  it("are dead after their last attempt, with what went wrong", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      for (let attempt = 1; attempt <= MAX_DELIVERY_ATTEMPTS; attempt += 1) {
        const delivery = claimOne(sql, NOW_MS + attempt * DAY_MS);
        settleDelivery(sql, delivery, FAILED, NOW_MS + attempt * DAY_MS);
      }
      expect(rowOf(sql, "d1")).toMatchObject({ state: "dead", error: "PLUGIN_ERROR", attempt: 8 });
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }));

  it("are dead at once when trying again is of no use", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      settleDelivery(sql, claimOne(sql, NOW_MS), { ...FAILED, retry: false }, NOW_MS);
      expect(rowOf(sql, "d1")).toMatchObject({ state: "dead", error: "PLUGIN_ERROR", attempt: 1 });
    }));

  it.each([
    ["done", { status: "done", again: { afterMs: 0 } }],
    ["gone", { status: "gone" }],
    ["failed", FAILED],
  ] as const)("of a plugin that was uninstalled meanwhile stay dead, though the call is %s", (_way, result) =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      const delivery = claimOne(sql, NOW_MS);
      abandonDeliveries(sql, "notify", NOW_MS + 1);
      settleDelivery(sql, delivery, result, NOW_MS + 2);
      expect(rowOf(sql, "d1")).toMatchObject({ state: "dead", error: "UNINSTALLED", updated_at: NOW_MS + 1 });
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }),
  );

  it.each([
    ["another install of the plugin", { installId: "install-0" }],
    ["a plugin that is not there", { plugin: "nobody" }],
  ])("to %s are dead, not handed out", (_what, other) =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("old", { ...other, dueInMs: 1 }), NOW_MS);
      insertDelivery(sql, makeDelivery("present", { dueInMs: 1 }), NOW_MS);
      expect(claimDueDeliveries(sql, NOW_MS, 10)).toEqual([]);
      expect(rowOf(sql, "old")).toMatchObject({ state: "pending" });
      expect(claimOne(sql, NOW_MS + 1).id).toBe("present");
      expect(rowOf(sql, "old")).toMatchObject({ state: "dead", error: "UNINSTALLED", attempt: 0 });
    }),
  );

  it("that name no install, as those of an earlier release, are for whichever there is", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, { ...makeDelivery("d1"), installId: null }, NOW_MS);
      expect(claimOne(sql, NOW_MS)).toMatchObject({ id: "d1", installId: null });
    }));

  it("are dead after as many attempts that nobody lived to settle", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      for (let attempt = 1; attempt <= MAX_DELIVERY_ATTEMPTS; attempt += 1) {
        expect(claimOne(sql, NOW_MS + attempt * DAY_MS).attempt).toBe(attempt);
      }
      expect(claimDueDeliveries(sql, NOW_MS + 100 * DAY_MS, 10)).toEqual([]);
      expect(rowOf(sql, "d1")).toMatchObject({ state: "dead", error: "UNAVAILABLE" });
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }));

  it("end without a retry when their plugin is gone", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      settleDelivery(sql, claimOne(sql, NOW_MS), { status: "gone" }, NOW_MS);
      expect(rowOf(sql, "d1")).toMatchObject({ state: "done", error: "GRANT_REVOKED" });
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }));

  it("are forgotten a week after they ended, and never while they are pending", () =>
    withDeliveries((sql) => {
      for (const id of ["done", "dead", "pending"]) insertDelivery(sql, makeDelivery(id), NOW_MS);
      const [done, dead, pending] = claimDueDeliveries(sql, NOW_MS, 10).sort((a, b) =>
        a.id < b.id ? 1 : -1,
      );
      expect([pending?.id, done?.id, dead?.id]).toEqual(["dead", "pending", "done"]);
      for (const [delivery, result] of [
        [dead, { status: "done" }],
        [pending, { ...FAILED, retry: false }],
      ] as const) {
        if (delivery) settleDelivery(sql, delivery, result, NOW_MS);
      }
      pruneDeliveries(sql, NOW_MS + 7 * DAY_MS);
      expect(sql.exec("SELECT id FROM deliveries").toArray()).toHaveLength(3);
      pruneDeliveries(sql, NOW_MS + 7 * DAY_MS + 1);
      expect(sql.exec("SELECT id FROM deliveries").toArray()).toEqual([{ id: "pending" }]);
    }));
});

describe.concurrent("deliveries that ask to be called again", () => {
  const again = (sql: SqlStorage, delivery: Delivery, cursor?: unknown) =>
    settleDelivery(sql, delivery, { status: "done", again: { afterMs: 5_000, cursor } }, NOW_MS);

  it("end, and get a row of their own with the cursor in the same event", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      again(sql, claimOne(sql, NOW_MS), { page: 2 });
      expect(rowOf(sql, "d1")).toMatchObject({ state: "done" });
      expect(nextDeliveryAtMs(sql)).toBe(NOW_MS + 5_000);
      const next = claimOne(sql, NOW_MS + 5_000);
      expect(next.installId).toBe(INSTALL_ID);
      expect(next).toMatchObject({ id: "d1~1", idempotencyKey: "d1~1", attempt: 1, continuation: 1 });
      expect(JSON.parse(next.event)).toEqual({ api: 1, pageId: "p1", cursor: { page: 2 } });
    }));

  it("lose the cursor of the turn before when they give none", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1"), NOW_MS);
      again(sql, claimOne(sql, NOW_MS), "first");
      again(sql, claimOne(sql, NOW_MS + 5_000));
      const next = claimOne(sql, NOW_MS + 10_000);
      expect(next.id).toBe("d1~2");
      expect(JSON.parse(next.event)).toEqual({ api: 1, pageId: "p1" });
    }));

  it("keep apart from an id that ends like a continuation's", () =>
    withDeliveries((sql) => {
      insertDelivery(sql, makeDelivery("d1", { dueInMs: 1 }), NOW_MS);
      again(sql, claimOne(sql, NOW_MS + 1), "a");
      const ids = sql.exec("SELECT id FROM deliveries ORDER BY id").toArray();
      expect(ids).toEqual([{ id: "d1" }, { id: "d1~1" }]);
    }));

  it("are not called again past the limit, so that a plugin cannot run for ever", () =>
    withDeliveries((sql) => {
      insertDelivery(
        sql,
        makeDelivery(`d1~${MAX_CONTINUATIONS}`, { continuation: MAX_CONTINUATIONS }),
        NOW_MS,
      );
      again(sql, claimOne(sql, NOW_MS), "more");
      expect(nextDeliveryAtMs(sql)).toBeNull();
    }));
});
