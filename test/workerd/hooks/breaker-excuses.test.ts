// What is not the plugin's own doing opens no breaker, however often it happens.
import { describe, expect, it } from "vitest";
import { BREAKER_FAILURES } from "../../../contracts/limits.ts";
import { events, makeSite, refusalOf } from "../site.ts";
import { awaitBreaker, fail, letTry, moody, publish, readBreaker } from "./failing.ts";

const event = events.beforePublish;
const plugin = "probe";

describe("what does not open a breaker", () => {
  it("four failures, a success, four failures", async () => {
    const site = await makeSite(moody);
    for (const slug of ["bad", "good", "bad"]) await fail(site, BREAKER_FAILURES - 1, slug);
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });

  it("a denial that the plugin lets through, or a grant that was taken back", async () => {
    const site = await makeSite({ ...moody, grant: { scopes: ["hook:beforePublish"] } });
    await fail(site, 2 * BREAKER_FAILURES);
    expect(await publish(site, "good")).toMatchObject({
      outcome: "denied",
      error: { code: "PERMISSION_DENIED" },
    });
    await site.writeState("UPDATE installs SET manifest_digest = 'another'");
    await fail(site, 2 * BREAKER_FAILURES);
    expect(await publish(site, "good")).toMatchObject({
      outcome: "denied",
      error: { code: "GRANT_INVALID" },
    });
    expect(await readBreaker(site)).toBeNull();
  });

  it("a limit that was passed", async () => {
    const site = await makeSite({
      code: "async onSchedule() {}",
      scopes: ["hook:onSchedule"],
      grant: { caveats: { "hook:onSchedule": { rate: "1/60s" } } },
    });
    for (let time = 0; time < 3 * BREAKER_FAILURES; time += 1) await site.hooks.onSchedule(events.onSchedule);
    const { trace } = await site.hooks.onSchedule(events.onSchedule);
    expect(trace.plugins).toMatchObject([{ error: { code: "RATE_LIMITED" } }]);
  });

  it("events of core that no plugin sees", async () => {
    const site = await makeSite(moody);
    for (let time = 0; time < 2 * BREAKER_FAILURES; time += 1) {
      const refusal = await refusalOf(() => site.hooks.beforePublish({ ...event, title: 5 as never }));
      expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
  });

  it("what a plugin makes of core that does not answer", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        try { await api.pages.get("posts:other"); } catch { throw new Error("of its own"); }
        return true;
      }`,
      scopes: ["hook:beforePublish", "read:pages"],
    });
    const content = {
      get: async () => {
        throw new Error("core is away");
      },
      list: async () => ({ pages: [] }),
    };
    const run = () => site.hooks.beforePublish(event, { content });
    for (let time = 0; time < 2 * BREAKER_FAILURES; time += 1) await run();
    expect((await run()).trace.plugins).toMatchObject([{ error: { code: "PLUGIN_ERROR" } }]);
  });

  it("a call that somebody tries out, which is made though the breaker is open, and closes none", async () => {
    const site = await makeSite(moody);
    const tryOut = (slug: string) => site.run(plugin, "beforePublish", { ...event, slug });
    for (let time = 0; time < BREAKER_FAILURES; time += 1) await tryOut("bad");
    expect(await publish(site, "good")).toMatchObject({ outcome: "ok" });
    expect(await readBreaker(site)).toBeNull();
    await fail(site);
    expect(await tryOut("bad")).toMatchObject({ error: { code: "PLUGIN_ERROR" } });
    await awaitBreaker(site);
    await letTry(site);
    expect(await tryOut("good")).toMatchObject({ outcome: "ok" });
    expect(await readBreaker(site)).toMatchObject({ openings: 1 });
  });

  it("a dry run", async () => {
    const site = await makeSite({ ...moody, code: "async beforePublish() { throw 1; }" });
    for (let time = 0; time < 2 * BREAKER_FAILURES; time += 1) {
      await site.admin.dryRunGrant({ site: site.id, plugin });
    }
    expect(await publish(site, "good")).toMatchObject({ error: { code: "PLUGIN_ERROR" } });
    await fail(site);
    expect(await site.admin.dryRunGrant({ site: site.id, plugin })).toMatchObject([
      { error: { code: "PLUGIN_ERROR" } },
    ]);
  });
});
