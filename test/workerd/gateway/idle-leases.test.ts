import { afterEach, describe, expect, it, vi } from "vitest";
import { SiteState } from "../../../services/site-state/index.ts";
import { events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

/** Takes part in every hook that somebody waits for. */
const everywhere: FixturePlugin = {
  code: "async beforePublish() { return true; }, async renderHtml() {}, async onSearch() {}",
  scopes: ["hook:beforePublish", "hook:renderHtml", "hook:onSearch"],
};
/** Longer than a lease and its margin. */
const LEASE_IS_OVER_MS = 2_100;

afterEach(() => {
  vi.restoreAllMocks();
});

/** How often the site's object is asked for a lease while this runs. */
async function questionsOf(run: () => Promise<unknown>): Promise<number> {
  const questions = vi.spyOn(SiteState.prototype, "lease");
  await run();
  const { length } = questions.mock.calls;
  questions.mockRestore();
  return length;
}

const render = (site: TestSite) => site.hooks.renderHtml(events.renderHtml);
const search = (site: TestSite) => site.hooks.onSearch(events.onSearch);
const publish = (site: TestSite) => site.hooks.beforePublish(events.beforePublish);

describe("a lease that is over", () => {
  it("does for hooks that visitors wait for where nobody subscribes, and for no other", async () => {
    const bare = await makeSite();
    const gated = await makeSite({ code: "async beforePublish() { return true; }" });
    const unconsented = await makeSite({ ...everywhere, grant: false });
    const busy = await makeSite(everywhere);
    const all = [bare, gated, unconsented, busy];
    expect(await questionsOf(() => Promise.all(all.map(render)))).toBe(all.length);
    // As another gateway would: what this isolate knows of a busy site is not acted on past its lease.
    await Promise.all([
      busy.state.setEnabled("probe", false, "admin:elsewhere"),
      scheduler.wait(LEASE_IS_OVER_MS),
    ]);
    for (const site of [bare, gated, unconsented]) {
      expect(await questionsOf(async () => [await render(site), await search(site)])).toBe(0);
    }
    expect(await questionsOf(async () => expect((await render(busy)).trace.plugins).toEqual([]))).toBe(1);
    expect(await questionsOf(() => publish(bare))).toBe(1);
  });

  it("shows a plugin that is granted through this isolate at once", async () => {
    const site = await makeSite({ ...everywhere, grant: false });
    expect((await render(site)).trace.plugins).toEqual([]);
    await scheduler.wait(LEASE_IS_OVER_MS);
    expect((await render(site)).trace.plugins).toEqual([]);
    await site.admin.grant({ site: site.id, plugin: "probe" });
    expect((await render(site)).trace.plugins).toMatchObject([{ plugin: "probe", outcome: "ok" }]);
    expect((await search(site)).trace.plugins).toMatchObject([{ plugin: "probe", outcome: "ok" }]);
  });

  it("hides no plugin from a gate: what another isolate installed is asked", async () => {
    const site = await makeSite({ ...everywhere, code: "async beforePublish() { return false; }" });
    await site.writeState("UPDATE installs SET enabled = 0");
    expect((await render(site)).trace.plugins).toEqual([]);
    // As another gateway would have it: this isolate is not told.
    await site.state.setEnabled("probe", true, "admin:elsewhere");
    await scheduler.wait(LEASE_IS_OVER_MS);
    expect((await render(site)).trace.plugins).toEqual([]);
    expect(await publish(site)).toMatchObject({ allow: false, refusedBy: ["probe"] });
    // With the gate's question this isolate has learned of it.
    expect((await render(site)).trace.plugins).toMatchObject([{ plugin: "probe" }]);
  });
});
