import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports as entrypoints } from "cloudflare:workers";
import { afterAll, describe, expect, it } from "vitest";
import type { CapabilityProps } from "../../../contracts/capability.ts";
import { forgetSite } from "../../../services/gateway/leases.ts";
import { env, events, refusalOf } from "../site.ts";
import { emptyPool, KEYS_ONLY, keeper, keptBoth, MOVE_ALL, makeKeeping } from "./versions.ts";

/** As `props` of a binding name it. */
const bound = entrypoints as unknown as {
  Kv(options: { props: CapabilityProps }): { put(key: string, value: string): Promise<void> };
};

afterAll(emptyPool);

describe.concurrent("going live in a higher major", { timeout: 60_000 }, () => {
  it("moves what `migrate` moves, and the version before writes no more from then on", async () => {
    const { hold, goLive, keep, state, live } = await makeKeeping();
    expect(await hold("2.0.0", MOVE_ALL)).toMatchObject({ status: "held" });
    expect(await keep("two")).toBe("1.0.0");
    await goLive();
    expect(await live()).toEqual({ version: "2.0.0", status: "live" });
    expect(await keep("three")).toBe("2.0.0");
    expect(await state(2)).toEqual(keptBoth("one", "two", "three"));
    expect(await state(1)).toEqual(keptBoth("one", "two"));
  });

  it("stays as it was where `migrate` throws: the admin is told why, and the right one moves it later", async () => {
    const { hold, goLive, keep, state, live, frozen, admin, at } = await makeKeeping();
    await hold(
      "2.0.0",
      `async migrate({ api }) { await api.kv.put("slug/half", "x"); throw new Error("no room"); },`,
    );
    const refusal = await refusalOf(goLive);
    expect(refusal).toMatchObject({
      code: "PLUGIN_ERROR",
      message: expect.stringContaining("threw in migrate; 1.0.0 stays, with all that it kept"),
      details: {
        code: "PLUGIN_ERROR",
        logs: [{ level: "error", message: expect.stringContaining("no room") }],
      },
    });
    expect([await live(), await frozen()]).toEqual([{ version: "1.0.0", status: "live" }, null]);
    expect(await keep("two")).toBe("1.0.0");
    expect(await state(1)).toEqual(keptBoth("one", "two"));
    const { entries } = await admin.audit({ ...at, kind: "change" });
    expect(entries.slice(-2)).toMatchObject([
      { action: "freeze", detail: { from: "1.0.0", to: "2.0.0" } },
      { action: "unfreeze", reason: expect.stringContaining("threw in migrate") },
    ]);
    await hold("2.0.1", MOVE_ALL);
    await goLive();
    expect(await live()).toEqual({ version: "2.0.1", status: "live" });
    expect((await state(2)).rows).toEqual(["one", "two"]);
  });

  it("asks nothing of a version without `migrate`, which starts empty", async () => {
    const { hold, goLive, keep, state } = await makeKeeping();
    await hold("2.0.0");
    await goLive();
    expect(await keep("two")).toBe("2.0.0");
    expect([await state(1), await state(2)]).toEqual([keptBoth("one"), keptBoth("two")]);
  });

  it("tells `migrate` where it comes from, with a context and an api of its own", async () => {
    const { hold, goLive, site, plugin } = await makeKeeping(KEYS_ONLY);
    await hold(
      "2.0.0",
      `async migrate({ from, api, context }) {
        const { hook, version, idempotencyKey, deadline } = context;
        const told = { from: Object.keys(from), was: from.version, hook, version, can: api.can("read:kv"), keyed: idempotencyKey !== "", inTime: deadline > Date.now() };
        await api.kv.put("slug/told", JSON.stringify(told));
      },`,
    );
    await goLive();
    const told = JSON.parse((await site.readKv(plugin))["slug/told"] ?? "null");
    expect(told).toEqual({
      from: ["version", "kv", "db"],
      was: "1.0.0",
      hook: "migrate",
      version: "2.0.0",
      can: true,
      keyed: true,
      inTime: true,
    });
  });

  it("gives `migrate` what is about to be granted, and no more", async () => {
    const { hold, goLive, admin, at, live } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0", 'async migrate({ from }) { await from.kv.get("slug/one"); },');
    const grant = () => admin.grant({ ...at, scopes: ["hook:beforePublish", "write:kv"], only: true });
    expect(await refusalOf(grant)).toMatchObject({
      code: "PLUGIN_ERROR",
      message: expect.stringContaining("needs the scope read:kv"),
    });
    expect(await live()).toEqual({ version: "1.0.0", status: "live" });
    await goLive();
    expect(await live()).toEqual({ version: "2.0.0", status: "live" });
  });

  it("holds an automatic update whose `migrate` fails, and says why", async () => {
    const { hold, site, admin, live, plugin } = await makeKeeping(KEYS_ONLY);
    await admin.setPolicy({ site: site.id, updates: "auto" });
    await hold("2.0.0", 'async migrate() { throw new Error("no"); },').catch(() => {});
    await env.DB.prepare("UPDATE versions SET created_at = '2026-01-01T00:00:00.000Z' WHERE plugin = ?")
      .bind(plugin)
      .run();
    expect(await admin.update({ site: site.id, plugin, to: "2.0.0", dryRun: false })).toMatchObject({
      status: "held",
      reason: expect.stringContaining("threw in migrate"),
    });
    expect(await live()).toEqual({ version: "1.0.0", status: "live" });
  });

  it("tells two versions of one code apart", async () => {
    const code = `export default {
      async beforePublish({ data, api, context }) {
        await api.kv.put("slug/" + data.slug, context.version);
        return say(context.version);
      },
      async migrate({ from, api }) { await api.kv.put("slug/moved", from.version); },
    };`;
    const { hold, goLive, state, keep } = await makeKeeping({ ...KEYS_ONLY, code });
    await hold("2.0.0");
    await goLive();
    expect(await keep("two")).toBe("2.0.0");
    expect([(await state(1)).keys, (await state(2)).keys]).toEqual([["one"], ["moved", "two"]]);
  });

  it("finds what the version before had kept though its grant was revoked before the update", async () => {
    const { hold, admin, at, goLive, keep, state } = await makeKeeping();
    await admin.revoke(at);
    await hold("2.0.0", MOVE_ALL);
    await goLive();
    expect(await keep("two")).toBe("2.0.0");
    expect(await state(2)).toEqual(keptBoth("one", "two"));
  });

  it("starts empty, and calls nothing, where the database of before is gone after its week", async () => {
    const { hold, admin, at, goLive, keep, state, site } = await makeKeeping();
    await admin.revoke(at);
    await hold("2.0.0", 'async migrate() { throw new Error("there is nothing to move"); },');
    await site.writeState("DELETE FROM databases WHERE major = 1");
    await goLive();
    expect(await keep("two")).toBe("2.0.0");
    expect((await state(2)).rows).toEqual(["two"]);
  });

  it("calls nothing on the way down, which finds what was there", async () => {
    const { hold, goLive, keep, state } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0", MOVE_ALL);
    await goLive();
    await keep("two");
    await hold("1.1.0", 'async migrate() { throw new Error("never called"); },');
    await goLive();
    expect(await keep("three")).toBe("1.1.0");
    expect((await state(1)).keys).toEqual(["one", "three"]);
  });
});

describe.concurrent("a frozen plugin", { timeout: 60_000 }, () => {
  /** Frozen for 2.0.0, as by an admin whose move is under way. */
  async function makeFrozen() {
    const made = await makeKeeping({
      ...KEYS_ONLY,
      scopes: [...KEYS_ONLY.scopes, "hook:afterPublish", "hook:renderHtml"],
    });
    await made.hold("2.0.0", MOVE_ALL);
    const { freeze } = await made.site.state.freeze(made.plugin, "2.0.0", "admin:a1");
    forgetSite(made.site.id);
    const thaw = async () => {
      await made.site.state.thaw(made.plugin, freeze, "admin:a1", "the test is over");
      forgetSite(made.site.id);
    };
    return { ...made, thaw };
  }

  it("is not called: a publication waits, a page is served without it, and both go on afterwards", async () => {
    const { site, plugin, keep, thaw } = await makeFrozen();
    expect(await keep("two")).toBe("BUSY");
    const refused = await site.hooks.beforePublish(events.beforePublish);
    expect(refused).toMatchObject({ allow: false, refusedBy: [plugin] });
    expect(refused.trace.plugins).toMatchObject([{ outcome: "error", error: { code: "BUSY" }, calls: [] }]);
    const page = await site.hooks.renderHtml(events.renderHtml);
    expect(page.skipped).toEqual([{ plugin, code: "BUSY" }]);
    await thaw();
    expect(await keep("two")).toBe("1.0.0");
  });

  it("keeps its deliveries, which are not counted as tried", async () => {
    const { site, thaw } = await makeFrozen();
    await site.hooks.afterPublish(events.afterPublish);
    const rows = () =>
      runInDurableObject(env.SITE_STATE.getByName(site.id), (_object, { storage }) =>
        storage.sql.exec("SELECT attempt, state FROM deliveries").toArray(),
      );
    for (let turn = 0; turn < 3; turn += 1) {
      await site.writeState("UPDATE deliveries SET next_at = 1");
      await runDurableObjectAlarm(env.SITE_STATE.getByName(site.id));
      expect(await rows()).toEqual([{ attempt: 0, state: "pending" }]);
    }
    await thaw();
  });

  it("has what is bound to it refuse as well", async () => {
    const { site, plugin, thaw, state } = await makeFrozen();
    const kv = bound.Kv({ props: { site: site.id, plugin } });
    expect(await refusalOf(async () => void (await kv.put("slug/bound", "x")))).toMatchObject({
      code: "BUSY",
    });
    await thaw();
    await kv.put("slug/bound", "x");
    expect((await state(1)).keys).toEqual(["bound", "one"]);
  });

  it("has a stub in flight refuse from then on, and its call is not acknowledged", async () => {
    const made = await makeKeeping(KEYS_ONLY);
    const { site, plugin, at, admin, state, live } = made;
    const slow = `export default { async beforePublish({ data, api }) {
      const codes = [];
      for (let n = 0; n < 100; n += 1) {
        codes.push(await api.kv.put("slug/" + data.slug + n, "x").then(() => "ok", ({ code }) => code));
        if (codes.at(-1) !== "ok") return say(codes.at(-1));
        await scheduler.wait(100);
      }
      return say("never frozen");
    } };`;
    await site.register({ ...keeper(plugin, "1.1.0", "", KEYS_ONLY), code: slow });
    await admin.update({ ...at, to: "1.1.0", dryRun: false });
    await admin.grant(at);
    await made.hold("2.0.0", MOVE_ALL);
    const call = made.keep("slow");
    while ((await state(1)).keys.length < 3) await scheduler.wait(50);
    await made.goLive();
    expect(["BUSY", "GRANT_REVOKED"]).toContain(await call);
    expect(await live()).toMatchObject({ version: "2.0.0" });
    // All that the old version was let write is in the new one's state.
    expect((await state(2)).keys).toEqual((await state(1)).keys);
  });
});
