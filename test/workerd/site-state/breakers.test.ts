// What a site makes of what isolates say of a plugin: one word an opening, by whoever says it first.
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { BREAKER_OPEN_MS, MAX_BREAKER_OPEN_MS } from "../../../contracts/limits.ts";
import type { Breaker, BreakerNotice } from "../../../contracts/site.ts";
import { openMsOf } from "../../../services/site-state/index.ts";
import { enqueueDueSchedules } from "../../../services/site-state/schedules.ts";
import {
  BY,
  deliveriesTo,
  env,
  failureOf,
  inSite,
  makeGrantedSite,
  makeInstall,
  makeSite,
  readAuditOf,
  readSnapshotOf,
  type Site,
} from "./fixture.ts";

const PLUGIN = "seo-check";

/** What an isolate says that has seen the installed plugin fail five times. */
async function makeNotice(site: Site, changes: Partial<BreakerNotice> = {}): Promise<BreakerNotice> {
  const { installId = "", code = "" } =
    (await site.read()).plugins.find((own) => own.plugin === PLUGIN) ?? {};
  const failures = { saw: "failures", failures: 5, error: "PLUGIN_ERROR", hook: "renderHtml" } as const;
  return { plugin: PLUGIN, installId, code, openedAtMs: null, ...failures, ...changes } as BreakerNotice; // of one kind
}

async function readBreaker(site: Site): Promise<Breaker | null> {
  return (await readSnapshotOf(site)).plugins[0]?.breaker ?? null;
}

async function makeTrippedSite() {
  const made = await makeGrantedSite();
  await made.site.noteBreaker(await makeNotice(made.site));
  const breaker = await readBreaker(made.site);
  if (breaker === null) throw new Error("not opened");
  return { ...made, breaker };
}

describe.concurrent("a site that is told of failures", () => {
  it("opens the breaker in its next lease, and has one after a restart too", async () => {
    const { name, site, breaker } = await makeTrippedSite();
    expect(breaker).toMatchObject({ openings: 1, failures: 5, error: "PLUGIN_ERROR", hook: "renderHtml" });
    expect(breaker.retryAtMs - breaker.openedAtMs).toBe(BREAKER_OPEN_MS);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    expect(await readBreaker(site)).toEqual(breaker);
  });

  it("writes nothing for what others say of the same opening", async () => {
    const { site } = await makeTrippedSite();
    const { rev } = await site.lease(null);
    const notice = await makeNotice(site);
    await Promise.all(Array.from({ length: 50 }, () => site.noteBreaker(notice)));
    expect((await site.lease(null)).rev).toBe(rev);
    expect((await readAuditOf(site)).filter(({ kind }) => kind === "breaker")).toHaveLength(1);
  });

  it.each<[string, Partial<BreakerNotice>]>([
    ["another install", { installId: "another" }],
    ["other code", { code: "b".repeat(64) }],
    ["another opening", { openedAtMs: 1 }],
    ["a plugin that is not there", { plugin: "nobody" }],
  ])("does not believe what was seen of %s", async (_what, changes) => {
    const { site } = await makeGrantedSite();
    await site.noteBreaker(await makeNotice(site, changes));
    expect(await readBreaker(site)).toBeNull();
  });

  it("opens it for longer each time, up to ten minutes", async () => {
    const { site, breaker } = await makeTrippedSite();
    await site.noteBreaker(await makeNotice(site, { openedAtMs: breaker.openedAtMs }));
    expect(await readBreaker(site)).toMatchObject({ openings: 2, failures: 10 });
    const spans = [1, 2, 3, 4, 5, 6, 60].map(openMsOf);
    expect(spans.slice(0, 5)).toEqual([1, 2, 4, 8, 16].map((times) => times * BREAKER_OPEN_MS));
    expect(spans.slice(5)).toEqual([MAX_BREAKER_OPEN_MS, MAX_BREAKER_OPEN_MS]);
  });

  it("is NOT_FOUND where there is no such site, and writes nothing", async () => {
    const { site } = await makeGrantedSite();
    const nowhere = env.SITE_STATE.getByName(`nowhere-${crypto.randomUUID()}`) as unknown as Site; // as gateway/env.ts
    const notice = await makeNotice(site);
    expect(await failureOf(nowhere.noteBreaker(notice))).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe.concurrent("a site that is told of a success", () => {
  const success = { saw: "success" } as const;

  it("closes the breaker that it was tried under, and no other", async () => {
    const { site, breaker } = await makeTrippedSite();
    await site.noteBreaker(await makeNotice(site, { ...success, openedAtMs: breaker.openedAtMs - 1 }));
    expect(await readBreaker(site)).toEqual(breaker);
    await site.noteBreaker(await makeNotice(site, { ...success, openedAtMs: breaker.openedAtMs }));
    expect(await readBreaker(site)).toBeNull();
  });
});

describe.concurrent("an open breaker", () => {
  it("is over with the version that it was for, and with being enabled again", async () => {
    const { site } = await makeSite();
    await site.install(makeInstall(), BY);
    await site.noteBreaker(await makeNotice(site));
    await site.install(makeInstall("c"), BY);
    expect(await readBreaker(site)).toBeNull();
    await site.noteBreaker(await makeNotice(site));
    expect(await readBreaker(site)).not.toBeNull();
    await site.setEnabled(PLUGIN, false, BY);
    await site.noteBreaker(await makeNotice(site));
    await site.setEnabled(PLUGIN, true, BY);
    expect(await readBreaker(site)).toBeNull();
  });

  it("keeps the alarm for what waits until the plugin may be tried, and for others' as they are due", async () => {
    const { name, site, breaker } = await makeTrippedSite();
    const make = await deliveriesTo(site);
    await site.enqueue([make("d1")]);
    expect(await inSite(name, (storage) => storage.getAlarm())).toBe(breaker.retryAtMs);
    await site.resetBreaker(PLUGIN, BY);
    expect(await inSite(name, (storage) => storage.getAlarm())).not.toBe(breaker.retryAtMs);
  });

  it("leaves schedules as they are: the tick that comes later tells how many it missed", async () => {
    const { name, site } = await makeSite();
    await site.install(makeInstall("a", { schedules: [{ cron: "0 0 1 1 *" }] }), BY);
    await site.noteBreaker(await makeNotice(site));
    const dueAtMs = Date.parse("2026-01-01T00:00:00.000Z");
    const events = await inSite(name, ({ sql }) => {
      sql.exec("UPDATE schedules SET next_at = ?", dueAtMs);
      const eventsAt = (nowMs: number) => {
        enqueueDueSchedules(sql, nowMs);
        return sql.exec<{ event: string }>("SELECT event FROM deliveries").toArray();
      };
      const whileOpen = eventsAt(Date.now());
      sql.exec("UPDATE breakers SET retry_at = 1");
      return { whileOpen, afterwards: eventsAt(Date.parse("2028-06-01T00:00:00.000Z")) };
    });
    expect(events.whileOpen).toEqual([]);
    expect(events.afterwards.map(({ event }) => JSON.parse(event))).toMatchObject([{ missed: 2 }]);
  });
});
