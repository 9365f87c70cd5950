import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../../contracts/limits.ts";
import type { SiteSnapshot } from "../../../contracts/site.ts";
import { siteStateOf } from "../../../services/gateway/env.ts";
import { LeaseCache } from "../../../services/site-state/index.ts";
import {
  env,
  failureOf,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
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

describe.concurrent("SiteState, revocation", { timeout: TIMEOUT_MS }, () => {
  it("is acknowledged when the last lease that names the grant is over", async () => {
    const { site } = await makeGrantedSite();
    await scheduler.wait(500);
    const leasedAtMs = await leaseNow(site);
    const { drainedMs, revokedAt } = await site.revoke("seo-check");
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(revokedAt) + drainedMs);
  });

  it("waits for the leases of a former life when the object was restarted in between", async () => {
    const { name, site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    await site.revoke("seo-check");
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it("takes effect for every lease from its first moment on", async () => {
    const { site } = await makeGrantedSite();
    const revoked = site.revoke("seo-check");
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toBeNull();
    await revoked;
  });

  it("does not wait when nobody has held a lease for long", async () => {
    const { site } = await makeGrantedSite();
    await leaseNow(site);
    await scheduler.wait(WAIT_MS);
    expect((await site.revoke("seo-check")).drainedMs).toBeLessThan(WAIT_MS);
  });

  it("is not answered earlier to one who comes second: also «no live grant» waits", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    const first = site.revoke("seo-check");
    expect(await failureOf(site.revoke("seo-check"))).toMatchObject({ code: "NOT_FOUND" });
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await first;
  });

  it("is not answered earlier to one who asks again after a restart", async () => {
    const { name, site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    const lost = failureOf(site.revoke("seo-check"));
    await site.grants();
    await failureOf(inSite(name, (_storage, state) => state.abort("a crash")));
    expect(await lost).toMatchObject({ message: "a crash" });
    expect(await failureOf(siteStateOf(env, name).revoke("seo-check"))).toMatchObject({
      code: "NOT_FOUND",
    });
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it("holds up a narrower grant that is put while it is under way", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    const revoked = site.revoke("seo-check");
    await site.putGrant(makeGrant("jti-2"));
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await revoked;
  });

  it("of a grant by another in its place is acknowledged no earlier either", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    await site.putGrant(makeGrant("jti-2", { previous: "jti-1" }));
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    expect(await site.grants()).toMatchObject([
      { jti: "jti-2", live: true },
      { jti: "jti-1", live: false },
    ]);
  });

  it("of a grant by another version is acknowledged no earlier either", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    await site.install(makeInstall("c", { version: "1.0.1" }));
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it("has the like in a change of policy: it waits as long", async () => {
    const { site } = await makeGrantedSite();
    const leasedAtMs = await leaseNow(site);
    await site.setGatePolicy("allow");
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    expect((await readSnapshotOf(site)).gatePolicy).toBe("allow");
  });

  it("leaves no holder with the grant once it is acknowledged, however busy they are", async () => {
    const { name, site } = await makeGrantedSite();
    const holders = Array.from({ length: 20 }, () => new LeaseCache<SiteSnapshot>(Date.now));
    let stop = false;
    let seenGranted = 0;
    const busy = holders.map(async (holder, index) => {
      while (!stop) {
        const snapshot = await holder.take(
          name,
          (_key, known) => site.lease(known),
          () => {},
        );
        if (snapshot.plugins[0]?.grant) seenGranted += 1;
        await scheduler.wait(10 + index);
      }
    });
    await scheduler.wait(300);
    await site.revoke("seo-check");
    const stillGranted = holders.filter((holder) => holder.peek(name)?.plugins[0]?.grant);
    stop = true;
    await Promise.all(busy);
    expect(seenGranted).toBeGreaterThan(0);
    expect(stillGranted).toHaveLength(0);
  });
});
