import { describe, expect, it } from "vitest";
import {
  BY,
  deliveriesTo,
  failureOf,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeSite,
  nextRelease,
  readAuditOf,
  readSnapshotOf,
} from "./fixture.ts";

const notFound = { code: "NOT_FOUND" };

describe.concurrent("SiteState, disabling", { timeout: 30_000 }, () => {
  it("keeps the grant, says what changed, and is undone by enabling, which nobody waits for", async () => {
    const { site } = await makeGrantedSite();
    expect(await site.setEnabled("seo-check", false, BY, "too slow")).toMatchObject({
      changed: true,
      epoch: 4,
    });
    expect((await readSnapshotOf(site)).plugins).toMatchObject([{ enabled: false, grant: { jti: "jti-1" } }]);
    const enabled = { changed: true, epoch: 5, drainedMs: 0 };
    expect(await site.setEnabled("seo-check", true, BY)).toEqual(enabled);
    expect((await readSnapshotOf(site)).plugins).toMatchObject([{ enabled: true, grant: { jti: "jti-1" } }]);
    expect((await readAuditOf(site)).slice(-2)).toMatchObject([
      { kind: "change", action: "disable", actor: BY, plugin: "seo-check", jti: "jti-1", reason: "too slow" },
      { kind: "change", action: "enable", actor: BY, plugin: "seo-check", jti: "jti-1", reason: null },
    ]);
  });

  it("of two at once changes once, and both are told", async () => {
    const { site } = await makeGrantedSite();
    const both = await Promise.all([
      site.setEnabled("seo-check", false, BY),
      site.setEnabled("seo-check", false, BY),
    ]);
    expect(both).toMatchObject([{ changed: true }, { changed: false }]);
    expect(new Set(both.map(({ epoch }) => epoch)).size).toBe(1);
    expect((await readAuditOf(site)).filter(({ action }) => action === "disable")).toHaveLength(1);
  });

  it("is NOT_FOUND for a plugin that is not installed", async () => {
    const { site } = await makeSite();
    expect(await failureOf(site.setEnabled("nobody", false, BY))).toMatchObject(notFound);
    expect(await failureOf(site.setEnabled("nobody", true, BY))).toMatchObject(notFound);
  });

  it("enabling what is enabled writes nothing", async () => {
    const { site } = await makeGrantedSite();
    const before = [await site.lease(null), await readAuditOf(site)];
    expect(await site.setEnabled("seo-check", true, BY)).toMatchObject({ changed: false, drainedMs: 0 });
    expect([await site.lease(null), await readAuditOf(site)]).toEqual(before);
  });
});

describe.concurrent("SiteState, uninstalling", { timeout: 30_000 }, () => {
  it("removes the plugin with its update, schedules and settings, and ends its grant", async () => {
    const { name, site } = await makeSite();
    const schedules = [{ cron: "0 0 1 1 *" }];
    await site.install(makeInstall("a", { schedules }), BY);
    await site.putGrant(makeGrant("jti-1"));
    await site.install(nextRelease, BY);
    await site.setSettings("seo-check", { depth: 3 }, BY);
    expect(await site.uninstall("seo-check", BY, "not needed")).toMatchObject({ jti: "jti-1", epoch: 6 });
    expect((await readSnapshotOf(site)).plugins).toEqual([]);
    expect(await site.grants()).toMatchObject([{ jti: "jti-1", live: false }]);
    const left = ({ sql }: DurableObjectStorage) =>
      sql.exec("SELECT plugin FROM updates UNION ALL SELECT plugin FROM schedules").toArray();
    expect(await inSite(name, left)).toEqual([]);
    // For what it kept, and nothing else.
    const due = ({ sql }: DurableObjectStorage) => sql.exec("SELECT ends_at AS at FROM retired_state").one();
    expect(await inSite(name, (storage) => storage.getAlarm())).toBe((await inSite(name, due)).at);
    expect((await readAuditOf(site)).at(-1)).toMatchObject({
      kind: "change",
      action: "uninstall",
      jti: "jti-1",
      reason: "not needed",
      detail: { version: "1.0.0" },
    });
  });

  it("of a plugin without a grant names none", async () => {
    const { site } = await makeSite();
    await site.install(makeInstall(), BY);
    expect(await site.uninstall("seo-check", BY)).toMatchObject({ jti: null, drainedMs: 0 });
  });

  it("is NOT_FOUND where it is not installed, also for the second of two at once", async () => {
    const { site } = await makeGrantedSite();
    expect(await failureOf(site.uninstall("nobody", BY))).toMatchObject(notFound);
    const first = site.uninstall("seo-check", BY);
    expect(await failureOf(site.uninstall("seo-check", BY))).toMatchObject(notFound);
    expect(await first).toMatchObject({ jti: "jti-1" });
  });

  it("leaves no work behind: what waits is dead and says why, what ended stays as it ended", async () => {
    const { name, site } = await makeGrantedSite();
    await site.install(makeInstall("e", { id: "another-one" }), BY);
    const [makeDelivery, makeAnother] = [await deliveriesTo(site), await deliveriesTo(site, "another-one")];
    const later = { dueInMs: 60_000 };
    await site.enqueue([
      makeDelivery("waits", later),
      makeDelivery("ended", later),
      makeAnother("another", later),
    ]);
    await inSite(name, ({ sql }) => void sql.exec("UPDATE deliveries SET state = 'done' WHERE id = 'ended'"));
    await site.uninstall("seo-check", BY);
    const rows = await inSite(name, ({ sql }) =>
      sql.exec("SELECT id, state, error FROM deliveries ORDER BY id").toArray(),
    );
    expect(rows).toEqual([
      { id: "another", state: "pending", error: null },
      { id: "ended", state: "done", error: null },
      { id: "waits", state: "dead", error: "UNINSTALLED" },
    ]);
  });

  it("is for good: installed again it is new, last in order, enabled, and finds nothing old", async () => {
    const { site } = await makeGrantedSite();
    await site.install(makeInstall("e", { id: "another-one" }), BY);
    await site.setSettings("seo-check", { depth: 3 }, BY);
    await site.setEnabled("seo-check", false, BY);
    const [before] = (await readSnapshotOf(site)).plugins;
    await site.uninstall("seo-check", BY);
    expect(await site.install(makeInstall(), BY)).toMatchObject({ status: "installed" });
    const [, after] = (await readSnapshotOf(site)).plugins;
    expect(after).toMatchObject({
      plugin: "seo-check",
      enabled: true,
      settings: {},
      grant: null,
      update: null,
    });
    expect(after?.installId).not.toBe(before?.installId);
    expect(await failureOf(site.putGrant(makeGrant("jti-1")))).toMatchObject({ code: "CONFLICT" });
  });

  it("that meets a grant leaves none live", async () => {
    const { site } = await makeGrantedSite();
    const gone = site.uninstall("seo-check", BY);
    expect(await failureOf(site.putGrant(makeGrant("jti-2", { previous: "jti-1" })))).toMatchObject(notFound);
    await gone;
    expect((await site.grants()).filter(({ live }) => live)).toEqual([]);
  });
});
