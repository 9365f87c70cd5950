import { afterEach, describe, expect, it, vi } from "vitest";
import { findRelease } from "../../../services/registry/index.ts";
import { SiteState } from "../../../services/site-state/index.ts";
import { env, events, type FixturePlugin, makeSite, refusalOf, type TestSite } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";

const plugin = "probe";
const DAY_MS = 86_400_000;

/** A version that says which one it is, and whether it may keep something. */
function versionOf(name: string, ...scopes: NonNullable<FixturePlugin["scopes"]>): FixturePlugin {
  return {
    code: `async beforePublish({ api }) {
      const put = await api.kv.put("k", "v").then(() => "kept", (error) => error.code);
      return say("${name}: " + put);
    }`,
    scopes: ["hook:beforePublish", ...scopes],
  };
}

/** A site that runs «one», with what its admin may call. */
async function makeUpdatable(one = versionOf("one", "write:kv")) {
  const site = await makeSite(one);
  const at = { site: site.id, plugin };
  const status = async () => (await site.admin.listPlugins({ site: site.id }))[0];
  return { site, at, admin: site.admin, status, first: (await status())?.version ?? "" };
}

/** The same under the policy «auto». */
async function makeAutomatic(one?: FixturePlugin) {
  const made = await makeUpdatable(one);
  const policy = JSON.stringify({ gate: "refuse", updates: "auto" });
  await made.site.writeState("INSERT INTO meta VALUES ('policy', ?)", policy);
  return made;
}

/** Registers a version as if it had been released so long ago. */
async function release(site: TestSite, fixture: FixturePlugin, ageMs = DAY_MS + 1_000): Promise<string> {
  const version = await site.register(fixture);
  await env.DB.prepare("UPDATE versions SET created_at = ? WHERE plugin = ? AND version = ?")
    .bind(new Date(Date.now() - ageMs).toISOString(), plugin, version)
    .run();
  return version;
}

describe.concurrent("an update that asks for more", () => {
  const wider = versionOf("two", "write:kv", "read:kv");

  it("is held while the old version serves on, and goes live with the consent to what was shown", async () => {
    const { site, at, admin, status, first } = await makeUpdatable();
    const before = await readLiveGrant(site);
    const to = await release(site, wider);
    expect(await admin.update({ ...at, to })).toMatchObject({
      plugin,
      from: first,
      to,
      status: "held",
      reason: "this site asks an admin before each update",
      diff: { isWider: true, added: [{ scope: "read:kv", before: null, after: {} }], removed: [] },
    });
    expect(await status()).toMatchObject({
      version: first,
      status: "live",
      update: { version: to, isWider: true },
    });
    expect(await readLiveGrant(site)).toEqual(before);
    expect(await site.ask()).toBe("one: kept");

    const shown = await admin.describeConsent(at);
    expect(shown).toMatchObject({ version: to, from: first, difference: { added: [{ scope: "read:kv" }] } });
    expect(await admin.grant({ ...at, consent: shown.digest })).toMatchObject({
      version: to,
      continues: before.claims.jti,
      status: "live",
    });
    expect(await status()).toMatchObject({ version: to, status: "live", update: null });
    expect(await site.ask()).toBe("two: kept");
  });

  it("is not what is signed when another version was held meanwhile", async () => {
    const { site, at, admin } = await makeUpdatable();
    await admin.update({ ...at, to: await release(site, wider) });
    const { digest } = await admin.describeConsent(at);
    await admin.update({ ...at, to: await release(site, versionOf("three", "write:kv", "read:kv")) });
    const refusal = await refusalOf(() => admin.grant({ ...at, consent: digest }));
    expect(refusal).toMatchObject({ code: "CONFLICT" });
    expect(await site.ask()).toBe("one: kept");
  });

  it("is let go by updating to the version that runs", async () => {
    const { site, at, admin, status, first } = await makeUpdatable();
    await admin.update({ ...at, to: await release(site, wider) });
    expect((await status())?.update).not.toBeNull();
    expect(await admin.update({ ...at, to: first })).toMatchObject({
      from: first,
      to: first,
      status: "unchanged",
      reason: "it is the version that is installed",
    });
    expect(await status()).toMatchObject({ version: first, update: null });
    expect(await admin.describeConsent(at)).toMatchObject({ version: first, from: null });
  });

  it("changes nothing as a dry run, whatever it would come to", async () => {
    const { site, at, admin, status, first } = await makeUpdatable();
    await admin.setPolicy({ site: site.id, updates: "auto" });
    const [grant, { entries }] = [await readLiveGrant(site), await admin.audit({ site: site.id })];
    const held = await release(site, wider);
    const live = await release(site, versionOf("two", "write:kv"));
    expect(await admin.update({ ...at, to: held, dryRun: true })).toMatchObject({ to: held, status: "held" });
    expect(await admin.update({ ...at, to: live, dryRun: true })).toMatchObject({ to: live, status: "live" });
    expect(await admin.update({ ...at, to: first, dryRun: true })).toMatchObject({ status: "unchanged" });
    expect(await status()).toMatchObject({ version: first, update: null });
    expect(await readLiveGrant(site)).toEqual(grant);
    expect((await admin.audit({ site: site.id })).entries).toEqual(entries);
  });
});

describe.concurrent("an update under the policy «ask»", () => {
  it("is held though it asks for the same", async () => {
    const { site, at, admin, status } = await makeUpdatable();
    const to = await release(site, versionOf("two", "write:kv"));
    expect(await admin.update({ ...at, to })).toMatchObject({ status: "held", diff: { isWider: false } });
    expect((await status())?.update).toMatchObject({ version: to, isWider: false });
    expect(await site.ask()).toBe("one: kept");
  });
});

describe.concurrent("an update under the policy «auto»", () => {
  it.each([
    ["the same", versionOf("two", "write:kv"), "hook:beforePublish write:kv", "two: kept"],
    ["less", versionOf("two"), "hook:beforePublish", "two: PERMISSION_DENIED"],
  ])("goes live when it asks for %s and is a day old, on the consent it rests on", async (...row) => {
    const [, fixture, scope, says] = row;
    const { site, at, admin, status } = await makeAutomatic();
    const { claims: before } = await readLiveGrant(site);
    const to = await release(site, fixture);
    expect(await admin.update({ ...at, to })).toMatchObject({ to, status: "live", diff: { isWider: false } });
    expect(await status()).toMatchObject({ version: to, status: "live", update: null });
    const { claims: after } = await readLiveGrant(site);
    const { gby, cns, jti: prv } = before;
    expect(after).toMatchObject({ gby, cns, prv, scope, bnd: { ver: to } });
    expect(after.exp).toBeLessThanOrEqual(before.exp);
    expect(after.bnd.code).not.toBe(before.bnd.code);
    expect(await site.ask()).toBe(says);
  });

  it("is held when it is younger than a day, and when it asks for more", async () => {
    const { site, at, admin, status, first } = await makeAutomatic();
    const young = await release(site, versionOf("two", "write:kv"), DAY_MS - 60_000);
    expect(await admin.update({ ...at, to: young })).toMatchObject({
      status: "held",
      diff: { isWider: false },
    });
    const wider = await release(site, versionOf("three", "write:kv", "read:kv"));
    expect(await admin.update({ ...at, to: wider })).toMatchObject({
      status: "held",
      reason: "it asks for more: read:kv",
      diff: { isWider: true },
    });
    expect(await status()).toMatchObject({ version: first, update: { version: wider } });
    expect(await site.ask()).toBe("one: kept");
  });

  it("is not held by a scope that the admin left out, and does not bring it back", async () => {
    const grant = { scopes: ["hook:beforePublish"], only: true } as const;
    const { site, at, admin } = await makeAutomatic({
      ...versionOf("one", "write:kv"),
      grant: { ...grant, scopes: [...grant.scopes] },
    });
    expect(await site.ask()).toBe("one: PERMISSION_DENIED");
    const to = await release(site, versionOf("two", "write:kv"));
    expect(await admin.update({ ...at, to })).toMatchObject({ status: "live" });
    expect((await readLiveGrant(site)).claims.scope).toBe("hook:beforePublish");
    expect(await site.ask()).toBe("two: PERMISSION_DENIED");
  });

  it("is held when the grant has ended, and a dry run says so", async () => {
    const { site, at, admin, status, first } = await makeAutomatic({
      ...versionOf("one", "write:kv"),
      grant: { expiresInSeconds: 1 },
    });
    const { claims } = await readLiveGrant(site);
    await scheduler.wait(claims.exp * 1000 - Date.now() + 50);
    const to = await release(site, versionOf("two", "write:kv"));
    const held = { status: "held", reason: expect.stringContaining("the grant has ended") };
    expect(await admin.update({ ...at, to, dryRun: true })).toMatchObject(held);
    expect(await admin.update({ ...at, to })).toMatchObject(held);
    expect(await status()).toMatchObject({ version: first, status: "expired", update: { version: to } });
    await admin.renew(at);
    expect(await admin.update({ ...at, to })).toMatchObject({ status: "live" });
    expect(await site.ask()).toBe("two: kept");
  }, 15_000);

  it("takes the old version's place at once where nothing is granted, and waits for consent", async () => {
    const { site, at, admin, status } = await makeAutomatic({ ...versionOf("one"), grant: false });
    const to = await release(site, versionOf("two"));
    expect(await admin.update({ ...at, to })).toMatchObject({
      status: "held",
      reason: expect.stringContaining("nothing is granted"),
    });
    expect(await status()).toMatchObject({ version: to, status: "needs-consent", update: null });
  });

  it("does not enable a disabled plugin", async () => {
    const { site, at, admin, status } = await makeAutomatic();
    await admin.disable(at);
    const to = await release(site, versionOf("two", "write:kv"));
    expect(await admin.update({ ...at, to })).toMatchObject({ status: "live" });
    expect(await status()).toMatchObject({ version: to, enabled: false, status: "disabled" });
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins).toEqual([]);
  }, 15_000);
});

describe("an update that another one overtakes", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("puts nothing live but the version it judged, though another is held meanwhile", async () => {
    const { site, at, admin } = await makeAutomatic();
    const { claims: before } = await readLiveGrant(site);
    const to = await release(site, versionOf("two", "write:kv"));
    const young = await release(site, versionOf("three", "write:kv"), 0);
    const other = await findRelease({ db: env.DB, bundles: env.BUNDLES }, plugin, young);
    const { install } = SiteState.prototype;
    vi.spyOn(SiteState.prototype, "install").mockImplementationOnce(async function (
      this: SiteState,
      ...args
    ) {
      const answer = await install.apply(this, args);
      await install.call(this, other, "admin:elsewhere");
      return answer;
    });
    expect(await refusalOf(() => admin.update({ ...at, to }))).toMatchObject({ code: "CONFLICT" });
    expect((await readLiveGrant(site)).claims).toEqual(before);
    expect(await site.ask()).toBe("one: kept");
  });
});
