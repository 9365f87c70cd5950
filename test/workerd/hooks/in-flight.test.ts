import { describe, expect, it } from "vitest";
import { events, type FixturePlugin, makeSite, reportsOf } from "../site.ts";

const NAMES = ["one", "two", "three", "four", "five", "six"];

function many(count: number, plugin: FixturePlugin): FixturePlugin[] {
  return NAMES.slice(0, count).map((id) => ({ ...plugin, id }));
}

describe("several plugins of one call", () => {
  it("run side by side, at most four at once", async () => {
    const spans = "const from = Date.now(); await scheduler.wait(80); return say([from, Date.now()]);";
    const site = await makeSite(...many(6, { code: `async beforePublish() { ${spans} }` }));
    const outcome = await site.hooks.beforePublish(events.beforePublish);
    const ran = Object.values(reportsOf(outcome)) as [number, number][];
    expect(ran).toHaveLength(6);
    const atOnce = ran.map(([at]) => ran.filter(([from, to]) => from <= at && at < to).length);
    expect(Math.max(...atOnce)).toBe(4);
    expect(outcome.trace.plugins.map(({ plugin }) => plugin)).toEqual(NAMES);
  });

  it("give their place on when they time out in a gate: everyone is asked", async () => {
    const hanging = {
      code: "async beforePublish() { await scheduler.wait(20_000); }",
      manifest: { limits: { timeoutMs: 150 } },
    };
    const site = await makeSite(...many(4, hanging), {
      id: "last",
      code: "async beforePublish() { return true; }",
    });
    const outcome = await site.hooks.beforePublish(events.beforePublish);
    expect(outcome.trace.plugins.map((plugin) => plugin.outcome)).toEqual([
      "timeout",
      "timeout",
      "timeout",
      "timeout",
      "ok",
    ]);
    expect(outcome.refusedBy).toEqual(["one", "two", "three", "four"]);
  });

  it("hold their places while they hang in a render: who finds none is BUSY, and the page is served", async () => {
    const hanging: FixturePlugin = {
      code: "async renderHtml() { await scheduler.wait(20_000); }",
      scopes: ["hook:renderHtml"],
      manifest: { limits: { timeoutMs: 150 } },
    };
    const last = { ...hanging, id: "last", code: "async renderHtml() {}" };
    const site = await makeSite(...many(4, hanging), last);
    const startedMs = Date.now();
    const outcome = await site.hooks.renderHtml(events.renderHtml);
    expect(Date.now() - startedMs).toBeGreaterThan(4_500);
    expect(outcome.skipped.map(({ code }) => code)).toEqual([
      "DEADLINE_EXCEEDED",
      "DEADLINE_EXCEEDED",
      "DEADLINE_EXCEEDED",
      "DEADLINE_EXCEEDED",
      "BUSY",
    ]);
    expect(outcome.trace.plugins.map(({ plugin }) => plugin)).toEqual([...NAMES.slice(0, 4), "last"]);
  }, 15_000);
});

describe("a gate's work past its time", () => {
  const ticking: FixturePlugin = {
    code: `let ticks = 0;
      export default {
        async beforePublish({ data }) {
          if (data.slug === "count") return say(ticks);
          for (;;) { ticks += 1; await scheduler.wait(10); }
        },
      };`,
    scopes: ["hook:beforePublish", "read:pages"],
    manifest: { limits: { timeoutMs: 150 } },
  };

  it.each([
    ["alone", [] as FixturePlugin[]],
    ["beside another", [{ id: "other", code: "async beforePublish() { return true; }" }]],
  ])("ends with its own I/O context (%s)", async (_how, others) => {
    const site = await makeSite(ticking, ...others);
    expect((await site.hooks.beforePublish(events.beforePublish)).trace.plugins[0]?.outcome).toBe("timeout");
    const count = async () =>
      reportsOf(await site.hooks.beforePublish({ ...events.beforePublish, slug: "count" })).probe;
    const after = (await count()) as number;
    expect(after).toBeGreaterThan(0);
    await scheduler.wait(120);
    expect(await count()).toBe(after);
  });
});
