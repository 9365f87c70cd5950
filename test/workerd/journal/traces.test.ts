// What became of each call: all hooks, all ends, as core was told; and how much of it is kept.
import { describe, expect, it } from "vitest";
import type { HookName } from "../../../contracts/hooks.ts";
import { MAX_GATHERED_TRACES } from "../../../contracts/limits.ts";
import type { CallOutcome } from "../../../contracts/outcome.ts";
import type { Scope } from "../../../contracts/scopes.ts";
import { awaitAttempts } from "../hooks/deliveries.ts";
import { events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";
import { linesOf, tracesOf } from "./journal.ts";

/** One plugin for each end that a call can have. */
function pluginsFor(hook: HookName): readonly FixturePlugin[] {
  const good = hook === "beforePublish" ? "true" : "null";
  const bodies: Record<CallOutcome, string> = {
    ok: `await api.kv.get("a"); await api.kv.list(); return ${good};`,
    denied: `await api.pages.get("posts:p1"); return ${good};`,
    error: "throw new Error('it broke');",
    rejected: "return 42;",
    timeout: "await new Promise((resolve) => setTimeout(resolve, 20_000));",
  };
  const scopes = [`hook:${hook}` as Scope, "read:kv" as const];
  return Object.entries(bodies).map(([id, body]) => ({
    id: `ends-${id}`,
    code: `async ${hook}({ api }) { ${body} }`,
    scopes,
    ...(id === "timeout" && { manifest: { limits: { timeoutMs: 400 } } }),
  }));
}

function call(site: TestSite, hook: HookName): Promise<unknown> {
  return site.hooks.dispatch(hook, events[hook]);
}

describe.concurrent("traces", { timeout: 30_000 }, () => {
  it.each(["beforePublish", "renderHtml", "onSearch", "onSchedule", "afterPublish"] as const)(
    "keeps how calls of %s ended",
    async (hook) => {
      const site = await makeSite(...pluginsFor(hook));
      await call(site, hook);
      if (hook === "afterPublish") await awaitAttempts(site, 1);
      const traces = (await tracesOf(site, 5)).filter(({ attempt }) => attempt === 1);
      const ends = traces.map(({ plugin, outcome, code }) => [plugin, outcome, code] as const);
      expect(ends.toSorted()).toEqual([
        ["ends-denied", "denied", "PERMISSION_DENIED"],
        ["ends-error", "error", "PLUGIN_ERROR"],
        ["ends-ok", "ok", null],
        ["ends-rejected", "rejected", "RESULT_REJECTED"],
        ["ends-timeout", "timeout", "DEADLINE_EXCEEDED"],
      ]);
      const byPlugin = Object.fromEntries(traces.map((trace) => [trace.plugin, trace]));
      expect(byPlugin["ends-ok"]?.calls).toMatchObject([
        { capability: "kv.read", method: "get", outcome: "ok", ms: expect.any(Number) },
        { capability: "kv.read", method: "list", outcome: "ok" },
      ]);
      expect(byPlugin["ends-denied"]?.calls).toMatchObject([{ capability: "pages.read", outcome: "denied" }]);
      expect(byPlugin["ends-timeout"]?.ms).toBeGreaterThanOrEqual(400);
      for (const trace of traces) {
        expect(trace).toMatchObject({
          hook,
          version: expect.stringMatching(/^1\./),
          invocationId: expect.any(String),
        });
        expect(Date.parse(trace.startedAt)).toBeGreaterThan(Date.now() - 60_000);
      }
    },
  );

  it("counts the tries of a delivery, and names the same calls as the log", async () => {
    const site = await makeSite({
      code: `async afterPublish({ context }) { console.log(context.invocationId); throw new Error("again"); }`,
      scopes: ["hook:afterPublish"],
    });
    await call(site, "afterPublish");
    const [trace] = await tracesOf(site, 1);
    const [line] = await linesOf(site, 1);
    expect(trace).toMatchObject({ outcome: "error", attempt: 1, invocationId: line?.message });
  });

  it("says that a patch without its scope, and a foreign id, were refused", async () => {
    const site = await makeSite({
      code: `async renderHtml() { return { appendBody: "<p>x</p>" }; }, async onSearch() { return { hide: ["posts:zz"] }; }`,
      scopes: ["hook:renderHtml", "hook:onSearch"],
    });
    await call(site, "renderHtml");
    await call(site, "onSearch");
    expect(await tracesOf(site, 2)).toMatchObject([
      { hook: "renderHtml", outcome: "denied", code: "PERMISSION_DENIED" },
      { hook: "onSearch", outcome: "rejected", code: "RESULT_REJECTED" },
    ]);
  });

  it("keeps the call of a plugin whose grant is not good, which was not run", async () => {
    const site = await makeSite({ code: "async beforePublish() { return true; }" });
    await site.writeState("UPDATE grants SET token = token || 'x'");
    await call(site, "beforePublish");
    expect(await tracesOf(site, 1)).toMatchObject([
      { outcome: "denied", code: "GRANT_INVALID", ms: 0, calls: [] },
    ]);
  });

  it("keeps the newest of a crowd of calls, and what failed among them", async () => {
    const site = await makeSite({
      code: `async onSearch({ data }) { if (data.query === "7") throw new Error("x"); return null; }`,
      scopes: ["hook:onSearch"],
    });
    const calls = 3 * MAX_GATHERED_TRACES;
    for (let query = 0; query < calls; query += 1) {
      await site.hooks.onSearch({ query: String(query), results: [] });
    }
    const { trace } = await site.hooks.onSearch({ query: "last", results: [] });
    const traces = await tracesOf(site, MAX_GATHERED_TRACES);
    expect(traces.filter(({ outcome }) => outcome === "error")).toHaveLength(1);
    expect(traces.map(({ invocationId }) => invocationId)).toContain(trace.id);
    expect(traces.length).toBeLessThanOrEqual(calls);
  });

  it("finds them by plugin, hook, outcome and time, page by page, newest first", async () => {
    const code = (body: string) => `async onSearch() { ${body} }, async onSchedule() { return null; }`;
    const scopes = ["hook:onSearch", "hook:onSchedule"] as const;
    const site = await makeSite(
      { id: "good", code: code("return null;"), scopes },
      { id: "bad", code: code("throw 1;"), scopes },
    );
    for (let turn = 0; turn < 3; turn += 1) await call(site, "onSearch");
    await call(site, "onSchedule");
    const all = await tracesOf(site, 8);
    const find = async (query: object) =>
      (await site.admin.listTraces({ site: site.id, ...query })).traces.map(({ id }) => id);
    const idsOf = (kept: (trace: (typeof all)[number]) => boolean) =>
      all
        .filter(kept)
        .map(({ id }) => id)
        .toReversed();
    expect(await find({})).toEqual(idsOf(() => true));
    expect(await find({ plugin: "bad" })).toEqual(idsOf(({ plugin }) => plugin === "bad"));
    expect(await find({ hook: "onSchedule" })).toEqual(idsOf(({ hook }) => hook === "onSchedule"));
    expect(await find({ outcome: "error" })).toEqual(idsOf(({ outcome }) => outcome === "error"));
    expect(await find({ since: "2099-01-01T00:00:00Z" })).toEqual([]);
    const first = await site.admin.listTraces({ site: site.id, limit: 5 });
    const { cursor } = first;
    if (cursor === undefined) throw new Error("expected a cursor");
    const second = await site.admin.listTraces({ site: site.id, limit: 5, cursor });
    expect([...first.traces, ...second.traces].map(({ id }) => id)).toEqual(idsOf(() => true));
    expect(second.cursor).toBeUndefined();
  });
});
