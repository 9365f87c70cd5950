// A revoke alone, beside what drains.test.ts says of every change that waits: what it tells, when it takes
// effect, and that no holder has the grant once it is acknowledged.
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../../contracts/limits.ts";
import type { SiteSnapshot } from "../../../contracts/site.ts";
import { siteStateOf } from "../../../services/gateway/env.ts";
import { LeaseCache } from "../../../services/site-state/index.ts";
import {
  BY,
  env,
  failureOf,
  inSite,
  makeGrant,
  makeGrantedSite,
  readSnapshotOf,
  type Site,
} from "./fixture.ts";

const TIMEOUT_MS = 30_000;
/** From the last lease on, no holder may act after this, and no change is acknowledged before it. */
const WAIT_MS = LEASE_TTL_MS + LEASE_MARGIN_MS;

/** When a lease of the state before was asked for: the earliest moment that its span can count from. */
async function leaseNow(site: Site): Promise<number> {
  const askedAtMs = Date.now();
  await site.lease(null);
  return askedAtMs;
}

/** Ways to a revoke that is acknowledged, whatever becomes of the object before. */
const ways: Record<string, (name: string) => Promise<unknown>> = {
  "by an object that lives on": (name) => siteStateOf(env, name).revoke("seo-check", BY),
  "by one that was restarted since the last lease": async (name) => {
    await evictDurableObject(env.SITE_STATE.getByName(name));
    return siteStateOf(env, name).revoke("seo-check", BY);
  },
  "by one that died in the wait, when it is asked again": async (name) => {
    const lost = failureOf(siteStateOf(env, name).revoke("seo-check", BY));
    await siteStateOf(env, name).grants();
    await failureOf(inSite(name, (_storage, state) => state.abort("a crash")));
    expect(await lost).toMatchObject({ message: "a crash" });
    return failureOf(siteStateOf(env, name).revoke("seo-check", BY));
  },
};

describe.concurrent("SiteState, revocation", { timeout: TIMEOUT_MS }, () => {
  it("tells when it was and how long it waited, which is over when it answers", async () => {
    const { site } = await makeGrantedSite();
    await scheduler.wait(500);
    const leasedAtMs = await leaseNow(site);
    const { jti, revokedAt, drainedMs } = await site.revoke("seo-check", BY);
    expect(jti).toBe("jti-1");
    expect(Date.parse(revokedAt) + drainedMs).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    // Two readings of the clock lie between the two, so a millisecond may be counted twice.
    expect(Date.now() + 1).toBeGreaterThanOrEqual(Date.parse(revokedAt) + drainedMs);
  });

  it("takes effect for every lease from its first moment on", async () => {
    const { site } = await makeGrantedSite();
    const revoked = site.revoke("seo-check", BY);
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toBeNull();
    await revoked;
  });

  it("does not wait when nobody has held a lease for long", async () => {
    const { site } = await makeGrantedSite();
    await leaseNow(site);
    await scheduler.wait(WAIT_MS);
    expect((await site.revoke("seo-check", BY)).drainedMs).toBeLessThan(WAIT_MS);
  });

  it("tells who comes second that there is no live grant, and that no earlier", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    const first = site.revoke("seo-check", BY);
    expect(await failureOf(site.revoke("seo-check", BY))).toMatchObject({ code: "NOT_FOUND" });
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await first;
  });

  it("holds up a narrower grant that is put while it is under way", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    const revoked = site.revoke("seo-check", BY);
    await site.putGrant(makeGrant("jti-2"));
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await revoked;
  });

  it.for(Object.entries(ways))(
    "leaves no busy holder with the grant, acknowledged %s",
    async ([, revoke]) => {
      const { name } = await makeGrantedSite();
      const holders = Array.from({ length: 20 }, () => new LeaseCache<SiteSnapshot>(Date.now));
      let stop = false;
      let seenGranted = 0;
      // An object that is restarted fails those that are asking it; they ask again, as the next call would.
      const busy = holders.map(async (holder, index) => {
        while (!stop) {
          const snapshot = await holder
            .take(
              name,
              (_key, known) => siteStateOf(env, name).lease(known),
              () => {},
            )
            .catch(() => null);
          if (snapshot?.plugins[0]?.grant) seenGranted += 1;
          await scheduler.wait(10 + index);
        }
      });
      await scheduler.wait(300);
      await revoke(name);
      const stillGranted = holders.filter((holder) => holder.peek(name)?.plugins[0]?.grant);
      stop = true;
      await Promise.all(busy);
      expect(seenGranted).toBeGreaterThan(0);
      expect(stillGranted).toHaveLength(0);
    },
  );
});
