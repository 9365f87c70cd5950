// How much a site keeps of its plugins' calls: by number, by age, and by characters an hour.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { JournalBatch, NewLine, NewRecording, NewTrace } from "../../../contracts/journal.ts";
import {
  LOG_KEPT_MS,
  MAX_KEPT_LINES,
  MAX_KEPT_RECORDINGS,
  MAX_KEPT_TRACES,
  MAX_LOG_CHARS,
  MAX_LOG_CHARS_PER_HOUR,
  RECORDING_KEPT_MS,
} from "../../../contracts/limits.ts";
import { siteLogOf } from "../../../services/gateway/env.ts";
import { env, makeName } from "./fixture.ts";

const EMPTY: JournalBatch = { lines: [], dropped: [], traces: [], recordings: [] };

function makeLog() {
  const name = makeName("log");
  const log = siteLogOf(env, name);
  const query = (statement: string, ...values: SqlStorageValue[]) =>
    runInDurableObject(env.SITE_LOG.getByName(name), (_object, { storage }) =>
      storage.sql.exec<Record<string, number>>(statement, ...values).toArray(),
    );
  const count = async (table: string) => (await query(`SELECT count(*) AS n FROM ${table}`))[0]?.n;
  return { name, log, query, count };
}

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const about = { plugin: "probe", version: "1.0.0", hook: "onSearch", invocationId: "call" } as const;

function line(changes: Partial<NewLine> = {}): NewLine {
  return { ...about, level: "info", message: "hello", at: ago(0), ...changes };
}
function trace(changes: Partial<NewTrace> = {}): NewTrace {
  return { ...about, outcome: "ok", code: null, startedAt: ago(0), ms: 1, attempt: 1, calls: [], ...changes };
}
function recording(changes: Partial<NewRecording> = {}): NewRecording {
  return { ...about, outcome: "ok", at: ago(0), isTruncated: false, document: "{}", ...changes };
}
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

describe.concurrent("lines", { timeout: 30_000 }, () => {
  it("keep so many of a plugin, the newest, and all of another", async () => {
    const { log, count } = makeLog();
    await log.append({ ...EMPTY, lines: [line({ plugin: "quiet", message: "first" })] });
    for (let batch = 0; batch < 6; batch += 1) {
      const lines = times(1_000, (n) => line({ message: `${batch * 1_000 + n}` }));
      await log.append({ ...EMPTY, lines });
    }
    expect(await count("logs")).toBe(MAX_KEPT_LINES + 1);
    const { lines } = await log.lines("s", { limit: 2, plugin: "probe" as never });
    expect(lines.map(({ message }) => message)).toEqual(["5998", "5999"]);
    const oldest = await log.lines("s", { limit: 2, after: 0 });
    expect(oldest.lines.map(({ message }) => message)).toEqual(["first", "1000"]);
  });

  it("go after a week, and are not shown from then on though nothing new is written", async () => {
    const { log, count } = makeLog();
    const [old, young] = [ago(LOG_KEPT_MS + 1_000), ago(LOG_KEPT_MS - 60_000)];
    await log.append({ ...EMPTY, lines: [line({ at: young }), line()] });
    await log.append({ ...EMPTY, lines: [line({ at: old })] });
    expect(await count("logs")).toBe(2);
    expect((await log.lines("s", { limit: 10 })).lines).toHaveLength(2);
  });

  it("past an hour's characters are lost by that plugin alone, which is told once an hour", async () => {
    const { log, query } = makeLog();
    const flood = times(100, () => line({ message: "x".repeat(MAX_LOG_CHARS) }));
    for (let batch = 0; batch < 8; batch += 1) await log.append({ ...EMPTY, lines: flood });
    await log.append({ ...EMPTY, lines: [line(), line({ plugin: "neighbour", message: "kept" })] });
    const readOwn = () => query("SELECT level, message FROM logs WHERE owner = 'probe' ORDER BY id");
    const own = await readOwn();
    const chars = own.reduce((sum, { message }) => sum + String(message).length, 0);
    expect(chars).toBeLessThanOrEqual(MAX_LOG_CHARS_PER_HOUR);
    expect(chars).toBeGreaterThan(MAX_LOG_CHARS_PER_HOUR * 0.9);
    const told = own.filter(({ level }) => String(level) === "warn");
    expect(told).toMatchObject([{ message: expect.stringMatching(/^further lines were dropped/) }]);
    expect(own.at(-1)).toEqual(told[0]);
    expect((await log.lines("s", { limit: 1 })).lines).toMatchObject([{ plugin: "neighbour" }]);
    await query("UPDATE log_hours SET hour = hour - 1");
    await log.append({ ...EMPTY, lines: [line({ message: "the next hour" })] });
    expect((await readOwn()).at(-1)).toMatchObject({ message: "the next hour" });
  });

  it("that were lost on the way are told of, once an hour", async () => {
    const { log } = makeLog();
    for (let batch = 0; batch < 3; batch += 1) {
      await log.append({ ...EMPTY, lines: [line()], dropped: ["probe", "silent"] });
    }
    const { lines } = await log.lines("s", { limit: 100 });
    const told = lines.filter(({ level }) => level === "warn").map(({ plugin, hook }) => [plugin, hook]);
    expect(told).toEqual([
      ["probe", null],
      ["silent", null],
    ]);
    expect(lines).toHaveLength(5);
  });

  it("are cut, whoever wrote them here", async () => {
    const { log } = makeLog();
    await log.append({ ...EMPTY, lines: [line({ message: "x".repeat(1_000_000) })] });
    expect((await log.lines("s", { limit: 1 })).lines[0]?.message).toHaveLength(MAX_LOG_CHARS);
  });

  it("are found by plugin, hook, level and time, and go on from a cursor without losing or repeating one", async () => {
    const { log } = makeLog();
    const lines = [
      line({ level: "debug", at: ago(3_600_000) }),
      line({ level: "warn", plugin: "other" }),
      line({ level: "error", hook: "renderHtml" }),
      line({ hook: null, invocationId: null }),
    ];
    await log.append({ ...EMPTY, lines });
    const find = async (query: object) =>
      (await log.lines("s", { limit: 10, ...query })).lines.map(({ id }) => id);
    expect(await find({})).toEqual([1, 2, 3, 4]);
    expect(await find({ plugin: "other" })).toEqual([2]);
    expect(await find({ hook: "renderHtml" })).toEqual([3]);
    expect(await find({ level: "warn" })).toEqual([2, 3]);
    expect(await find({ since: ago(60_000) })).toEqual([2, 3, 4]);
    const offset = new Date(Date.now() - 60_000 + 2 * 3_600_000).toISOString().replace("Z", "+02:00");
    expect(await find({ since: offset })).toEqual([2, 3, 4]);
    const first = await log.lines("s", { limit: 3, after: 0 });
    expect(first.cursor).toBe(3);
    expect(await log.lines("s", { limit: 3, after: first.cursor })).toMatchObject({
      lines: [{ id: 4 }],
      cursor: 4,
    });
    expect(await log.lines("s", { limit: 3, after: 4 })).toEqual({ lines: [], cursor: 4 });
  });
});

describe.concurrent("traces", () => {
  it("keep so many of a plugin, those that failed apart", async () => {
    const { log, query } = makeLog();
    await log.append({ ...EMPTY, traces: [trace({ outcome: "error", invocationId: "failed" })] });
    for (let batch = 0; batch < 6; batch += 1) {
      await log.append({ ...EMPTY, traces: times(100, (n) => trace({ ms: batch * 100 + n })) });
    }
    const rows = await query("SELECT ms, outcome = 'ok' AS well FROM traces ORDER BY id");
    expect(rows.filter(({ well }) => well === 1)).toHaveLength(MAX_KEPT_TRACES);
    expect(rows.filter(({ well }) => well === 0)).toHaveLength(1);
    expect(rows.at(-1)).toMatchObject({ ms: 599 });
  });

  it("go after a week", async () => {
    const { log, count } = makeLog();
    await log.append({ ...EMPTY, traces: [trace({ startedAt: ago(LOG_KEPT_MS + 1_000) }), trace()] });
    expect(await count("traces")).toBe(1);
  });
});

describe.concurrent("recordings", () => {
  it("keep so many of a plugin, for a day", async () => {
    const { log, count, query } = makeLog();
    const many = times(MAX_KEPT_RECORDINGS + 20, (n) => recording({ invocationId: `call-${n}` }));
    await log.append({ ...EMPTY, recordings: [...many, recording({ plugin: "other" })] });
    expect(await count("recordings")).toBe(MAX_KEPT_RECORDINGS + 1);
    expect(await log.recording("call-19")).toBeNull();
    expect(await log.recording("call-20")).toMatchObject({ invocationId: "call-20", bytes: 2 });
    await query("UPDATE recordings SET at = ? WHERE invocation = 'call-20'", ago(RECORDING_KEPT_MS + 1_000));
    expect(await log.recording("call-20")).toBeNull();
    await log.append(EMPTY);
    expect(await count("recordings")).toBe(MAX_KEPT_RECORDINGS);
  });

  it("are listed newest first, page by page, without what they hold", async () => {
    const { log } = makeLog();
    await log.append({ ...EMPTY, recordings: times(3, (n) => recording({ invocationId: `call-${n}` })) });
    const first = await log.recordings({ limit: 2 });
    expect(first.recordings.map(({ invocationId }) => invocationId)).toEqual(["call-2", "call-1"]);
    expect(first.recordings[0]).not.toHaveProperty("document");
    const rest = await log.recordings({ limit: 2, cursor: first.cursor });
    expect(rest).toMatchObject({ recordings: [{ invocationId: "call-0" }] });
    expect(rest.cursor).toBeUndefined();
  });
});

describe.concurrent("a batch", () => {
  it("is written whole or not at all", async () => {
    const { log, count } = makeLog();
    const bad = { ...trace(), ms: null } as unknown as NewTrace;
    await expect(
      log.append({ ...EMPTY, lines: [line()], traces: [bad] }).then(
        () => "written",
        () => "refused",
      ),
    ).resolves.toBe("refused");
    expect(await count("logs")).toBe(0);
  });

  it("is taken by an object of an earlier release, which had counters alone", async () => {
    const { name, log, query, count } = makeLog();
    for (const table of ["logs", "log_hours", "traces", "recordings"]) await query(`DROP TABLE ${table}`);
    await log.takeRun("probe", "5/60s");
    await evictDurableObject(env.SITE_LOG.getByName(name));
    await siteLogOf(env, name).append({
      lines: [line()],
      dropped: [],
      traces: [trace()],
      recordings: [recording()],
    });
    for (const table of ["runs", "logs", "traces", "recordings"]) expect(await count(table)).toBe(1);
  });
});
