// Every change after which something may no longer act is acknowledged when nothing older can, whoever asks again.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../../contracts/limits.ts";
import { siteStateOf } from "../../../services/gateway/env.ts";
import { Deployment, SiteState } from "../../../services/site-state/index.ts";
import {
  BY,
  env,
  failureOf,
  forNextRelease,
  inDeployment,
  inSite,
  makeDeployment,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeName,
  nextRelease,
  type Site,
} from "./fixture.ts";

const TIMEOUT_MS = 30_000;
const WAIT_MS = LEASE_TTL_MS + LEASE_MARGIN_MS;

interface Asked {
  lease(known: number | null): Promise<unknown>;
}

/** When a lease of the state before was asked for: the earliest moment that its span can count from. */
async function leaseNow(owner: Asked): Promise<number> {
  const askedAtMs = Date.now();
  await owner.lease(null);
  return askedAtMs;
}

/** What has to wait, on a site with one granted plugin that has an update held. */
const changes: readonly (readonly [string, (site: Site) => Promise<unknown>])[] = [
  ["a disable", (site) => site.setEnabled("seo-check", false, BY)],
  ["an uninstall", (site) => site.uninstall("seo-check", BY)],
  ["a revoke", (site) => site.revoke("seo-check", BY)],
  ["a policy", (site) => site.setPolicy({ gate: "allow" }, BY)],
  ["an order", (site) => site.setOrder(["another-one"], BY)],
  ["settings", (site) => site.setSettings("seo-check", { depth: 3 }, BY)],
  ["a narrower grant", (site) => site.putGrant(makeGrant("jti-2", { previous: "jti-1", action: "narrow" }))],
  ["an update", (site) => site.putGrant(makeGrant("jti-2", { ...forNextRelease, previous: "jti-1" }))],
];

/** Those that another call may have made already; what they answer then waits as long. */
const repeatable = changes.slice(0, 6);

async function makeFullSite() {
  const made = await makeGrantedSite();
  await made.site.install(nextRelease, BY);
  await made.site.install(makeInstall("e", { id: "another-one" }), BY);
  return made;
}

async function crash(name: string): Promise<void> {
  await failureOf(inSite(name, (_storage, state) => state.abort("a crash")));
}

describe.concurrent("SiteState, what waits", { timeout: TIMEOUT_MS }, () => {
  it.for(changes)("%s, until leases of the state before are over", async ([, change]) => {
    const { site } = await makeFullSite();
    await scheduler.wait(300);
    const leasedAtMs = await leaseNow(site);
    await change(site);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it.for(changes)("%s, for leases of a former life too", async ([, change]) => {
    const { name, site } = await makeFullSite();
    const leasedAtMs = await leaseNow(site);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    await change(site);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it.for(repeatable)("%s, for who comes second", async ([, change]) => {
    const { site } = await makeFullSite();
    const leasedAtMs = await leaseNow(site);
    const first = change(site);
    await change(site).catch(() => undefined);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await first;
  });

  it.for(repeatable)("%s, for who asks again after a crash in the middle of the wait", async ([, change]) => {
    const { name, site } = await makeFullSite();
    const leasedAtMs = await leaseNow(site);
    const lost = failureOf(change(site));
    await site.grants();
    await crash(name);
    expect(await lost).toMatchObject({ message: "a crash" });
    await change(siteStateOf(env, name)).catch(() => undefined);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it("a revoke of what was disabled just before, for the leases of before both", async () => {
    const { site } = await makeFullSite();
    const leasedAtMs = await leaseNow(site);
    const disabled = site.setEnabled("seo-check", false, BY);
    await site.revoke("seo-check", BY);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    await disabled;
  });

  it("not for a change that takes nothing away: installing, holding, going back, enabling, renewing", async () => {
    const { site } = await makeGrantedSite();
    await site.setEnabled("seo-check", false, BY);
    await leaseNow(site);
    expect(await site.setEnabled("seo-check", true, BY)).toMatchObject({ drainedMs: 0 });
    expect(await site.install(nextRelease, BY)).toMatchObject({ drainedMs: 0 });
    expect(await site.install(makeInstall(), BY)).toMatchObject({ drainedMs: 0 });
    expect(await site.install(makeInstall("e", { id: "another-one" }), BY)).toMatchObject({ drainedMs: 0 });
    const renewal = makeGrant("jti-2", { previous: "jti-1", action: "renew" });
    expect(await site.putGrant(renewal)).toMatchObject({ drainedMs: 0 });
  });
});

describe.concurrent("SiteState, spans of another length", { timeout: TIMEOUT_MS }, () => {
  it("that a former life handed out are waited for, though this one's are shorter", async () => {
    const { name, site } = await makeGrantedSite();
    const formerMs = LEASE_TTL_MS + 1_500;
    await inSite(name, ({ kv }) => kv.put("leaseMs", formerMs));
    const leasedAtMs = await leaseNow(site);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    await site.revoke("seo-check", BY);
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + formerMs + LEASE_MARGIN_MS);
  });

  it("are handed out as EMGATE_LEASE_MS says, by sites and deployments alike", async () => {
    const { name } = await makeGrantedSite();
    const setting = { ...env, EMGATE_LEASE_MS: "700" };
    await inSite(name, (_storage, state) => {
      expect(new SiteState(state, setting).lease(null)).toMatchObject({ ttlMs: 700 });
      const broken = new SiteState(state, { EMGATE_LEASE_MS: "soon" });
      expect(() => broken.lease(null)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    });
    await runInDurableObject(env.DEPLOYMENT.getByName(makeName("deployment")), async (_object, state) => {
      expect(await new Deployment(state, setting).lease(null)).toMatchObject({ ttlMs: 700 });
      expect(new Deployment(state, setting).leaseToken("nobody", null)).toMatchObject({ ttlMs: 700 });
    });
  });
});

describe.concurrent("Deployment, what waits", { timeout: TIMEOUT_MS }, () => {
  const yank = { plugin: "seo-check", version: "1.0.0", code: "a".repeat(64), reason: "it steals" };

  async function makeChanges() {
    const { name, deployment } = makeDeployment();
    await deployment.lease(null);
    const [first] = await deployment.listKeys();
    await deployment.rotateKey(BY);
    const token = { role: "core", site: "demo", label: "", lifetimeMs: null, singleUse: false } as const;
    const { id } = await deployment.createToken(token, BY);
    const kid = first?.kid ?? "";
    const acts = {
      "a retirement": () => deployment.retireKey(kid, BY),
      "a yank": () => deployment.yank(yank, BY),
      "a token's end": () => deployment.revokeToken(id, null, BY),
    };
    return { name, deployment, id, acts };
  }

  const names = ["a retirement", "a yank", "a token's end"] as const;

  it.for(names)("%s, until leases of the state before are over, for who comes second too", async (name) => {
    const { deployment, id, acts } = await makeChanges();
    await scheduler.wait(300);
    const leasedAtMs = await leaseNow({ lease: () => deployment.leaseToken(id, null) });
    await deployment.lease(null);
    const both = [acts[name](), acts[name]()].map(async (answer) => {
      const { drainedMs } = await answer;
      return { drainedMs, answeredAtMs: Date.now() };
    });
    for (const { drainedMs, answeredAtMs } of await Promise.all(both)) {
      expect(drainedMs).toBeGreaterThan(0);
      expect(answeredAtMs).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
    }
  });

  it.for(names)("%s, for leases of a former life too", async (name) => {
    const made = await makeChanges();
    const leasedAtMs = await leaseNow({ lease: () => made.deployment.leaseToken(made.id, null) });
    await evictDurableObject(env.DEPLOYMENT.getByName(made.name));
    await made.acts[name]();
    expect(Date.now()).toBeGreaterThanOrEqual(leasedAtMs + WAIT_MS);
  });

  it("a retirement that is repeated long after answers at once", async () => {
    const { name, deployment, acts } = await makeChanges();
    await acts["a retirement"]();
    await scheduler.wait(WAIT_MS);
    await deployment.lease(null);
    expect(await acts["a retirement"]()).toMatchObject({ state: "retired", drainedMs: 0 });
    expect(await inDeployment(name, ({ kv }) => kv.get("leaseMs"))).toBeUndefined();
  });
});
