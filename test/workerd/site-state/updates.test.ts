import { describe, expect, it } from "vitest";
import {
  BY,
  failureOf,
  forNextRelease,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeSite,
  nextRelease,
  readAuditOf,
  readSnapshotOf,
  type Site,
} from "./fixture.ts";

const conflict = { code: "CONFLICT" };
const nextGrant = makeGrant("jti-2", { ...forNextRelease, previous: "jti-1" });

async function readPluginOf(site: Site) {
  const [plugin] = (await readSnapshotOf(site)).plugins;
  return plugin;
}

async function makeHoldingSite() {
  const made = await makeGrantedSite();
  await made.site.install(nextRelease, BY);
  return made;
}

const readCrons = (name: string) =>
  inSite(name, ({ sql }) =>
    sql
      .exec("SELECT cron FROM schedules")
      .toArray()
      .map(({ cron }) => cron),
  );

describe.concurrent("SiteState, an update of a granted plugin", { timeout: 30_000 }, () => {
  it("is held: the old version with the old grant serves on, and nobody waits", async () => {
    const { site } = await makeGrantedSite();
    const before = await site.lease(null);
    const answer = await site.install(nextRelease, BY);
    expect(answer).toEqual({ status: "held", epoch: before.rev + 1, drainedMs: 0 });
    const { version, code, manifestDigest, manifest } = nextRelease;
    const plugin = await readPluginOf(site);
    expect(plugin).toMatchObject({ version: "1.0.0", code: "a".repeat(64), grant: { jti: "jti-1" } });
    expect(plugin?.update).toEqual({
      version,
      code,
      manifestDigest,
      manifest,
      heldAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it("of the newest request counts, and asked for again changes nothing", async () => {
    const { site } = await makeHoldingSite();
    const newest = makeInstall("d", { version: "1.2.0" });
    expect(await site.install(newest, BY)).toMatchObject({ status: "held" });
    const before = await site.lease(null);
    expect(await site.install(newest, BY)).toEqual({ status: "held", epoch: before.rev, drainedMs: 0 });
    expect(await site.lease(null)).toEqual(before);
    expect((await readPluginOf(site))?.update?.version).toBe("1.2.0");
    const older = site.putGrant(nextGrant);
    expect(await failureOf(older)).toMatchObject(conflict);
  });

  it("is dropped by going back to the version that runs, which keeps its grant", async () => {
    const { site } = await makeHoldingSite();
    expect(await site.install(makeInstall(), BY)).toMatchObject({ status: "unchanged", drainedMs: 0 });
    expect(await readPluginOf(site)).toMatchObject({ update: null, grant: { jti: "jti-1" } });
    expect(await failureOf(site.putGrant(nextGrant))).toMatchObject(conflict);
  });

  it("goes live with a grant for it, in the place, under the install id and with the settings of the old", async () => {
    const { site } = await makeHoldingSite();
    await site.setSettings("seo-check", { depth: 3 }, BY);
    const before = await readPluginOf(site);
    await site.putGrant(nextGrant);
    const { version, code, manifestDigest, manifest } = nextRelease;
    const grant = {
      jti: "jti-2",
      token: "token-of-jti-2",
      issuedAtSeconds: 0,
      expiresAtSeconds: 0,
      renews: null,
    };
    const after = { ...before, version, code, manifestDigest, manifest, grant, update: null };
    expect(await readPluginOf(site)).toEqual(after);
    expect(await site.grants()).toMatchObject([
      { jti: "jti-2", live: true },
      { jti: "jti-1", live: false },
    ]);
  });

  it("stays held through a new grant of the version that runs", async () => {
    const { site } = await makeHoldingSite();
    await site.putGrant(makeGrant("jti-2", { previous: "jti-1", action: "renew" }));
    expect(await readPluginOf(site)).toMatchObject({
      version: "1.0.0",
      grant: { jti: "jti-2" },
      update: { version: "1.1.0" },
    });
  });

  it("stays held through a revoke, and goes live with a first grant of its own", async () => {
    const { site } = await makeHoldingSite();
    await site.revoke("seo-check", BY);
    expect(await readPluginOf(site)).toMatchObject({ version: "1.0.0", grant: null, update: {} });
    await site.putGrant({ ...nextGrant, previous: null });
    expect(await readPluginOf(site)).toMatchObject({ version: "1.1.0", update: null });
  });

  it("is forgotten when another version is installed after a revoke", async () => {
    const { site } = await makeHoldingSite();
    await site.revoke("seo-check", BY);
    const other = makeInstall("d", { version: "1.2.0" });
    expect(await site.install(other, BY)).toMatchObject({ status: "installed" });
    expect(await readPluginOf(site)).toMatchObject({ version: "1.2.0", update: null });
  });

  it("never enables what is disabled, held or live", async () => {
    const { site } = await makeGrantedSite();
    await site.setEnabled("seo-check", false, BY);
    await site.install(nextRelease, BY);
    expect(await readPluginOf(site)).toMatchObject({ enabled: false, update: {} });
    await site.putGrant(nextGrant);
    expect(await readPluginOf(site)).toMatchObject({ enabled: false, version: "1.1.0" });
    await site.revoke("seo-check", BY);
    await site.install(makeInstall(), BY);
    expect(await readPluginOf(site)).toMatchObject({ enabled: false, version: "1.0.0" });
  });

  it("brings its schedules when it goes live, not when it is held", async () => {
    const { name, site } = await makeSite();
    await site.install(makeInstall("a", { schedules: [{ cron: "0 1 * * *" }] }), BY);
    await site.putGrant(makeGrant("jti-1"));
    const schedules = [{ cron: "0 2 * * *" }];
    await site.install(makeInstall("c", { version: "1.1.0", schedules }), BY);
    expect(await readCrons(name)).toEqual(["0 1 * * *"]);
    await site.putGrant(nextGrant);
    expect(await readCrons(name)).toEqual(["0 2 * * *"]);
  });

  it("with a schedule that cannot be is refused before it is held", async () => {
    const { site } = await makeGrantedSite();
    const next = makeInstall("c", { version: "1.1.0", schedules: [{ cron: "* * * * * *" }] });
    expect(await failureOf(site.install(next, BY))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect((await readPluginOf(site))?.update).toBeNull();
  });

  it("of two consents, one to the old version and one to the new, takes one", async () => {
    const { site } = await makeHoldingSite();
    const both = await Promise.allSettled([
      site.putGrant(makeGrant("jti-3", { previous: "jti-1", action: "renew" })),
      site.putGrant(nextGrant),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await site.grants()).filter(({ live }) => live)).toHaveLength(1);
  });

  it("that meets a revoke does not go live on the consent to what was revoked", async () => {
    const { site } = await makeHoldingSite();
    const revoked = site.revoke("seo-check", BY);
    expect(await failureOf(site.putGrant(nextGrant))).toMatchObject(conflict);
    expect(await revoked).toMatchObject({ jti: "jti-1" });
    expect(await readPluginOf(site)).toMatchObject({ version: "1.0.0", grant: null });
  });

  it("that goes live before a revoke is what the revoke ends", async () => {
    const { site } = await makeHoldingSite();
    const granted = site.putGrant(nextGrant);
    expect(await site.revoke("seo-check", BY)).toMatchObject({ jti: "jti-2" });
    await granted;
    expect(await readPluginOf(site)).toMatchObject({ version: "1.1.0", grant: null });
  });

  it("tells the audit log each step", async () => {
    const { site } = await makeHoldingSite();
    await site.install(makeInstall(), BY);
    await site.install(nextRelease, "admin:a2");
    await site.putGrant({ ...nextGrant, reason: "it fixes a bug", detail: { added: [] } });
    const steps = (await readAuditOf(site)).slice(1);
    expect(steps).toMatchObject([
      { kind: "change", action: "install", detail: { version: "1.0.0" } },
      { kind: "consent", action: "grant", jti: "jti-1", detail: { previous: null } },
      { kind: "change", action: "hold", actor: BY, detail: { from: "1.0.0", to: "1.1.0" } },
      { kind: "change", action: "keep" },
      { kind: "change", action: "hold", actor: "admin:a2" },
      { kind: "consent", action: "update", jti: "jti-2", reason: "it fixes a bug" },
    ]);
    expect(steps.at(-1)?.detail).toEqual({ from: "1.0.0", to: "1.1.0", added: [], previous: "jti-1" });
  });
});
