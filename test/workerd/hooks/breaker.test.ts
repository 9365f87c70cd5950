// A plugin that keeps failing is not called any more, and harms nobody but itself.
import { describe, expect, it } from "vitest";
import { BREAKER_FAILURES, BREAKER_OPEN_MS } from "../../../contracts/limits.ts";
import { events, makeSite } from "../site.ts";
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

describe("a plugin that fails five times in a row", () => {
  it("is not called again, and its gate refuses and names it", async () => {
    const site = await makeSite(moody);
    await fail(site);
    const outcome = await site.hooks.beforePublish({ ...event, slug: "good" });
    expect(outcome).toMatchObject({ allow: false, refusedBy: [plugin] });
    expect(outcome.issues).toEqual([
      {
        severity: "error",
        plugin,
        message: expect.stringMatching(/^probe keeps failing and is not called until 2/),
      },
    ]);
    expect(outcome.trace.plugins).toMatchObject([
      { outcome: "error", calls: [], error: { code: "BREAKER_OPEN" } },
    ]);
    expect(await callsOf(site)).toBe(BREAKER_FAILURES);
  });

  it("is shown with its breaker", async () => {
    const site = await makeTrippedSite();
    const [status] = await site.admin.listPlugins({ site: site.id });
    expect(status).toMatchObject({
      status: "live",
      breaker: { state: "open", failures: BREAKER_FAILURES, lastError: "PLUGIN_ERROR" },
    });
    const { openedAt = "", retryAt = "" } = status?.breaker ?? {};
    expect(Date.parse(retryAt) - Date.parse(openedAt)).toBe(BREAKER_OPEN_MS);
    await letTry(site);
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([
      { breaker: { state: "half-open" } },
    ]);
  });

  it("leaves one entry in the audit log", async () => {
    const site = await makeTrippedSite();
    await fail(site);
    expect(await auditOf(site)).toMatchObject([
      {
        kind: "breaker",
        action: "open",
        actor: "system",
        plugin,
        hook: "beforePublish",
        reason: "5 failed calls in a row",
        detail: { error: "PLUGIN_ERROR", openings: 1 },
      },
    ]);
  });

  it.each([
    ["late", "DEADLINE_EXCEEDED"],
    ["odd", "RESULT_REJECTED"],
  ])("may have failed in any way: %s", async (slug, lastError) => {
    const site = await makeSite(moody);
    await fail(site, BREAKER_FAILURES, slug);
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    expect(await awaitBreaker(site)).toMatchObject({ error: lastError });
  });

  it("may have ranked ids that it was not given", async () => {
    const site = await makeSite({
      code: "async onSearch() { return { hide: ['posts:x'] }; }",
      scopes: ["hook:onSearch"],
    });
    for (let time = 0; time < BREAKER_FAILURES; time += 1) await site.hooks.onSearch(events.onSearch);
    const { trace, order } = await site.hooks.onSearch(events.onSearch);
    expect(trace.plugins).toMatchObject([{ error: { code: "BREAKER_OPEN" } }]);
    expect(order).toEqual(["posts:a", "posts:b", "posts:c"]);
  });

  it("is skipped while pages are built, though it failed in another hook", async () => {
    const site = await makeTrippedSite({
      id: "good",
      code: "async renderHtml() { return { appendBody: '<p>good</p>' }; }",
      scopes: ["hook:renderHtml", "transform:html"],
    });
    const both = {
      ...moody,
      id: "both",
      code: `${moody.code}, async renderHtml() { return { appendBody: '<p>both</p>' }; }`,
      scopes: ["hook:beforePublish", "write:kv", "hook:renderHtml", "transform:html"] as const,
    };
    await site.add(both);
    await fail(site);
    const { patch, skipped } = await site.hooks.renderHtml(events.renderHtml);
    expect(patch).toEqual({ appendBody: "<p>good</p>" });
    expect(skipped).toEqual([{ plugin: "both", code: "BREAKER_OPEN" }]);
  });

  it("lets publications pass where the site's policy says so, with a warning", async () => {
    const site = await makeTrippedSite();
    await site.admin.setPolicy({ site: site.id, gate: "allow" });
    const { allow, refusedBy, issues } = await site.hooks.beforePublish({ ...event, slug: "good" });
    expect([allow, refusedBy]).toEqual([true, []]);
    expect(issues).toMatchObject([{ severity: "warning", plugin }]);
  });

  it("is written down once, however many calls fail at once", async () => {
    const site = await makeSite(moody);
    await Promise.all(Array.from({ length: 100 }, () => publish(site, "bad")));
    await awaitBreaker(site);
    await fail(site);
    expect(await auditOf(site)).toHaveLength(1);
  });
});

describe("the neighbours of a plugin whose breaker is open", () => {
  it("are called on the same hook, and so is the same plugin on another site", async () => {
    const [site, elsewhere] = await Promise.all([
      makeTrippedSite({ ...moody, id: "neighbour", code: "async beforePublish() { return true; }" }),
      makeSite(moody),
    ]);
    expect(await publish(site, "good")).toMatchObject({ error: { code: "BREAKER_OPEN" } });
    expect(await publish(site, "good", "neighbour")).toMatchObject({ outcome: "ok" });
    expect(await publish(elsewhere, "good")).toMatchObject({ outcome: "ok" });
  });

  it("are held back by their own failures alone", async () => {
    const site = await makeSite(
      { ...moody, id: "good", code: "async beforePublish() { return true; }" },
      moody,
    );
    await Promise.all(Array.from({ length: 4 * BREAKER_FAILURES }, () => publish(site, "bad")));
    await awaitBreaker(site);
    expect(await publish(site, "bad", "good")).toMatchObject({ outcome: "ok" });
    expect(await readBreaker(site, "good")).toBeNull();
  });
});
