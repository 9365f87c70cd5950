import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { deploymentOf } from "../../../services/gateway/env.ts";
import { takeLease } from "../../../services/gateway/leases.ts";
import { createSigningKey, mintGrant, openSigningKey } from "../../../services/grants/index.ts";
import { Deployment } from "../../../services/site-state/index.ts";
import { env, events, type FixturePlugin, makeSite, refusalOf, type TestSite } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";
import { OPERATOR_TOKEN, request, signIn } from "./rpc.ts";

const gate: FixturePlugin = { code: "async beforePublish() { return true; }" };

let operator: AdminSession;

beforeAll(async () => {
  await makeSite();
  operator = await signIn(OPERATOR_TOKEN);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function codeAtGate(site: TestSite): Promise<string> {
  const { allow, trace } = await site.hooks.beforePublish(events.beforePublish);
  return allow ? "allowed" : (trace.plugins[0]?.error?.code ?? "refused");
}

async function publishedKids(): Promise<string[]> {
  const response = await request("/.well-known/jwks.json");
  const { keys } = await response.json<{ keys: { kid: string }[] }>();
  return keys.map(({ kid }) => kid);
}

describe("a rotated key", () => {
  it("signs from then on, while grants of the one before go on and both are published", async () => {
    const site = await makeSite(gate);
    const { kid: previous } = await readLiveGrant(site);
    const rotated = await operator.rotateKey();
    expect(rotated).toMatchObject({ state: "current", retiredAt: null });
    expect(await operator.listKeys()).toEqual(
      expect.arrayContaining([rotated, expect.objectContaining({ kid: previous, state: "previous" })]),
    );
    expect(await codeAtGate(site)).toBe("allowed");
    expect(await publishedKids()).toEqual(expect.arrayContaining([previous, rotated.kid]));
    const newer = await makeSite(gate);
    expect((await readLiveGrant(newer)).kid).toBe(rotated.kid);
    expect(await codeAtGate(newer)).toBe("allowed");
  });

  it("is taken by an isolate whose keys are older than the grant", async () => {
    const [site, newer] = [await makeSite(gate), await makeSite({ ...gate, grant: false })];
    expect(await codeAtGate(site)).toBe("allowed");
    // Another gateway rotates: this isolate is not told, and its lease of the keys is good for a while.
    const { kid } = await deploymentOf(env).rotateKey("operator:elsewhere");
    await newer.admin.grant({ site: newer.id, plugin: "probe" });
    expect((await readLiveGrant(newer)).kid).toBe(kid);
    expect(await codeAtGate(newer)).toBe("allowed");
  });

  it("is taken for each plugin of a call, though the first has asked for it already", async () => {
    const site = await makeSite(
      { ...gate, id: "first", grant: false },
      { ...gate, id: "second", grant: false },
    );
    expect(await codeAtGate(site)).toBe("allowed");
    await deploymentOf(env).rotateKey("operator:elsewhere");
    for (const plugin of ["first", "second"]) await site.admin.grant({ site: site.id, plugin });
    const { allow, trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }]);
    expect(allow).toBe(true);
  });
});

describe("a key that stays unknown", () => {
  it("is asked for once a minute, and each key for itself", async () => {
    const site = await makeSite(gate);
    const lease = await takeLease(createExecutionContext() as never, env, site.id);
    const questions = vi.spyOn(Deployment.prototype, "lease");
    const newest = await lease.refetchKeys("unknown-one");
    expect(await lease.refetchKeys("unknown-one")).toBe(newest);
    expect(questions).toHaveBeenCalledTimes(1);
    await lease.refetchKeys("unknown-two");
    expect(questions).toHaveBeenCalledTimes(2);
  });

  it("costs no question a call", async () => {
    const site = await makeSite(gate);
    const { claims } = await readLiveGrant(site);
    const stranger = await openSigningKey(await createSigningKey(env.EMGATE_KEY), env.EMGATE_KEY);
    await site.writeState("UPDATE grants SET token = ? WHERE live = 1", await mintGrant(claims, stranger));
    const questions = vi.spyOn(Deployment.prototype, "lease");
    const codes = [];
    for (let call = 0; call < 40; call += 1) codes.push(await codeAtGate(site));
    expect(new Set(codes)).toEqual(new Set(["GRANT_INVALID"]));
    // One for the key; the others, if any, are renewals of a lease that comes to its end.
    expect(questions.mock.calls.length).toBeGreaterThan(0);
    expect(questions.mock.calls.length).toBeLessThan(20);
  });
});

describe("a retired key", () => {
  it("ends every grant that it signed: gates refuse, until a new grant is signed", async () => {
    const { kid } = await operator.rotateKey();
    const site = await makeSite(gate);
    expect((await readLiveGrant(site)).kid).toBe(kid);
    expect(await refusalOf(() => operator.retireKey({ kid }))).toMatchObject({ code: "CONFLICT" });
    expect(await codeAtGate(site)).toBe("allowed");
    await operator.rotateKey();
    const at = { site: site.id, plugin: "probe" };
    const [before] = await site.admin.listGrants({ site: site.id });
    const retired = await operator.retireKey({ kid, reason: "it is tested" });
    expect(retired).toMatchObject({
      kid,
      state: "retired",
      retiredAt: expect.any(String),
      drainedMs: expect.toSatisfy((ms: number) => ms > 0),
    });
    expect(await codeAtGate(site)).toBe("GRANT_INVALID");
    expect(await publishedKids()).not.toContain(kid);
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "invalid" }]);
    const unread = { ...before, scope: "", authorization: [], grantedBy: "" };
    expect(await site.admin.listGrants({ site: site.id })).toEqual([{ ...unread, status: "invalid" }]);
    expect(await refusalOf(() => site.admin.renew(at))).toMatchObject({ code: "GRANT_INVALID" });
    expect(await operator.retireKey({ kid })).toMatchObject({ retiredAt: retired.retiredAt });
    await site.admin.grant(at);
    expect(await codeAtGate(site)).toBe("allowed");
    expect(await site.admin.listGrants({ site: site.id })).toMatchObject([
      { status: "live", continues: before?.jti },
      { ...unread, status: "revoked" },
    ]);
  }, 15_000);
});
