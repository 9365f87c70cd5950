// How a breaker closes: by a call that ends well when its time is over, by an admin, or with what it was for.
import { describe, expect, it, vi } from "vitest";
import { BREAKER_FAILURES, BREAKER_OPEN_MS } from "../../../contracts/limits.ts";
import { events, type FixturePlugin, makeSite, refusalOf } from "../site.ts";
import { awaitAttempts, hurry, readDeliveries } from "./deliveries.ts";
import {
  auditOf,
  awaitBreaker,
  callsOf,
  fail,
  letTry,
  makeTrippedSite,
  moody,
  publish,
  readBreaker,
} from "./failing.ts";

const event = events.beforePublish;
const plugin = "probe";

describe("a breaker whose time is over", () => {
  it("lets one call of a crowd through, and closes when that ends well", async () => {
    const site = await makeTrippedSite();
    await letTry(site);
    const fared = await Promise.all(Array.from({ length: 20 }, () => publish(site, "good")));
    expect(fared.filter((own) => own?.outcome === "ok")).toHaveLength(1);
    expect(fared.filter((own) => own?.error?.code === "BREAKER_OPEN")).toHaveLength(19);
    expect(await callsOf(site)).toBe(BREAKER_FAILURES + 1);
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
    await vi.waitFor(async () => expect(await readBreaker(site)).toBeNull());
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
    expect(await auditOf(site)).toMatchObject([{ action: "open" }, { action: "close", actor: "system" }]);
  });

  it("is open for twice as long when the call fails too", async () => {
    const site = await makeTrippedSite();
    await letTry(site);
    expect(await publish(site, "bad")).toMatchObject({ error: { code: "PLUGIN_ERROR" } });
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    const { openedAtMs, retryAtMs, failures } = await awaitBreaker(site, 1);
    expect([retryAtMs - openedAtMs, failures]).toEqual([2 * BREAKER_OPEN_MS, BREAKER_FAILURES + 1]);
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    expect(await callsOf(site)).toBe(BREAKER_FAILURES + 1);
  });

  it("lets the next call try where one ended neither well nor badly", async () => {
    const site = await makeTrippedSite();
    await letTry(site);
    await site.admin.grant({ site: site.id, plugin, scopes: ["hook:beforePublish"], only: true });
    expect(await publish(site, "good")).toMatchObject({ outcome: "denied" });
    expect(await publish(site, "good")).toMatchObject({ outcome: "denied" });
    await site.admin.grant({ site: site.id, plugin });
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });

  it("is heard of by an isolate that has seen no failure", async () => {
    const site = await makeSite(moody);
    await site.writeState(
      "INSERT INTO breakers VALUES ('probe', 1, ?, 1, 5, 'PLUGIN_ERROR', 'beforePublish')",
      Date.now() + 60_000,
    );
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    expect(await callsOf(site)).toBe(0);
  });
});

describe("a breaker that is reset", () => {
  it("is closed at once, by whom and why is written down, and opens again where the plugin goes on", async () => {
    const site = await makeTrippedSite();
    const reset = () => site.admin.resetBreaker({ site: site.id, plugin, reason: "it is mended" });
    expect(await reset()).toMatchObject({ plugin, changed: true });
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
    expect(await reset()).toMatchObject({ changed: false });
    const [, entry, ...more] = await auditOf(site);
    expect(entry).toMatchObject({ action: "reset", actor: "operator:test", plugin, reason: "it is mended" });
    expect(more).toEqual([]);
    await fail(site);
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    expect(await awaitBreaker(site)).toMatchObject({ openings: 1 });
  });

  it("is NOT_FOUND for a plugin that is not there", async () => {
    const site = await makeSite();
    const refusal = await refusalOf(() => site.admin.resetBreaker({ site: site.id, plugin: "nobody" }));
    expect(refusal).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a closed breaker is what begins with", () => {
  it("a plugin that an admin enables again", async () => {
    const site = await makeTrippedSite();
    await site.admin.disable({ site: site.id, plugin });
    await site.admin.enable({ site: site.id, plugin });
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });

  it("another install", async () => {
    const site = await makeTrippedSite();
    await site.admin.uninstall({ site: site.id, plugin });
    await site.add(moody);
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });

  it("another version", async () => {
    const site = await makeTrippedSite();
    const version = await site.register({ ...moody, code: `${moody.code}\n// mended\n` });
    await site.admin.update({ site: site.id, plugin, to: version });
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    await site.admin.grant({ site: site.id, plugin });
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });
});

describe("deliveries to a plugin whose breaker is open", () => {
  const told: FixturePlugin = {
    ...moody,
    code: `${moody.code}, async afterPublish({ data, api }) { await api.kv.put("told", data.slug); }`,
    scopes: ["hook:beforePublish", "hook:afterPublish", "write:kv"],
  };

  it("wait until it may be tried, which is no attempt, and are made then", async () => {
    const site = await makeSite(told);
    await fail(site);
    const { retryAtMs } = await awaitBreaker(site);
    expect((await site.hooks.afterPublish(events.afterPublish)).queued).toBe(1);
    // Rung by hand, as another delivery's turn would.
    await hurry(site);
    expect(await readDeliveries(site)).toMatchObject([{ state: "pending", attempt: 0 }]);
    expect(retryAtMs).toBeGreaterThan(Date.now());
    await letTry(site);
    await hurry(site);
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "done", attempt: 1 }]);
    expect((await site.readKv()).told).toBe(event.slug);
    await vi.waitFor(async () => expect(await readBreaker(site)).toBeNull());
  });

  it("wait where only the isolate knows of it, too", async () => {
    const site = await makeSite(told);
    await fail(site);
    await awaitBreaker(site);
    await letTry(site);
    const trying = publish(site, "late");
    await vi.waitFor(async () => expect(await callsOf(site)).toBe(BREAKER_FAILURES + 1));
    await site.hooks.afterPublish(events.afterPublish);
    const [row] = await vi.waitFor(async () => {
      const rows = await readDeliveries(site);
      expect(rows).toMatchObject([{ state: "pending", attempt: 0, error: "BREAKER_OPEN" }]);
      return rows;
    });
    expect(row?.next_at).toBeGreaterThan(Date.now());
    await trying;
  });
});
