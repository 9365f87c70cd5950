import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { daysLeftToWarn, warningDaysOf } from "../../../contracts/expiry.ts";
import { nextExpiryAtMs, noteDueExpiries } from "../../../services/site-state/expiries.ts";
import {
  BY,
  env,
  forNextRelease,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeSite,
  nextRelease,
  type Site,
} from "./fixture.ts";

const DAY_SECONDS = 86_400;
const ISSUED = 1_800_000_000;
const atMs = (days: number) => (ISSUED + days * DAY_SECONDS) * 1000;

/** A site whose grant was issued now-ish and ends so many seconds later. */
async function makeExpiringSite(issuedAtSeconds: number, lifetimeSeconds: number) {
  const made = await makeSite();
  await made.site.install(makeInstall(), BY);
  const expiresAtSeconds = issuedAtSeconds + lifetimeSeconds;
  await made.site.putGrant(makeGrant("jti-1", { issuedAtSeconds, expiresAtSeconds }));
  return made;
}

async function readExpiries(site: Site) {
  const { entries } = await site.audit({ kind: "expiry", limit: 100 });
  return entries.map(({ action, detail, jti, actor, plugin }) => ({ action, detail, jti, actor, plugin }));
}

describe("warningDaysOf and daysLeftToWarn", () => {
  it.each([
    [90, [14, 7, 1]],
    [14, [7, 1]],
    [14.01, [14, 7, 1]],
    [1, []],
    [1.01, [1]],
  ])("of a grant for %d days are %j", (days, expected) => {
    expect(warningDaysOf(ISSUED, ISSUED + days * DAY_SECONDS)).toEqual(expected);
  });

  it.each([
    ["before the first warning", 30, 15.99, null],
    ["a moment before the first warning", 30, 30 - 14 - 0.0001, null],
    ["at the first warning", 30, 16, 14],
    ["between warnings", 30, 17.5, 12],
    ["on the last day", 30, 29.5, 0],
    ["at the end", 30, 30, 0],
    ["after the end", 30, 300, 0],
    ["before the first warning of a short grant", 5, 3, null],
    ["within a short grant's last day", 5, 4.5, 0],
    ["of a grant too short for any", 0.5, 0.4, null],
    ["after the end of a grant too short for any", 0.5, 0.6, 0],
  ])("%s: a grant for %d days, after %d", (_when, lifetime, day, expected) => {
    expect(daysLeftToWarn(ISSUED, ISSUED + lifetime * DAY_SECONDS, atMs(day))).toBe(expected);
  });

  it("knows nothing of a grant without times", () => {
    expect(daysLeftToWarn(0, 0, atMs(0))).toBeNull();
  });
});

describe.concurrent("expiries", { timeout: 30_000 }, () => {
  it("are noted once at each threshold and once at the end", async () => {
    const { name, site } = await makeExpiringSite(ISSUED, 30 * DAY_SECONDS);
    const about = { jti: "jti-1", actor: "system", plugin: "seo-check" };
    const due: (number | null)[] = [];
    await inSite(name, ({ sql }) => {
      for (const day of [10, 16, 16.5, 22, 23, 28.9, 29, 29.9, 30, 31]) {
        due.push(nextExpiryAtMs(sql));
        noteDueExpiries(sql, atMs(day));
        noteDueExpiries(sql, atMs(day) + 1);
      }
      due.push(nextExpiryAtMs(sql));
    });
    const days = [16, 16, 23, 23, 23, 29, 29, 30, 30];
    expect(due).toEqual([...days.map(atMs), null, null]);
    expect(await readExpiries(site)).toEqual([
      { ...about, action: "warn", detail: { days: 14 } },
      { ...about, action: "warn", detail: { days: 7 } },
      { ...about, action: "warn", detail: { days: 1 } },
      { ...about, action: "expired", detail: null },
    ]);
  });

  it("after a sleep through several are noted as what is true by then", async () => {
    const { name, site } = await makeExpiringSite(ISSUED, 30 * DAY_SECONDS);
    await inSite(name, ({ sql }) => {
      noteDueExpiries(sql, atMs(29.5));
      noteDueExpiries(sql, atMs(40));
    });
    expect(await readExpiries(site)).toMatchObject([
      { action: "warn", detail: { days: 1 } },
      { action: "expired", detail: null },
    ]);
  });

  it("of an ended grant are not noted, whatever ended it", async () => {
    const lifetime = 30 * DAY_SECONDS;
    const sites = await Promise.all([1, 2, 3].map(() => makeExpiringSite(ISSUED, lifetime)));
    const [revoked, replaced, uninstalled] = sites;
    await Promise.all([
      revoked?.site.revoke("seo-check", BY),
      replaced?.site.putGrant(makeGrant("jti-2", { previous: "jti-1" })),
      uninstalled?.site.uninstall("seo-check", BY),
    ]);
    for (const { name, site } of sites) {
      await inSite(name, ({ sql }) => {
        expect(nextExpiryAtMs(sql)).toBeNull();
        noteDueExpiries(sql, atMs(40));
      });
      expect(await readExpiries(site)).toEqual([]);
    }
  });

  it("ring the object's alarm, which is set with the grant, before anything is waited for", async () => {
    const { name, site } = await makeGrantedSite();
    const nowSeconds = Math.floor(Date.now() / 1000);
    await site.install(nextRelease, BY);
    const times = { issuedAtSeconds: nowSeconds, expiresAtSeconds: nowSeconds + 30 * DAY_SECONDS };
    const granted = site.putGrant(makeGrant("jti-2", { ...forNextRelease, ...times, previous: "jti-1" }));
    const dueMs = (nowSeconds + 16 * DAY_SECONDS) * 1000;
    await vi.waitFor(async () => expect(await inSite(name, (storage) => storage.getAlarm())).toBe(dueMs));
    await granted;
  });

  it("are written by the alarm, also after a restart, and at the end the alarm has no more to do", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const { name, site } = await makeExpiringSite(nowSeconds - 5 * DAY_SECONDS, 5.5 * DAY_SECONDS);
    await vi.waitFor(async () => expect(await readExpiries(site)).toHaveLength(1), 5_000);
    expect(await inSite(name, (storage) => storage.getAlarm())).toBe((nowSeconds + DAY_SECONDS / 2) * 1000);
    await inSite(name, ({ sql }) => {
      sql.exec("UPDATE grants SET expires_at_seconds = ?", nowSeconds);
    });
    await evictDurableObject(env.SITE_STATE.getByName(name));
    expect(await runDurableObjectAlarm(env.SITE_STATE.getByName(name))).toBe(true);
    expect(await readExpiries(site)).toMatchObject([
      { action: "warn", detail: { days: 1 } },
      { action: "expired", detail: null },
    ]);
    expect(await runDurableObjectAlarm(env.SITE_STATE.getByName(name))).toBe(false);
  });
});
