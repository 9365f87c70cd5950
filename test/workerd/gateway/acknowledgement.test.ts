import { beforeAll, describe, expect, it, vi } from "vitest";
import type { GrantClaims } from "../../../contracts/grant.ts";
import type { RunReport } from "../../../contracts/outcome.ts";
import { deploymentOf } from "../../../services/gateway/env.ts";
import { env, events, type FixturePlugin, makeSite, refusalOf, type TestSite } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";

const event = events.beforePublish;
const by = "admin:elsewhere";
const plugin = "probe";

/** Writes its turn on and on, whatever it is told, until it was refused for so long. */
const PERSISTENCE_MS = 1_500;
const looping = (mark: string): FixturePlugin => ({
  code: `async beforePublish({ context, api }) {
    let refusedAtMs = context.deadline;
    for (let turn = 0; Date.now() < Math.min(refusedAtMs + ${PERSISTENCE_MS}, context.deadline - 500); turn += 1) {
      try {
        await api.kv.put("turn", "${mark} " + turn);
      } catch {
        refusedAtMs = Math.min(refusedAtMs, Date.now());
      }
      await scheduler.wait(50);
    }
    return true;
  }`,
  scopes: ["hook:beforePublish", "write:kv"],
  manifest: { limits: { timeoutMs: 10_000 } },
});

/** Puts a grant as another gateway would: this isolate is not told and holds the lease from before. */
async function putElsewhere(site: TestSite, changes: Partial<GrantClaims>) {
  const { claims } = await readLiveGrant(site);
  const changed = { ...claims, ...changes, jti: crypto.randomUUID(), prv: claims.jti };
  await site.state.putGrant({
    plugin,
    jti: changed.jti,
    token: await deploymentOf(env).signGrant(changed),
    code: changed.bnd.code,
    manifestDigest: changed.bnd.manifest,
    previous: claims.jti,
    issuedAtSeconds: changed.iat,
    expiresAtSeconds: changed.exp,
    by,
    action: "narrow",
  });
}

async function readInstall(site: TestSite) {
  const answer = await site.state.lease(null);
  const install = "snapshot" in answer ? answer.snapshot.plugins[0] : undefined;
  if (install === undefined) throw new Error("the fixture has no plugin");
  return install;
}

/** Each is made past this isolate's sessions, so that nothing but the wait for its leases makes it exact. */
const changes: Record<string, (site: TestSite) => Promise<unknown>> = {
  "is disabled": (site) => site.state.setEnabled(plugin, false, by),
  "is uninstalled": (site) => site.state.uninstall(plugin, by),
  "has its grant revoked": (site) => site.state.revoke(plugin, by),
  "has a scope taken back": async (site) => {
    const { claims } = await readLiveGrant(site);
    const left = claims.authorization_details.filter(({ scope }) => scope !== "write:kv");
    await putElsewhere(site, { scope: "hook:beforePublish", authorization_details: left });
  },
  "is updated by consent": async (site) => {
    const version = await site.register(looping("next"));
    await site.admin.install({ site: site.id, plugin, version });
    const { update } = await readInstall(site);
    const { code = "", manifestDigest: manifest = "" } = update ?? {};
    await putElsewhere(site, { bnd: { ver: version, code, manifest } });
  },
  "has its key retired": async (site) => {
    const { kid } = await readLiveGrant(site);
    await deploymentOf(env).rotateKey(by);
    await deploymentOf(env).retireKey(kid, by);
  },
  "has its version yanked": async (site) => {
    const { version, code } = await readInstall(site);
    await deploymentOf(env).yank({ plugin, version, code, reason: "it is tested" }, by);
  },
};

interface Ending {
  readonly acknowledged: string | null | undefined;
  readonly later: string | null | undefined;
  readonly report: RunReport;
}

describe("a plugin in the middle of its calls", () => {
  const endings = new Map<string, Ending>();

  beforeAll(async () => {
    const sites = new Map<string, TestSite>();
    for (const what of Object.keys(changes)) {
      // A key of its own for the one that is retired.
      if (what === "has its key retired") await deploymentOf(env).rotateKey(by);
      sites.set(what, await makeSite(looping(`«${what}»`)));
      if (what === "has its key retired") await deploymentOf(env).rotateKey(by);
    }
    await Promise.all(
      [...sites].map(async ([what, site]) => {
        const running = site.run(plugin, "beforePublish", event);
        await vi.waitFor(async () => expect((await site.readKv()).turn).toMatch(/[5-9]$/), {
          timeout: 5_000,
        });
        await changes[what]?.(site);
        const acknowledged = (await site.readKv()).turn;
        const report = await running;
        endings.set(what, { acknowledged, later: (await site.readKv()).turn, report });
      }),
    );
  }, 40_000);

  it.each(Object.keys(changes))("has none admitted once it %s", (what) => {
    const { acknowledged, later, report } = endings.get(what) ?? {};
    const admitted = report?.calls.filter(({ outcome }) => outcome === "ok").length ?? 0;
    // It was admitted before, went on asking, and what it had written by the acknowledgement is all it wrote.
    expect(admitted).toBeGreaterThan(3);
    expect(report?.calls.slice(admitted).map(({ outcome }) => outcome)).toContain("error");
    expect(report).toMatchObject({ outcome: "denied", error: { code: "GRANT_REVOKED" } });
    expect(acknowledged).toBe(`«${what}» ${admitted - 1}`);
    expect(later).toBe(acknowledged);
  });
});

describe.concurrent("a change through a session", () => {
  const keeping: FixturePlugin = {
    code: `async beforePublish({ api }) {
      const before = await api.kv.get("k");
      await api.kv.put("k", "v");
      return say(before);
    }`,
    scopes: ["hook:beforePublish", "read:kv", "write:kv"],
  };

  it("disables a plugin until it is enabled, with its grant and its keys", async () => {
    const site = await makeSite(keeping);
    const at = { site: site.id, plugin };
    expect(await site.ask()).toBeNull();
    expect(await site.admin.disable({ ...at, reason: "too loud" })).toMatchObject({
      plugin,
      changed: true,
      drainedMs: expect.toSatisfy((ms: number) => ms > 0),
    });
    expect(await site.run(plugin, "beforePublish", event)).toMatchObject({
      outcome: "denied",
      error: { code: "PERMISSION_DENIED", message: "probe is disabled" },
    });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "disabled" }]);
    expect(await site.admin.enable(at)).toMatchObject({ changed: true });
    expect(await site.admin.enable(at)).toMatchObject({ changed: false });
    expect(await site.ask()).toBe("v");
  });

  it("uninstalls a plugin: installed again it has no grant and none of its keys", async () => {
    const site = await makeSite(keeping);
    const at = { site: site.id, plugin };
    expect(await site.ask()).toBeNull();
    expect(await site.admin.uninstall(at)).toMatchObject({ changed: true });
    for (const call of [
      () => site.run(plugin, "beforePublish", event),
      () => site.admin.disable(at),
      () => site.admin.grant(at),
    ]) {
      expect(await refusalOf(call)).toMatchObject({ code: "NOT_FOUND" });
    }
    await site.add({ ...keeping, grant: false });
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "needs-consent" }]);
    await site.admin.grant(at);
    expect(await site.ask()).toBeNull();
  });

  it("takes back single scopes: the rest goes on under a narrower grant", async () => {
    const site = await makeSite(keeping);
    const at = { site: site.id, plugin };
    const { claims } = await readLiveGrant(site);
    const revocation = await site.admin.revoke({ ...at, scopes: ["read:kv"], reason: "not needed" });
    expect(revocation).toMatchObject({
      jti: claims.jti,
      replacedBy: expect.any(String),
      drainedMs: expect.toSatisfy((ms: number) => ms > 0),
    });
    const narrower = await readLiveGrant(site);
    expect(narrower.claims).toMatchObject({
      jti: revocation.replacedBy,
      prv: claims.jti,
      scope: "hook:beforePublish write:kv",
      exp: claims.exp,
      cns: claims.cns,
    });
    expect(await site.run(plugin, "beforePublish", event)).toMatchObject({
      outcome: "denied",
      error: { message: "probe called what needs the scope read:kv" },
    });
    const again = await refusalOf(() => site.admin.revoke({ ...at, scopes: ["read:kv"] }));
    expect(again).toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("read:kv") });
    const rest = await site.admin.revoke({ ...at, scopes: ["hook:beforePublish", "write:kv"] });
    expect(rest).toMatchObject({ jti: revocation.replacedBy, replacedBy: null });
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "needs-consent" }]);
  }, 15_000);

  it("yanks a version: its gate refuses on every site, and the next version runs", async () => {
    const code = `async beforePublish() { return say("yanked ${crypto.randomUUID()}"); }`;
    const site = await makeSite({ code });
    const [{ version = "" } = {}] = await site.admin.listPlugins({ site: site.id });
    const yank = { plugin, version, reason: "it is tested" };
    expect(await site.admin.yank(yank)).toMatchObject({
      plugin,
      version,
      code: expect.stringMatching(/^\w{64}$/),
    });
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome).toMatchObject({ allow: false, refusedBy: [plugin] });
    expect(outcome.trace.plugins).toMatchObject([{ outcome: "denied", error: { code: "GRANT_REVOKED" } }]);
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "yanked" }]);
    await site.add({ code: 'async beforePublish() { return say("mended"); }' });
    expect(await site.ask()).toBe("mended");
  }, 15_000);
});
