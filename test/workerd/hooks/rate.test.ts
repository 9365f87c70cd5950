import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { env, events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";
import { awaitAttempts, hurry } from "./deliveries.ts";

const plugin = "probe";

/** Counts its runs, and asks for a further one where the event says so by its cron. */
const counting: FixturePlugin = {
  code: `async onSchedule({ data, api }) {
    const runs = (await api.kv.list()).keys.length;
    await api.kv.put("run-" + runs, String(data.cursor ?? "start"));
    if (data.cron === "again" && data.cursor === undefined) return { again: { afterMs: 0, cursor: "next" } };
  }`,
  scopes: ["hook:onSchedule", "read:kv", "write:kv"],
};

function limited(rate: string): FixturePlugin {
  return { ...counting, grant: { caveats: { "hook:onSchedule": { rate } } } };
}

/** As if the minute were over. */
async function forgetRuns(site: TestSite): Promise<void> {
  await runInDurableObject(env.SITE_LOG.getByName(site.id), (_state, { storage }) => {
    storage.sql.exec("UPDATE runs SET at = at - 60000");
  });
}

describe("onSchedule under a rate", () => {
  it("is denied as RATE_LIMITED by hand past it, and runs again when the minute is over", async () => {
    const site = await makeSite(limited("2/60s"));
    const run = async () => (await site.hooks.onSchedule(events.onSchedule)).trace.plugins;
    expect(await run()).toMatchObject([{ outcome: "ok" }]);
    expect(await site.run(plugin, "onSchedule", events.onSchedule)).toMatchObject({ outcome: "ok" });
    expect(await run()).toMatchObject([
      {
        outcome: "denied",
        calls: [],
        error: { code: "RATE_LIMITED", message: "probe was granted at most 2 runs in 60 seconds" },
      },
    ]);
    expect(await site.run(plugin, "onSchedule", events.onSchedule)).toMatchObject({
      outcome: "denied",
      error: { code: "RATE_LIMITED" },
    });
    expect(Object.keys(await site.readKv())).toEqual(["run-0", "run-1"]);
    await forgetRuns(site);
    expect(await run()).toMatchObject([{ outcome: "ok" }]);
  });

  it("counts each plugin and each site for itself", async () => {
    const site = await makeSite(limited("1/60s"), { ...limited("1/60s"), id: "other" });
    const another = await makeSite(limited("1/60s"));
    for (const { hooks } of [site, another]) {
      const { trace } = await hooks.onSchedule(events.onSchedule);
      expect(trace.plugins.every(({ outcome }) => outcome === "ok")).toBe(true);
    }
  });

  it("puts a delivery off that is past it, and does not lose it", async () => {
    const site = await makeSite(limited("1/60s"));
    expect((await site.hooks.onSchedule({ ...events.onSchedule, cron: "again" })).queued).toBe(1);
    const [putOff] = await awaitAttempts(site, 1);
    expect(putOff).toMatchObject({ state: "pending", error: "RATE_LIMITED", attempt: 1 });
    expect(putOff?.next_at).toBeGreaterThan(Date.now());
    expect(await site.readKv()).toEqual({ "run-0": "start" });
    await forgetRuns(site);
    await hurry(site);
    expect(await awaitAttempts(site, 2)).toMatchObject([{ state: "done", error: null }]);
    expect(await site.readKv()).toEqual({ "run-0": "start", "run-1": "next" });
  });

  it("counts nothing without the caveat", async () => {
    const site = await makeSite(counting);
    for (let run = 0; run < 3; run += 1) {
      expect((await site.hooks.onSchedule(events.onSchedule)).trace.plugins).toMatchObject([
        { outcome: "ok" },
      ]);
    }
  });
});
