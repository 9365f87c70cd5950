// When a plugin's schedules are due. Each tick becomes one delivery; ticks missed meanwhile are counted in it.
import { Cron } from "croner";
import { EmgateError } from "../../contracts/errors.ts";
import type { HookEvent } from "../../contracts/hooks.ts";
import type { Schedule } from "../../contracts/manifest.ts";
import { IS_CALLED, nextDueAtMs } from "./breakers.ts";
import { insertDelivery } from "./deliveries.ts";

/** Ticks are counted no further than this; a plugin needs to know that it slept, not for how long. */
const MAX_MISSED_TICKS = 1_000;
/** Milliseconds between two ticks at the least; a plugin is not a poller. */
const MIN_INTERVAL_MS = 60_000;

interface ScheduleRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  cron: string;
  time_zone: string;
  next_at: number;
}

/** Throws INVALID_ARGUMENT unless the schedule is one that can fire, and not more than once a minute. */
export function assertSchedule(schedule: Schedule, nowMs: number): void {
  // Of a pattern with several seconds, three ticks in a row always show two of the same minute.
  const ticks = nextTicks(schedule, nowMs, 3);
  if (ticks.length === 0) {
    throw new EmgateError("INVALID_ARGUMENT", `schedules: «${schedule.cron}» never comes`);
  }
  if (ticks.some((at, index) => at - (ticks[index - 1] ?? Number.NEGATIVE_INFINITY) < MIN_INTERVAL_MS)) {
    throw new EmgateError("INVALID_ARGUMENT", `schedules: «${schedule.cron}» comes more than once a minute`);
  }
}

/** Makes a plugin's rows those of its manifest; a schedule that stays keeps its next tick. */
export function replaceSchedules(
  sql: SqlStorage,
  plugin: string,
  schedules: readonly Schedule[],
  nowMs: number,
): void {
  const kept = new Set(schedules.map((schedule) => keyOf(schedule.cron, schedule.timeZone ?? "UTC")));
  for (const row of sql.exec<ScheduleRow>("SELECT * FROM schedules WHERE plugin = ?", plugin).toArray()) {
    if (kept.has(keyOf(row.cron, row.time_zone))) continue;
    sql.exec(
      "DELETE FROM schedules WHERE plugin = ? AND cron = ? AND time_zone = ?",
      plugin,
      row.cron,
      row.time_zone,
    );
  }
  for (const schedule of schedules) {
    const nextAtMs = nextTickMs(schedule, nowMs);
    if (nextAtMs === null) continue;
    sql.exec(
      "INSERT INTO schedules VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      plugin,
      schedule.cron,
      schedule.timeZone ?? "UTC",
      nextAtMs,
    );
  }
}

/**
 * Turns every schedule that is due into a delivery and moves it to its next tick. Those of a plugin whose breaker is
 * open stay as they are: what comes later is told how many ticks it missed.
 */
export function enqueueDueSchedules(sql: SqlStorage, nowMs: number): void {
  const due = sql.exec<ScheduleRow & { install_id: string | null }>(
    `SELECT s.*, i.install_id FROM schedules s LEFT JOIN installs i USING (plugin)
     WHERE s.next_at <= ? AND ${IS_CALLED}`,
    nowMs,
    nowMs,
  );
  for (const row of due.toArray()) {
    const schedule = { cron: row.cron, timeZone: row.time_zone };
    const scheduledAt = new Date(row.next_at).toISOString();
    const missed = countTicks(schedule, row.next_at, nowMs);
    const event: HookEvent<"onSchedule"> = { api: 1, cron: row.cron, scheduledAt, missed };
    const id = `schedule:${row.plugin}:${keyOf(row.cron, row.time_zone)}:${scheduledAt}`;
    const { plugin, install_id: installId } = row;
    const delivery = {
      id,
      plugin,
      installId,
      hook: "onSchedule",
      event: JSON.stringify(event),
      dueInMs: 0,
      continuation: 0,
    } as const;
    insertDelivery(sql, delivery, nowMs);
    const nextAtMs = nextTickMs(schedule, nowMs);
    if (nextAtMs === null) {
      sql.exec(
        "DELETE FROM schedules WHERE plugin = ? AND cron = ? AND time_zone = ?",
        plugin,
        row.cron,
        row.time_zone,
      );
    } else {
      sql.exec(
        "UPDATE schedules SET next_at = ? WHERE plugin = ? AND cron = ? AND time_zone = ?",
        nextAtMs,
        plugin,
        row.cron,
        row.time_zone,
      );
    }
  }
}

export function nextScheduleAtMs(sql: SqlStorage): number | null {
  return nextDueAtMs(sql, "schedules");
}

function countTicks(schedule: Schedule, afterMs: number, untilMs: number): number {
  const cron = parseCron(schedule);
  let ticks = 0;
  let at = cron.nextRun(new Date(afterMs));
  while (at !== null && at.getTime() <= untilMs && ticks < MAX_MISSED_TICKS) {
    ticks += 1;
    at = cron.nextRun(at);
  }
  return ticks;
}

function nextTickMs(schedule: Schedule, afterMs: number): number | null {
  return nextTicks(schedule, afterMs, 1)[0] ?? null;
}

function nextTicks(schedule: Schedule, afterMs: number, count: number): number[] {
  try {
    const ticks = parseCron(schedule).nextRuns(count, new Date(afterMs));
    return ticks.map((at) => at.getTime());
  } catch (cause) {
    const { cron, timeZone = "UTC" } = schedule;
    const message = `schedules: expected a cron expression and an IANA time zone, got «${cron}» in ${timeZone}`;
    throw new EmgateError("INVALID_ARGUMENT", message, { cause });
  }
}

/** Throws for a malformed expression; a time zone that there is not shows at the first tick. */
function parseCron({ cron, timeZone = "UTC" }: Schedule): Cron {
  return new Cron(cron, { timezone: timeZone, paused: true });
}

function keyOf(cron: string, timeZone: string): string {
  return `${cron}@${timeZone}`;
}
