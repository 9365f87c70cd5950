// What a plugin answers acts on the site as much as what it calls: an answer counts while its grant stands.
import { describe, expect, it } from "vitest";
import { events, type FixturePlugin, makeSite } from "../site.ts";

/** Longer than a change waits for leases, so that the answer comes after the acknowledgement. */
const SLOW_MS = 3_500;
const wait = `await scheduler.wait(${SLOW_MS});`;

const slowRender: FixturePlugin = {
  code: `async renderHtml() { ${wait} return { appendBody: "<p>late</p>" }; }`,
  scopes: ["hook:renderHtml", "transform:html"],
};
const slowGate: FixturePlugin = { code: `async beforePublish() { ${wait} return { allow: true }; }` };
const slowSearch: FixturePlugin = {
  code: `async onSearch({ data }) { ${wait} return { hide: data.results.map(({ id }) => id) }; }`,
  scopes: ["hook:onSearch"],
};
const denied = { outcome: "denied", error: { code: "GRANT_REVOKED" } };

/** Calls, makes the change while the plugin is at work, and answers the outcome. */
async function callDuring<T>(call: () => Promise<T>, change: () => Promise<unknown>): Promise<T> {
  const outcome = call();
  await scheduler.wait(300);
  await change();
  return outcome;
}

describe("an answer that comes after an acknowledged", () => {
  it.concurrent("revoke adds no patch to a page", async () => {
    const site = await makeSite(slowRender);
    const at = { site: site.id, plugin: "probe" };
    const outcome = await callDuring(
      async () => site.hooks.renderHtml(events.renderHtml),
      () => site.admin.revoke(at),
    );
    expect(outcome.patch).toEqual({});
    expect(outcome.trace.plugins).toMatchObject([denied]);
  });

  it.concurrent("narrowing that takes transform:html adds no patch either", async () => {
    const site = await makeSite(slowRender);
    const at = { site: site.id, plugin: "probe" };
    const outcome = await callDuring(
      async () => site.hooks.renderHtml(events.renderHtml),
      () => site.admin.revoke({ ...at, scopes: ["transform:html"] }),
    );
    expect(outcome.patch).toEqual({});
    expect(outcome.trace.plugins).toMatchObject([denied]);
  });

  it.concurrent("revoke of a gate's plugin does not let a publication through", async () => {
    const site = await makeSite(slowGate);
    const at = { site: site.id, plugin: "probe" };
    const outcome = await callDuring(
      async () => site.hooks.beforePublish(events.beforePublish),
      () => site.admin.revoke(at),
    );
    expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"], trace: { plugins: [denied] } });
  });

  it.concurrent("disable hides no search result", async () => {
    const site = await makeSite(slowSearch);
    const at = { site: site.id, plugin: "probe" };
    const outcome = await callDuring(
      async () => site.hooks.onSearch(events.onSearch),
      () => site.admin.disable(at),
    );
    expect(outcome.hidden).toEqual([]);
    expect(outcome.trace.plugins).toMatchObject([denied]);
  });

  it.concurrent("revoke does not count though the plugin had answered, while others were at work", async () => {
    const site = await makeSite(
      { ...slowRender, id: "slow" },
      { ...slowRender, id: "quick", code: 'async renderHtml() { return { appendBody: "<p>early</p>" }; }' },
    );
    const outcome = await callDuring(
      async () => site.hooks.renderHtml(events.renderHtml),
      () => site.admin.revoke({ site: site.id, plugin: "quick" }),
    );
    expect(outcome.patch).toEqual({ appendBody: "<p>late</p>" });
    expect(outcome.trace.plugins).toMatchObject([{ outcome: "ok" }, denied]);
  });

  it.concurrent("renewal counts: it is the same consent", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) { ${wait} await api.kv.put("k", "v"); return true; }`,
      scopes: ["hook:beforePublish", "write:kv"],
    });
    const outcome = await callDuring(
      async () => site.hooks.beforePublish(events.beforePublish),
      () => site.admin.renew({ site: site.id, plugin: "probe" }),
    );
    expect(outcome).toMatchObject({ allow: true, trace: { plugins: [{ outcome: "ok" }] } });
    expect(await site.readKv()).toEqual({ k: "v" });
  });
});
