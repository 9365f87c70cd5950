import { describe, expect, it } from "vitest";
import { type Invocation, KvStore, PagesReader } from "../../../capabilities/index.ts";
import type { InvocationTerms } from "../../../contracts/capability.ts";
import { HOOKS, hookTable } from "../../../contracts/hooks.ts";
import {
  CALLS_PER_YIELD,
  hookWork,
  MAX_CPU_MS,
  MAX_EVENT_CHARS,
  MAX_KV_VALUE_BYTES,
  MS_PER_YIELD,
} from "../../../contracts/limits.ts";
import { failureOf, kv, makeContent, makeInvocation, makePage, WORK } from "./fixture.ts";

const READ = { capability: "pages.read", method: "get", scope: "read:pages", args: [] } as const;
const DENIED = { ...READ, scope: "read:kv" } as const;
const nothing = () => undefined;

/** The calls that there are, made with read:pages alone. */
const calls: Record<string, (invocation: Invocation) => Promise<unknown>> = {
  "that act": (invocation) => invocation.perform(READ, nothing, nothing),
  "that lack their scope": (invocation) => invocation.perform(DENIED, nothing, nothing),
  "of the log": (invocation) => invocation.record(nothing, nothing),
  "that read a stub": (invocation) => invocation.takeTurn(),
};

const open = (changes?: Partial<InvocationTerms>) => makeInvocation({ "read:pages": {} }, changes);

/** Makes `count` calls, whatever comes of them. */
async function useUp(invocation: Invocation, count: number): Promise<void> {
  await Promise.allSettled(Array.from({ length: count }, () => invocation.takeTurn()));
}

/** How often others ran while `work` was done. */
async function countOthers(work: (seen: () => number) => Promise<void>): Promise<number> {
  let others = 0;
  const timer = setInterval(() => {
    others += 1;
  }, 0);
  await work(() => others);
  clearInterval(timer);
  return others;
}

describe("calls of one invocation", () => {
  const conditions: Record<string, (invocation: Invocation) => Promise<void> | void> = {
    "within the limit": nothing,
    "past the limit": (invocation) => useUp(invocation, WORK.calls),
    "after its end": (invocation) => invocation.close(),
  };
  const flooded = Object.keys(conditions).flatMap((when) => Object.keys(calls).map((what) => [what, when]));

  it.each(flooded)("%s let timers and others run at every 64th, %s", async (what, when) => {
    const { invocation } = open();
    await conditions[when ?? ""]?.(invocation);
    const seen: number[] = [];
    const others = await countOthers(async (count) => {
      for (let turn = 1; turn <= 4 * CALLS_PER_YIELD; turn += 1) {
        await calls[what ?? ""]?.(invocation).catch(nothing);
        if (turn % CALLS_PER_YIELD === CALLS_PER_YIELD - 1) seen.push(count());
      }
    });
    expect(seen).toHaveLength(4);
    expect(seen[0]).toBe(0);
    expect(others).toBeGreaterThan(0);
  });

  it.each([
    ["let them run however few they were, once they took long", MS_PER_YIELD, true],
    ["keep their turn while they are quick", MS_PER_YIELD / 20, false],
  ])("%s", async (_name, tookMs, yielded) => {
    const { invocation, world } = open();
    const others = await countOthers(async () => {
      for (let turn = 1; turn <= 10; turn += 1) {
        world.nowMs += tookMs;
        await invocation.perform(READ, nothing, nothing);
      }
    });
    expect(others > 0).toBe(yielded);
  });

  it("that are made at once are worked off some dozens at a time", async () => {
    const { invocation } = open();
    let acted = 0;
    const act = () => {
      acted += 1;
    };
    const seen: number[] = [];
    await countOthers(async () => {
      const timer = setInterval(() => seen.push(acted), 0);
      await Promise.all(Array.from({ length: WORK.calls }, () => invocation.perform(READ, nothing, act)));
      clearInterval(timer);
    });
    expect(seen[0]).toBeLessThanOrEqual(2 * CALLS_PER_YIELD);
    expect(acted).toBe(WORK.calls);
  });

  it("are refused past the limit, whichever they are, and the limit is named", async () => {
    const { invocation } = open();
    for (let turn = 0; turn < WORK.calls; turn += 4) {
      for (const call of Object.values(calls)) await call(invocation).catch(nothing);
    }
    for (const call of Object.values(calls)) {
      expect(await failureOf(call(invocation))).toMatchObject({
        code: "QUOTA_EXCEEDED",
        message: `at most ${WORK.calls} capability calls in one call of beforePublish`,
      });
    }
  });

  it("are not more by being made at once", async () => {
    const { invocation } = open();
    const made = Array.from({ length: WORK.calls + 200 }, () => invocation.perform(READ, nothing, nothing));
    const settled = await Promise.allSettled(made);
    const refused = settled.map(({ status }) => status === "rejected");
    expect(refused.indexOf(true)).toBe(WORK.calls);
    expect(refused.filter(Boolean)).toHaveLength(200);
  });

  it.each(["within the limit", "after its end"])(
    "are never answered past twice the limit, whichever they are (%s)",
    async (when) => {
      const { invocation } = open();
      await conditions[when]?.(invocation);
      await useUp(invocation, 2 * WORK.calls - 1);
      expect(await failureOf(invocation.takeTurn())).toMatchObject({ code: "QUOTA_EXCEEDED" });
      const answered: string[] = [];
      for (const [what, call] of Object.entries(calls)) {
        const note = () => answered.push(what);
        void call(invocation).then(note, note);
      }
      await scheduler.wait(50);
      expect(answered).toEqual([]);
    },
  );

  it("cost the audit log a note each within the limit, and none past it", async () => {
    const { invocation, world } = open();
    const made = Array.from({ length: WORK.calls + 100 }, () => calls["that lack their scope"]?.(invocation));
    await Promise.allSettled(made);
    expect(world.denials).toHaveLength(WORK.calls);
  });
});

describe("bytes of one invocation", () => {
  /** One call that is handed `out`, and answers `answer`. */
  const move = (invocation: Invocation, out: unknown, answer?: unknown) =>
    invocation.perform(
      READ,
      () => out,
      () => answer,
    );
  const [half, less] = ["x".repeat(60), "x".repeat(20)];

  it("out are counted over all calls, before the effect; what is refused is not counted", async () => {
    const { invocation } = open({ work: { ...WORK, bytesOut: 100 } });
    await move(invocation, half);
    const refused = invocation.perform(
      READ,
      () => half,
      () => expect.fail("it acted"),
    );
    expect(await failureOf(refused)).toMatchObject({
      code: "QUOTA_EXCEEDED",
      message: "at most 100 bytes out, in what capabilities are handed, in one call of beforePublish",
    });
    await move(invocation, less);
  });

  it("out are counted before anything is booked for them", async () => {
    const { invocation } = open({ work: { ...WORK, bytesOut: 10 } });
    const book = () => expect.fail("it was booked");
    const refused = invocation.perform(READ, () => half, nothing, book);
    expect(await failureOf(refused)).toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  it("in are counted over all answers, before each leaves; what is refused is not counted", async () => {
    const { invocation } = open({ work: { ...WORK, bytesIn: 100 } });
    expect(await move(invocation, null, half)).toBe(half);
    expect(await failureOf(move(invocation, null, half))).toMatchObject({
      code: "QUOTA_EXCEEDED",
      message: "at most 100 bytes in, with the event and all answers, in one call of beforePublish",
    });
    expect(await move(invocation, null, less)).toBe(less);
  });

  it("in have the event among them", async () => {
    const { invocation } = open({ work: { ...WORK, bytesIn: 100 }, event: { html: half } });
    expect(await failureOf(move(invocation, null, half))).toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  it("in never keep an effect that answers nothing from being told as done", async () => {
    const { invocation } = open({ work: { ...WORK, bytesIn: 61 } });
    await move(invocation, null, half);
    await move(invocation, null, undefined);
  });

  it("are named with a bound capability where there is no hook", async () => {
    const { invocation } = open();
    const bound = open({ subject: { ...invocation.subject, hook: null }, work: { ...WORK, bytesIn: 0 } });
    expect(await failureOf(move(bound.invocation, null, half))).toMatchObject({
      message: expect.stringContaining("in one call of a bound capability"),
    });
  });

  it.each<[string, unknown, number]>([
    ["text by its characters", "äöü", 4],
    ["bytes", new ArrayBuffer(10), 11],
    ["a view by its own bytes", new Uint8Array(new ArrayBuffer(10), 2, 3), 4],
    ["other values as one each", [1, true, null], 4],
    ["names of fields", { title: "x" }, 1 + 6 + 2],
    ["empty lists in lists", [[], [[]]], 4],
    ["what is nested deeper than a stack goes", nest(100_000), 100_001],
  ])("count %s", async (_what, value, bytes) => {
    const exact = open({ work: { ...WORK, bytesIn: bytes } });
    expect(await move(exact.invocation, null, value)).toBe(value);
    const short = open({ work: { ...WORK, bytesIn: bytes - 1 } });
    expect(await failureOf(move(short.invocation, null, value))).toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  it("end on a value that holds itself", async () => {
    const circle: unknown[] = [];
    circle.push(circle, circle);
    const { invocation } = open({ work: { ...WORK, bytesIn: 1_000 } });
    expect(await failureOf(move(invocation, null, circle))).toMatchObject({ code: "QUOTA_EXCEEDED" });
  });
});

function nest(levels: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe("the numbers of each hook", () => {
  it.each(HOOKS)("have room for an event of the full size, and end no computing late (%s)", (hook) => {
    const { bytesIn, calls, cpuMs, subRequests } = hookTable[hook];
    expect(bytesIn).toBeGreaterThanOrEqual(2 * MAX_EVENT_CHARS);
    expect(cpuMs).toBeLessThanOrEqual(MAX_CPU_MS);
    expect(subRequests).toBeGreaterThanOrEqual(calls);
  });

  it("let a schedule read 3,000 pages one by one, and the lists that name them", async () => {
    const html = "<p>Some text.</p>".repeat(600);
    const pages = Array.from({ length: 3_000 }, (_, n) => makePage(`posts:p${n}`, { html }));
    const content = makeContent(pages.slice(0, 100));
    const byId = new Map(pages.map((page) => [page.id, page]));
    const { invocation } = open({
      work: hookWork.onSchedule,
      content: () => ({ ...content, get: async (id) => byId.get(id) ?? null }),
    });
    const reader = new PagesReader(invocation);
    for (let list = 0; list < 30; list += 1) await reader.list({ limit: 100 });
    for (const { id } of pages) await reader.get(id);
  });

  it("let a schedule read an index of 20 MiB from key-values and write it anew", async () => {
    const granted = { "read:kv": {}, "write:kv": {} };
    const before = makeInvocation(granted);
    const { invocation } = makeInvocation(granted, {
      work: hookWork.onSchedule,
      subject: before.invocation.subject,
    });
    const [old, store] = [new KvStore(kv, before.invocation), new KvStore(kv, invocation)];
    const part = new Uint8Array(MAX_KV_VALUE_BYTES);
    for (let n = 0; n < 20; n += 1) await old.put(`part-${n}`, part);
    for (let n = 0; n < 20; n += 1) {
      const read = (await store.get(`part-${n}`, "arrayBuffer")) as ArrayBuffer;
      expect(read.byteLength).toBe(MAX_KV_VALUE_BYTES);
      await store.put(`part-${n}`, read);
    }
  });
});
