import { describe, expect, it } from "vitest";
import { events, type FixturePlugin, makeSite } from "../site.ts";
import { awaitAttempts, hurry, readDeliveries } from "./deliveries.ts";

const scopes = ["hook:onSchedule", "write:kv"] as const;

function scheduled(body: string, id = "probe"): FixturePlugin {
  return { id, code: `async onSchedule({ data, context, api }) { ${body} }`, scopes };
}

describe("onSchedule, called by hand", () => {
  it("runs at once and shows how it went", async () => {
    const site = await makeSite(scheduled("await api.kv.put('ran', JSON.stringify(data));"));
    const outcome = await site.hooks.onSchedule(events.onSchedule);
    expect(outcome).toMatchObject({
      queued: 0,
      trace: {
        plugins: [{ outcome: "ok", calls: [{ capability: "kv.write", method: "put", outcome: "ok" }] }],
      },
    });
    expect(JSON.parse((await site.readKv()).ran ?? "")).toEqual({ api: 1, ...events.onSchedule, missed: 0 });
  });

  it("queues the turn that a plugin asks for, and the alarm gives it with its cursor", async () => {
    const site = await makeSite(
      scheduled(`await api.kv.put("at-" + (data.cursor ?? "start"), context.idempotencyKey);
        return data.cursor === "two" ? null : { again: { afterMs: 0, cursor: data.cursor ? "two" : "one" } };`),
    );
    expect((await site.hooks.onSchedule(events.onSchedule)).queued).toBe(1);
    await expect
      .poll(async () => Object.keys(await site.readKv()).sort(), { timeout: 5_000 })
      .toEqual(["at-one", "at-start", "at-two"]);
    const [install] = (await site.state.read()).plugins;
    const ended = { state: "done", install_id: install?.installId };
    expect(await awaitAttempts(site, 1)).toMatchObject([ended, ended]);
    expect(new Set(Object.values(await site.readKv())).size).toBe(3);
  });

  it("reports each plugin's failure beside the others' success", async () => {
    const site = await makeSite(
      scheduled("throw 1;", "bad"),
      scheduled("return { again: 1 };", "worse"),
      scheduled("", "good"),
    );
    const { queued, trace } = await site.hooks.onSchedule(events.onSchedule);
    expect(queued).toBe(0);
    expect(trace.plugins.map(({ plugin, error }) => [plugin, error?.code])).toEqual([
      ["bad", "PLUGIN_ERROR"],
      ["worse", "RESULT_REJECTED"],
      ["good", undefined],
    ]);
  });

  it("records a continuation that fails and does not repeat it", async () => {
    const site = await makeSite(
      scheduled("if (data.cursor) throw 1; return { again: { afterMs: 0, cursor: 1 } };"),
    );
    await site.hooks.onSchedule(events.onSchedule);
    expect(await awaitAttempts(site, 1)).toMatchObject([
      { state: "dead", error: "PLUGIN_ERROR", attempt: 1 },
    ]);
    await hurry(site);
    expect(await readDeliveries(site)).toMatchObject([{ attempt: 1 }]);
  });
});
