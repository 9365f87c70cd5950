import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../contracts/manifest.ts";
import {
  assertSchedule,
  enqueueDueSchedules,
  nextScheduleAtMs,
  replaceSchedules,
} from "../../../services/site-state/schedules.ts";
import { BY, inSite, makeInstall, makeSite } from "./fixture.ts";

/** A Sunday, on the hour. */
const NOON_MS = Date.parse("2026-11-22T12:00:00.000Z");
const MINUTE_MS = 60_000;
const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" });

async function withSchedules(schedules: readonly Schedule[], test: (sql: SqlStorage) => void): Promise<void> {
  const { name } = await makeSite();
  await inSite(name, ({ sql }) => {
    replaceSchedules(sql, "notify", schedules, NOON_MS);
    test(sql);
  });
}

function readDeliveries(sql: SqlStorage) {
  const rows = sql.exec<{ id: string; event: string; next_at: number; install_id: string | null }>(
    "SELECT * FROM deliveries ORDER BY id",
  );
  return rows.toArray().map(({ id, event, next_at: dueAtMs, install_id: installId }) => ({
    id,
    event: JSON.parse(event),
    dueAtMs,
    installId,
  }));
}

describe("assertSchedule", () => {
  it.each([
    "* * * * *",
    "0 * * * * *",
    "30 0 3 * * *",
    "0 3 * * 1",
    "0 0 29 2 *",
    "0 0 L * *",
    "59 * * * * *",
  ])("takes %s", (cron) => {
    expect(() => assertSchedule({ cron }, NOON_MS)).not.toThrow();
  });

  it.each([
    "a b c d e",
    "60 * * * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * *",
    "",
    "@hourlyish",
    "0 0 * * * * * *",
  ])("refuses %j, which is no cron expression", (cron) => {
    expect(() => assertSchedule({ cron }, NOON_MS)).toThrow(invalid);
  });

  it.each(["Nowhere/Land", "utc+25", "../etc"])("refuses the time zone %j", (timeZone) => {
    expect(() => assertSchedule({ cron: "0 3 * * *", timeZone }, NOON_MS)).toThrow(invalid);
  });

  it("refuses a day that never comes", () => {
    expect(() => assertSchedule({ cron: "0 0 31 2 *" }, NOON_MS)).toThrow(invalid);
  });

  it.each([
    "* * * * * *",
    "*/30 * * * * *",
    "0,30 * * * * *",
    "0,59 0 * * * *",
    "0,30 0 0 1 1 *",
    "1-2 0 3 * * *",
  ])("refuses %s at whatever moment it is installed: it comes more than once a minute", (cron) => {
    for (let seconds = 0; seconds < 120; seconds += 1) {
      expect(() => assertSchedule({ cron }, NOON_MS - MINUTE_MS + seconds * 1000)).toThrow(invalid);
    }
  });
});

describe.concurrent("schedules", () => {
  it("become a delivery when they are due, and move on", () =>
    withSchedules([{ cron: "*/15 * * * *" }], (sql) => {
      const tickMs = NOON_MS + 15 * MINUTE_MS;
      expect(nextScheduleAtMs(sql)).toBe(tickMs);
      enqueueDueSchedules(sql, tickMs - 1);
      expect(readDeliveries(sql)).toEqual([]);
      enqueueDueSchedules(sql, tickMs);
      const event = { api: 1, cron: "*/15 * * * *", scheduledAt: "2026-11-22T12:15:00.000Z", missed: 0 };
      expect(readDeliveries(sql)).toMatchObject([{ event, dueAtMs: tickMs }]);
      expect(nextScheduleAtMs(sql)).toBe(tickMs + 15 * MINUTE_MS);
    }));

  it("become deliveries to the plugin as it is installed then", async () => {
    const { name, site } = await makeSite();
    await site.install(makeInstall("a", { schedules: [{ cron: "0 0 1 1 *" }] }), BY);
    const [install] = (await site.read()).plugins;
    await inSite(name, ({ sql }) => {
      enqueueDueSchedules(sql, nextScheduleAtMs(sql) ?? 0);
      expect(readDeliveries(sql)).toMatchObject([{ installId: install?.installId }]);
    });
  });

  it("become one delivery a tick, however often they are looked at", () =>
    withSchedules([{ cron: "* * * * *" }], (sql) => {
      enqueueDueSchedules(sql, NOON_MS + MINUTE_MS);
      enqueueDueSchedules(sql, NOON_MS + MINUTE_MS + 1);
      expect(readDeliveries(sql)).toHaveLength(1);
      enqueueDueSchedules(sql, NOON_MS + 2 * MINUTE_MS);
      expect(readDeliveries(sql)).toHaveLength(2);
    }));

  it("after a sleep become one delivery that counts the ticks that were missed", () =>
    withSchedules([{ cron: "* * * * *" }], (sql) => {
      enqueueDueSchedules(sql, NOON_MS + 6 * MINUTE_MS + 1);
      const event = { scheduledAt: "2026-11-22T12:01:00.000Z", missed: 5 };
      expect(readDeliveries(sql)).toMatchObject([{ event }]);
      expect(nextScheduleAtMs(sql)).toBe(NOON_MS + 7 * MINUTE_MS);
    }));

  it("count missed ticks up to a thousand", () =>
    withSchedules([{ cron: "* * * * *" }], (sql) => {
      enqueueDueSchedules(sql, NOON_MS + 5_000 * MINUTE_MS);
      expect(readDeliveries(sql)).toMatchObject([{ event: { missed: 1_000 } }]);
      expect(nextScheduleAtMs(sql)).toBe(NOON_MS + 5_001 * MINUTE_MS);
    }));

  it("come at their time zone's hour, and are told apart by it", () =>
    withSchedules([{ cron: "0 13 * * *" }, { cron: "0 13 * * *", timeZone: "America/New_York" }], (sql) => {
      expect(sql.exec("SELECT time_zone, next_at FROM schedules ORDER BY next_at").toArray()).toEqual([
        { time_zone: "UTC", next_at: NOON_MS + 60 * MINUTE_MS },
        { time_zone: "America/New_York", next_at: NOON_MS + 6 * 60 * MINUTE_MS },
      ]);
    }));

  it("ring for whichever comes first", () =>
    withSchedules([{ cron: "30 12 * * *" }, { cron: "10 12 * * *" }], (sql) => {
      expect(nextScheduleAtMs(sql)).toBe(NOON_MS + 10 * MINUTE_MS);
      enqueueDueSchedules(sql, NOON_MS + 10 * MINUTE_MS);
      expect(readDeliveries(sql)).toMatchObject([{ event: { cron: "10 12 * * *" } }]);
      expect(nextScheduleAtMs(sql)).toBe(NOON_MS + 30 * MINUTE_MS);
      enqueueDueSchedules(sql, NOON_MS + 30 * MINUTE_MS);
      expect(readDeliveries(sql)).toHaveLength(2);
    }));

  it("due at the same moment become a delivery each", () =>
    withSchedules([{ cron: "0 13 * * *" }, { cron: "0 14 * * *", timeZone: "Europe/Berlin" }], (sql) => {
      enqueueDueSchedules(sql, NOON_MS + 60 * MINUTE_MS);
      expect(readDeliveries(sql)).toHaveLength(2);
    }));

  it("written twice in a manifest are one", () =>
    withSchedules([{ cron: "0 13 * * *" }, { cron: "0 13 * * *", timeZone: "UTC" }], (sql) => {
      enqueueDueSchedules(sql, NOON_MS + 60 * MINUTE_MS);
      expect(readDeliveries(sql)).toHaveLength(1);
    }));

  it("follow the next version's manifest; one that stays keeps its tick", () =>
    withSchedules([{ cron: "*/15 * * * *" }, { cron: "*/10 * * * *" }], (sql) => {
      replaceSchedules(sql, "another", [{ cron: "0 18 * * *" }], NOON_MS);
      const next = [{ cron: "*/15 * * * *" }, { cron: "0 15 * * *" }];
      replaceSchedules(sql, "notify", next, NOON_MS + 60 * MINUTE_MS);
      expect(sql.exec("SELECT plugin, cron, next_at FROM schedules ORDER BY cron").toArray()).toEqual([
        { plugin: "notify", cron: "*/15 * * * *", next_at: NOON_MS + 15 * MINUTE_MS },
        { plugin: "notify", cron: "0 15 * * *", next_at: NOON_MS + 180 * MINUTE_MS },
        { plugin: "another", cron: "0 18 * * *", next_at: NOON_MS + 360 * MINUTE_MS },
      ]);
    }));

  it("whose last tick has come are gone", () =>
    withSchedules([{ cron: "*/15 * * * *" }], (sql) => {
      sql.exec("UPDATE schedules SET cron = '0 0 31 2 *', next_at = ?", NOON_MS);
      enqueueDueSchedules(sql, NOON_MS);
      expect(nextScheduleAtMs(sql)).toBeNull();
      expect(readDeliveries(sql)).toHaveLength(1);
    }));
});
