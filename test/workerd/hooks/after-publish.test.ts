import { describe, expect, it, vi } from "vitest";
import { MAX_DELIVERY_BYTES } from "../../../contracts/limits.ts";
import type { Delivery } from "../../../contracts/site.ts";
import { SiteState } from "../../../services/site-state/index.ts";
import { events, type FixturePlugin, gateway, makeSite, page, refusalOf } from "../site.ts";
import { awaitAttempts, hurry, readDeliveries } from "./deliveries.ts";

const event = events.afterPublish;
const scopes = ["hook:afterPublish", "read:pages", "read:kv", "write:kv"] as const;

/** Notes each call's context under a key of its own, then goes on with `then`. */
function noting(then = ""): FixturePlugin {
  return {
    code: `async afterPublish({ data, context, api }) {
      const { attempt, idempotencyKey, invocationId } = context;
      const calls = (await api.kv.list()).keys.length;
      await api.kv.put("call-" + calls, JSON.stringify({ attempt, idempotencyKey, invocationId, data }));
      ${then}
    }`,
    scopes,
  };
}

async function callsOf(site: Awaited<ReturnType<typeof makeSite>>) {
  const noted = Object.entries(await site.readKv()).sort(([a], [b]) => (a < b ? -1 : 1));
  return noted.map(([, text]) => JSON.parse(text ?? ""));
}

describe("afterPublish", () => {
  it("refuses an event that no row can hold, and writes nothing", async () => {
    const site = await makeSite(noting());
    const huge = { ...event, html: "x".repeat(MAX_DELIVERY_BYTES) };
    const refusal = await refusalOf(() => site.hooks.afterPublish(huge));
    expect(refusal).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    expect(await readDeliveries(site)).toEqual([]);
  });

  it("answers with what is queued, and the alarm delivers it", async () => {
    const site = await makeSite(noting());
    const outcome = await site.hooks.afterPublish(event);
    expect(outcome).toMatchObject({
      queued: 1,
      trace: { plugins: [{ plugin: "probe", outcome: "queued" }] },
    });
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "done", error: null, attempt: 1 }]);
    const [call] = await callsOf(site);
    expect(call).toMatchObject({ attempt: 1, data: { pageId: page.id, url: page.url, html: page.html } });
    expect(call.data.publishedAt).toBe(event.publishedAt);
    expect(call.data).not.toHaveProperty("previous");
  });

  it("queues a delivery for each subscriber, and none without one", async () => {
    const site = await makeSite({ ...noting(), id: "first" }, { ...noting(), id: "second" });
    expect((await site.hooks.afterPublish(event)).queued).toBe(2);
    await awaitAttempts(site, 1);
    expect(Object.keys(await site.readKv("first"))).toEqual(["call-0"]);
    expect(Object.keys(await site.readKv("second"))).toEqual(["call-0"]);
    const bare = await makeSite();
    expect(await bare.hooks.afterPublish(event)).toMatchObject({ queued: 0, trace: { plugins: [] } });
  });

  it("tells a plugin once of the same event, however often core repeats it", async () => {
    const site = await makeSite(noting());
    await Promise.all([site.hooks.afterPublish(event), site.hooks.afterPublish(event)]);
    await awaitAttempts(site, 1);
    await site.hooks.afterPublish(event);
    expect(await readDeliveries(site)).toHaveLength(1);
    expect(await callsOf(site)).toHaveLength(1);
    await site.hooks.afterPublish({ ...event, updatedAt: "2026-02-02T00:00:00.000Z" });
    await awaitAttempts(site, 1);
    expect(await callsOf(site)).toHaveLength(2);
  });

  it("reads core's content at the time of its delivery", async () => {
    const site = await makeSite({
      code: "async afterPublish({ api }) { await api.kv.put('title', (await api.pages.get('posts/other')).title); }",
      scopes,
    });
    const other = {
      ...page,
      id: "posts:other",
      slug: "other",
      title: "Another",
      status: "published",
    } as const;
    await site.admin.putPages({ site: site.id, pages: [other] });
    await site.hooks.afterPublish(event);
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "done" }]);
    expect(await site.readKv()).toEqual({ title: "Another" });
  });
});

describe("a delivery that fails", () => {
  it("is tried again later, as attempt 2 under the same idempotency key", async () => {
    const site = await makeSite(noting("if (attempt === 1) throw new Error('not yet');"));
    await site.hooks.afterPublish(event);
    const [failed] = await awaitAttempts(site, 1);
    expect(failed).toMatchObject({ state: "pending", error: "PLUGIN_ERROR" });
    expect(failed?.next_at).toBeGreaterThan(Date.now() + 2_000);
    await hurry(site);
    expect(await awaitAttempts(site, 2)).toMatchObject([{ state: "done", error: null }]);
    const [first, second] = await callsOf(site);
    expect([first.attempt, second.attempt]).toEqual([1, 2]);
    expect(second.idempotencyKey).toBe(first.idempotencyKey);
    expect(second.invocationId).not.toBe(first.invocationId);
  });

  it.each([
    ["throws with retry: false", "throw Object.assign(new Error('never'), { retry: false });"],
    ["throws a plain object with retry: false", "throw { retry: false };"],
  ])("is dead at once when the plugin %s", async (_how, then) => {
    const site = await makeSite(noting(then));
    await site.hooks.afterPublish(event);
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "dead", error: "PLUGIN_ERROR" }]);
    await hurry(site);
    expect(await callsOf(site)).toHaveLength(1);
  });

  it("is dead after its eighth try", async () => {
    const site = await makeSite({ code: "async afterPublish() { throw 1; }", scopes });
    await site.hooks.afterPublish(event);
    for (let attempt = 1; attempt < 8; attempt += 1) {
      expect(await awaitAttempts(site, attempt)).toMatchObject([{ state: "pending" }]);
      // So many failures in a row open the breaker, which puts the next try off.
      await site.admin.resetBreaker({ site: site.id, plugin: "probe" });
      await hurry(site);
    }
    expect(await awaitAttempts(site, 8)).toMatchObject([{ state: "dead", attempt: 8 }]);
  });

  it.each([
    ["an answer of another shape", "return { again: 5 };", "RESULT_REJECTED"],
    ["a truth value", "return true;", "RESULT_REJECTED"],
    ["a turn after more than a day", "return { again: { afterMs: 86_400_001 } };", "RESULT_REJECTED"],
  ])("is tried again after %s", async (_what, then, code) => {
    const site = await makeSite(noting(then));
    await site.hooks.afterPublish(event);
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "pending", error: code }]);
  });

  it("is retried while the grant is no good, and done when a new one comes", async () => {
    const site = await makeSite({ ...noting(), grant: { expiresInSeconds: 1 } });
    await scheduler.wait(1_100);
    expect((await site.hooks.afterPublish(event)).queued).toBe(1);
    expect(await awaitAttempts(site, 1)).toMatchObject([{ state: "pending", error: "GRANT_EXPIRED" }]);
    expect(await callsOf(site)).toEqual([]);
    await site.admin.grant({ site: site.id, plugin: "probe" });
    await hurry(site);
    expect(await awaitAttempts(site, 2)).toMatchObject([{ state: "done" }]);
    expect(await callsOf(site)).toHaveLength(1);
  });
});

describe("a delivery that asks for another turn", () => {
  it("is continued with its cursor until it asks no more", async () => {
    const site = await makeSite(
      noting(
        "const { at = 0 } = data.cursor ?? {}; if (at < 2) return { again: { afterMs: 0, cursor: { at: at + 1 } } };",
      ),
    );
    await site.hooks.afterPublish(event);
    await expect.poll(async () => (await callsOf(site)).length, { timeout: 5_000 }).toBe(3);
    const calls = await callsOf(site);
    expect(calls.map(({ data }) => data.cursor)).toEqual([undefined, { at: 1 }, { at: 2 }]);
    expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    const rows = await awaitAttempts(site, 1);
    expect(rows.map(({ continuation, state }) => [continuation, state])).toEqual([
      [0, "done"],
      [1, "done"],
      [2, "done"],
    ]);
  });

  it("waits for as long as it asked", async () => {
    const site = await makeSite(
      noting("return data.cursor ? null : { again: { afterMs: 60_000, cursor: 1 } };"),
    );
    const startedMs = Date.now();
    await site.hooks.afterPublish(event);
    await expect.poll(async () => (await readDeliveries(site)).length, { timeout: 5_000 }).toBe(2);
    const [, next] = await readDeliveries(site);
    expect(next).toMatchObject({ state: "pending", attempt: 0 });
    expect(next?.next_at).toBeGreaterThanOrEqual(startedMs + 60_000);
    expect(await callsOf(site)).toHaveLength(1);
  });
});

describe("work of before an uninstall", () => {
  it("is written down for the install that it is for", async () => {
    const site = await makeSite(noting("return { again: { afterMs: 60_000 } };"));
    const [install] = (await site.state.read()).plugins;
    await site.hooks.afterPublish(event);
    await expect.poll(async () => (await readDeliveries(site)).length, { timeout: 5_000 }).toBe(2);
    const { installId } = install ?? {};
    expect((await readDeliveries(site)).map((row) => row.install_id)).toEqual([installId, installId]);
  });

  it("never reaches the plugin that is installed again, though it is queued after that", async () => {
    const site = await makeSite(noting());
    const enqueue = SiteState.prototype.enqueue;
    const held = Promise.withResolvers<void>();
    const late = vi.spyOn(SiteState.prototype, "enqueue").mockImplementationOnce(async function (
      this: SiteState,
      deliveries,
    ) {
      await held.promise;
      return enqueue.call(this, deliveries);
    });
    const published = site.hooks.afterPublish(event);
    await vi.waitFor(() => expect(late).toHaveBeenCalled());
    await site.admin.uninstall({ site: site.id, plugin: "probe" });
    await site.add(noting());
    held.resolve();
    expect(await published).toMatchObject({ queued: 0 });
    expect(await readDeliveries(site)).toEqual([]);
    late.mockRestore();
  });

  it("is not done by the plugin that is installed again, though it was claimed before", async () => {
    const site = await makeSite(noting());
    const delivery = {
      id: "d1",
      plugin: "probe",
      installId: "an-install-before",
      hook: "afterPublish",
      event: JSON.stringify({ api: 1, ...event }),
      attempt: 1,
      idempotencyKey: "d1",
      continuation: 0,
    } as const;
    const deliver = (changes: Partial<Delivery>) =>
      gateway.Deliveries({ props: { site: site.id } }).deliver({ ...delivery, ...changes });
    expect(await deliver({})).toEqual({ status: "gone" });
    expect(await callsOf(site)).toEqual([]);
    // One of an earlier release names no install.
    expect(await deliver({ installId: null })).toEqual({ status: "done" });
    expect(await callsOf(site)).toHaveLength(1);
  });
});

describe("a delivery of a plugin that was revoked meanwhile", () => {
  it("is not made, and is not kept for later", async () => {
    const site = await makeSite(noting("if (attempt === 1) throw 1;"));
    await site.hooks.afterPublish(event);
    await awaitAttempts(site, 1);
    await site.admin.revoke({ site: site.id, plugin: "probe" });
    await hurry(site);
    expect(await awaitAttempts(site, 2)).toMatchObject([{ state: "done", error: "GRANT_REVOKED" }]);
    expect(await callsOf(site)).toHaveLength(1);
  });

  it("is not made to a plugin whose new consent leaves the hook out", async () => {
    const site = await makeSite(noting("throw 1;"));
    await site.hooks.afterPublish(event);
    await awaitAttempts(site, 1);
    await site.admin.grant({ site: site.id, plugin: "probe", scopes: ["read:kv", "write:kv"], only: true });
    await hurry(site);
    expect(await awaitAttempts(site, 2)).toMatchObject([{ state: "done" }]);
    expect(await callsOf(site)).toHaveLength(1);
  });
});
