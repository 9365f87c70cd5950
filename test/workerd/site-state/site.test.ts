import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { siteStateOf } from "../../../services/gateway/env.ts";
import {
  BY,
  dumpStorage,
  env,
  failureOf,
  forNextRelease,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeManifest,
  makeName,
  makeSite,
  nextRelease,
  readSnapshotOf,
} from "./fixture.ts";

const notFound = { code: "NOT_FOUND" };
const conflict = { code: "CONFLICT" };

describe.concurrent("SiteState, the site", () => {
  it("is made once", async () => {
    const { name, site } = await makeSite();
    const info = { id: name, name: "Other", url: "https://other.example", locale: "de", createdAt: "2027" };
    expect(await failureOf(site.create(info, BY))).toMatchObject(conflict);
    expect((await readSnapshotOf(site)).site).toMatchObject({ id: name, name, locale: "en" });
  });

  it("begins empty, refusing a publication when a gate fails", async () => {
    const { site } = await makeSite();
    expect(await site.lease(null)).toMatchObject({
      rev: 1,
      snapshot: { plugins: [], policy: { gate: "refuse", updates: "ask", recordings: "local" } },
    });
    expect(await site.grants()).toEqual([]);
  });

  it("that was never made is NOT_FOUND, whatever is asked of it", async () => {
    const site = siteStateOf(env, makeName("never"));
    expect(await failureOf(site.lease(null))).toMatchObject(notFound);
    expect(await failureOf(site.lease(1))).toMatchObject(notFound);
    expect(await failureOf(site.read())).toMatchObject(notFound);
    expect(await failureOf(site.install(makeInstall(), BY))).toMatchObject(notFound);
    expect(await failureOf(site.putGrant(makeGrant("jti-1")))).toMatchObject(notFound);
    expect(await failureOf(site.revoke("seo-check", BY))).toMatchObject(notFound);
    expect(await failureOf(site.setEnabled("seo-check", false, BY))).toMatchObject(notFound);
    expect(await failureOf(site.uninstall("seo-check", BY))).toMatchObject(notFound);
    expect(await failureOf(site.setPolicy({ gate: "allow" }, BY))).toMatchObject(notFound);
    expect(await failureOf(site.setOrder([], BY))).toMatchObject(notFound);
    expect(await failureOf(site.setSettings("seo-check", {}, BY))).toMatchObject(notFound);
    expect(await failureOf(site.recordDenials([]))).toMatchObject(notFound);
    expect(await failureOf(site.audit({ limit: 1 }))).toMatchObject(notFound);
    expect(await failureOf(site.grants())).toMatchObject(notFound);
    expect(await failureOf(site.enqueue([]))).toMatchObject(notFound);
  });

  it("that was never made stays so when it is asked: names come from URLs", async () => {
    const name = makeName("never");
    expect(await failureOf(siteStateOf(env, name).lease(null))).toMatchObject(notFound);
    expect(await inSite(name, dumpStorage)).toBe("[]");
  });

  it("gets the tables that a later release adds when it starts", async () => {
    const { name, site } = await makeSite();
    await inSite(name, ({ sql }) => void sql.exec("DROP TABLE schedules"));
    await evictDurableObject(env.SITE_STATE.getByName(name));
    const schedules = [{ cron: "0 3 * * *" }];
    await expect(site.install(makeInstall("a", { schedules }), BY)).resolves.toMatchObject({
      status: "installed",
    });
  });
});

describe.concurrent("SiteState, installs", () => {
  it("puts each plugin behind those that are there, without a grant", async () => {
    const { site } = await makeSite();
    expect(await site.install(makeInstall(), BY)).toMatchObject({
      status: "installed",
      epoch: 2,
      drainedMs: 0,
    });
    await site.install(makeInstall("c", { id: "another-one" }), BY);
    const { plugins } = await readSnapshotOf(site);
    expect(plugins).toMatchObject([
      { plugin: "seo-check", version: "1.0.0", enabled: true, position: 1, grant: null },
      { plugin: "another-one", enabled: true, position: 2, grant: null },
    ]);
    expect(plugins[0]?.manifest).toEqual(makeManifest());
  });

  it("of the same bytes changes nothing and keeps the grant", async () => {
    const { site } = await makeGrantedSite();
    const before = await site.lease(null);
    const unchanged = { status: "unchanged", epoch: before.rev, drainedMs: 0 };
    expect(await site.install(makeInstall(), BY)).toEqual(unchanged);
    expect(await site.lease(null)).toEqual(before);
  });

  it.for([
    ["other code", nextRelease],
    ["another manifest for the same code", { ...makeInstall(), manifestDigest: "d".repeat(64) }],
  ] as const)(
    "of %s take the place of what is not granted, and keep place and install id",
    async ([, next]) => {
      const { site } = await makeSite();
      await site.install(makeInstall(), BY);
      await site.install(makeInstall("e", { id: "another-one" }), BY);
      const [before] = (await readSnapshotOf(site)).plugins;
      expect(await site.install(next, BY)).toMatchObject({ status: "installed", drainedMs: 0 });
      const [after] = (await readSnapshotOf(site)).plugins;
      const { version, code, manifestDigest, manifest } = next;
      expect(after).toEqual({ ...before, manifest, version, code, manifestDigest });
    },
  );

  it("with a schedule that cannot be is refused, and nothing of it is kept", async () => {
    const { site } = await makeSite();
    const schedules = [{ cron: "0 3 * * *" }, { cron: "* * * * * *" }];
    expect(await failureOf(site.install(makeInstall("a", { schedules }), BY))).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(await site.lease(null)).toMatchObject({ rev: 1, snapshot: { plugins: [] } });
  });
});

describe.concurrent("SiteState, grants", () => {
  it("makes a grant the plugin's live one", async () => {
    const { site } = await makeSite();
    await site.install(makeInstall(), BY);
    const times = { issuedAtSeconds: 1_800_000_000, expiresAtSeconds: 1_800_000_001 };
    expect(await site.putGrant(makeGrant("jti-1", times))).toEqual({ epoch: 3, drainedMs: 0 });
    const live = { jti: "jti-1", token: "token-of-jti-1", ...times, renews: null };
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toEqual(live);
  });

  it.for([
    ["grant", null],
    ["narrow", null],
    ["update", null],
    ["renew", "jti-1"],
  ] as const)("under the action %s says of the one before that it renews: %s", async ([action, renews]) => {
    const { site } = await makeGrantedSite();
    await site.putGrant(makeGrant("jti-2", { previous: "jti-1", action }));
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toMatchObject({ jti: "jti-2", renews });
  });

  it("that renews a renewal names that one alone", async () => {
    const { site } = await makeGrantedSite();
    await site.putGrant(makeGrant("jti-2", { previous: "jti-1", action: "renew" }));
    await site.putGrant(makeGrant("jti-3", { previous: "jti-2", action: "renew" }));
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toMatchObject({ jti: "jti-3", renews: "jti-2" });
  });

  it("keeps of each the version and the times, which outlast what can read its token", async () => {
    const { site } = await makeGrantedSite();
    await site.install(nextRelease, BY);
    const times = { issuedAtSeconds: 1_800_000_000, expiresAtSeconds: 1_800_000_001 };
    await site.putGrant(makeGrant("jti-2", { ...forNextRelease, ...times, previous: "jti-1" }));
    expect(await site.grants()).toMatchObject([
      { jti: "jti-2", version: "1.1.0", ...times },
      { jti: "jti-1", version: "1.0.0", issuedAtSeconds: 0, expiresAtSeconds: 0 },
    ]);
  });

  it("refuses a grant for what is not installed, or was installed otherwise meanwhile", async () => {
    const { site } = await makeSite();
    await site.install(makeInstall(), BY);
    expect(await failureOf(site.putGrant(makeGrant("jti-1", { plugin: "nobody" })))).toMatchObject(notFound);
    expect(await failureOf(site.putGrant(makeGrant("jti-1", { code: "c".repeat(64) })))).toMatchObject(
      conflict,
    );
    const manifestDigest = "c".repeat(64);
    expect(await failureOf(site.putGrant(makeGrant("jti-1", { manifestDigest })))).toMatchObject(conflict);
    expect(await site.grants()).toEqual([]);
  });

  it("refuses a grant that was consented to over another than the live one", async () => {
    const { site } = await makeGrantedSite();
    expect(await failureOf(site.putGrant(makeGrant("jti-2")))).toMatchObject(conflict);
    expect(await failureOf(site.putGrant(makeGrant("jti-2", { previous: "jti-0" })))).toMatchObject(conflict);
    expect((await readSnapshotOf(site)).plugins[0]?.grant?.jti).toBe("jti-1");
  });

  it("of two consents over the same grant takes one", async () => {
    const { site } = await makeGrantedSite();
    const both = await Promise.allSettled([
      site.putGrant(makeGrant("jti-2", { previous: "jti-1" })),
      site.putGrant(makeGrant("jti-3", { previous: "jti-1" })),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await site.grants()).filter(({ live }) => live)).toHaveLength(1);
  });

  it("never brings a revoked grant back, though its token still verifies", async () => {
    const { site } = await makeGrantedSite();
    await site.revoke("seo-check", BY);
    expect(await failureOf(site.putGrant(makeGrant("jti-1")))).toMatchObject(conflict);
    expect((await readSnapshotOf(site)).plugins[0]?.grant).toBeNull();
  });

  it("cannot store two live grants of one plugin, whoever writes them", async () => {
    const { name } = await makeGrantedSite();
    const insert =
      "INSERT INTO grants (jti, plugin, token, live, granted_at) VALUES ('jti-2', 'seo-check', 't', 1, '2026')";
    await inSite(name, ({ sql }) => expect(() => sql.exec(insert)).toThrow(/UNIQUE/));
  });

  it("revokes what is there, once", async () => {
    const { site } = await makeGrantedSite();
    expect(await failureOf(site.revoke("nobody", BY))).toMatchObject(notFound);
    expect(await site.revoke("seo-check", BY)).toMatchObject({ jti: "jti-1", epoch: 4 });
    expect(await failureOf(site.revoke("seo-check", BY))).toMatchObject(notFound);
    expect(await site.grants()).toMatchObject([{ jti: "jti-1", live: false }]);
  });
});
