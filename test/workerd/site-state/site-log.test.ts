// The counters of a site: runs in a minute, and bytes that plugins keep.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Booking } from "../../../contracts/capability.ts";
import { siteLogOf } from "../../../services/gateway/env.ts";
import { env, makeName } from "./fixture.ts";

function makeLog() {
  const name = makeName("log");
  const query = <T extends Record<string, SqlStorageValue>>(
    statement: string,
    ...values: SqlStorageValue[]
  ) =>
    runInDurableObject(env.SITE_LOG.getByName(name), (_object, { storage }) =>
      storage.sql.exec<T>(statement, ...values).toArray(),
    );
  return { log: siteLogOf(env, name), query };
}

describe("takeRun", () => {
  it("lets as many run as the rate allows, and no more", async () => {
    const { log } = makeLog();
    const taken = [];
    for (let run = 0; run < 4; run += 1) taken.push(await log.takeRun("notify", "3/60s"));
    expect(taken).toEqual([true, true, true, false]);
  });

  it("lets no more run when asked at once", async () => {
    const { log } = makeLog();
    const taken = await Promise.all(
      Array.from({ length: 10 }, async () => await log.takeRun("notify", "3/60s")),
    );
    expect(taken.filter(Boolean)).toHaveLength(3);
  });

  it("counts each plugin and each site for itself", async () => {
    const { log } = makeLog();
    expect(await log.takeRun("notify", "1/60s")).toBe(true);
    expect(await log.takeRun("other", "1/60s")).toBe(true);
    expect(await makeLog().log.takeRun("notify", "1/60s")).toBe(true);
    expect(await log.takeRun("notify", "1/60s")).toBe(false);
  });

  it("lets the next run when the oldest is a minute ago, and not before", async () => {
    const { log, query } = makeLog();
    await log.takeRun("notify", "2/60s");
    await log.takeRun("notify", "2/60s");
    await query("UPDATE runs SET at = at - 50000");
    expect(await log.takeRun("notify", "2/60s")).toBe(false);
    await query("UPDATE runs SET at = at - 10000 WHERE rowid = (SELECT min(rowid) FROM runs)");
    expect(await log.takeRun("notify", "2/60s")).toBe(true);
    expect(await log.takeRun("notify", "2/60s")).toBe(false);
  });

  it("does not count the runs that were refused, and keeps no more rows than the rate", async () => {
    const { log, query } = makeLog();
    for (let run = 0; run < 5; run += 1) await log.takeRun("notify", "1/60s");
    expect(await query("SELECT plugin FROM runs")).toEqual([{ plugin: "notify" }]);
    await query("UPDATE runs SET at = at - 60000");
    await log.takeRun("notify", "1/60s");
    expect(await query("SELECT plugin FROM runs")).toHaveLength(1);
  });

  it("counts the runs of a minute against a rate that was narrowed meanwhile", async () => {
    const { log } = makeLog();
    for (let run = 0; run < 3; run += 1) await log.takeRun("notify", "10/60s");
    expect(await log.takeRun("notify", "3/60s")).toBe(false);
    expect(await log.takeRun("notify", "4/60s")).toBe(true);
  });
});

describe("reserve and release", () => {
  const booking: Booking = { key: "k", bytes: 60, expiresAtMs: null, maxBytes: 100, maxKeys: 4 };

  function makeOwner(owner = "notify/install-1") {
    const { log, query } = makeLog();
    return {
      log,
      query,
      /** Whether it was booked. */
      reserve: async (changes: Partial<Booking> = {}) =>
        (await log.reserve(owner, { ...booking, ...changes })).exceeded === null,
      settle: async (key: string, begun = true) => await log.settle(owner, key, begun),
      mark: async (key: string) => await log.mark(owner, key),
      release: async (key: string) => await log.release(owner, key, (await log.mark(owner, key)) ?? 0),
      booked: () => query<{ key: string; bytes: number }>("SELECT key, bytes FROM bookings ORDER BY key"),
    };
  }

  it("book up to the bound, and change nothing past it", async () => {
    const { reserve, booked } = makeOwner();
    expect(await reserve()).toBe(true);
    expect(await reserve({ key: "l", bytes: 41 })).toBe(false);
    expect(await reserve({ key: "k", bytes: 101 })).toBe(false);
    expect(await reserve({ key: "l", bytes: 40 })).toBe(true);
    expect(await booked()).toEqual([
      { key: "k", bytes: 60 },
      { key: "l", bytes: 40 },
    ]);
  });

  it("book a key once: it grows, and does not shrink before it is released", async () => {
    const { reserve, settle, release, booked } = makeOwner();
    await reserve();
    expect(await reserve({ bytes: 100 })).toBe(true);
    expect(await reserve({ bytes: 1 })).toBe(true);
    expect(await booked()).toEqual([{ key: "k", bytes: 100 }]);
    expect(await reserve({ key: "l", bytes: 1 })).toBe(false);
    for (let write = 0; write < 3; write += 1) await settle("k");
    await release("k");
    expect(await reserve({ key: "l", bytes: 100 })).toBe(true);
  });

  it("forget a booking when its time is over, and not while it lasts", async () => {
    const { reserve, query } = makeOwner();
    await reserve({ expiresAtMs: Date.now() + 3_600_000 });
    expect(await reserve({ key: "l", bytes: 60 })).toBe(false);
    await query("UPDATE bookings SET expires_at = ?", Date.now() - 1);
    expect(await reserve({ key: "l", bytes: 60 })).toBe(true);
  });

  it.each([
    ["later", 2_000, 1_000, 2_000],
    ["later", 1_000, 2_000, 2_000],
    ["for good", 1_000, null, null],
    ["for good", null, 1_000, null],
  ])("end %s of two times: %s, %s", async (_which, first, second, last) => {
    const { reserve, query } = makeOwner();
    const base = Date.now() + 3_600_000;
    const at = (afterMs: number | null) => (afterMs === null ? null : base + afterMs);
    await reserve({ expiresAtMs: at(first) });
    await reserve({ expiresAtMs: at(second) });
    expect(await query("SELECT expires_at FROM bookings")).toEqual([{ expires_at: at(last) }]);
  });

  it("keep owners apart, those whose names begin alike too", async () => {
    const { log } = makeLog();
    for (const owner of ["notify/install-1", "notify/install-10", "notify/%", "notify/install-1 "]) {
      expect(await log.reserve(owner, booking)).toMatchObject({ exceeded: null });
    }
    await log.settle("notify/%", "k", true);
    await log.release("notify/%", "k", (await log.mark("notify/%", "k")) ?? 0);
    expect(await log.reserve("notify/install-1", { ...booking, key: "l" })).toMatchObject({
      exceeded: "bytes",
    });
  });

  it("take any text for a key", async () => {
    const { log, reserve, settle, release, booked } = makeOwner();
    await log.bookFound("notify/install-1", [], null);
    for (const key of ["'; DROP TABLE bookings; --", "%", "", "é😀"]) {
      expect(await reserve({ key, bytes: 100 }), key).toBe(true);
      await settle(key);
      await release(key);
    }
    expect(await booked()).toEqual([]);
  });

  it("hold when many are booked at once", async () => {
    const { reserve } = makeOwner();
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const booked = await Promise.all(keys.map((key) => reserve({ key, bytes: 30 })));
    expect(booked.filter(Boolean)).toHaveLength(3);
  });

  it("release what was never booked without a word", async () => {
    const { release, booked } = makeOwner();
    await release("nobody");
    expect(await booked()).toEqual([]);
  });

  it("are not released while a write is on its way, nor by a mark from before a write", async () => {
    const { reserve, settle, mark, release, booked, log } = makeOwner();
    await log.bookFound("notify/install-1", [], null);
    await reserve();
    await reserve();
    await settle("k");
    expect(await mark("k")).toBeNull();
    await settle("k");
    const before = await mark("k");
    await reserve();
    await settle("k");
    await log.release("notify/install-1", "k", before ?? 0);
    expect(await booked()).toHaveLength(1);
    await release("k");
    expect(await booked()).toEqual([]);
  });

  it("are not released by a mark of a booking of the same key that is over", async () => {
    const { log, reserve, settle, mark, booked } = makeOwner();
    await log.bookFound("notify/install-1", [], null);
    await reserve();
    await settle("k");
    const first = (await mark("k")) ?? 0;
    await log.release("notify/install-1", "k", first);
    await reserve();
    await settle("k");
    await log.release("notify/install-1", "k", first);
    expect(await booked()).toHaveLength(1);
  });

  it("wait no more than a minute for a write whose end is never told", async () => {
    const { reserve, mark, query } = makeOwner();
    await reserve();
    expect(await mark("k")).toBeNull();
    await query("UPDATE bookings SET in_flight_until = ?", Date.now() - 1);
    expect(await mark("k")).not.toBeNull();
  });

  it("count no write as ended that was not booked", async () => {
    const { reserve, settle, mark } = makeOwner();
    await reserve();
    for (let told = 0; told < 3; told += 1) await settle("k");
    await reserve();
    expect(await mark("k")).toBeNull();
    await settle("nobody");
    expect(await mark("nobody")).toBe(0);
  });
});
