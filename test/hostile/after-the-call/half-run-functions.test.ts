// A plugin stops a function half-way in one call and lets another call run the rest.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;

it.concurrent("the rest of a generator has the stubs of a call that is over", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    if (data.slug === "start") {
      globalThis.half = (async function* () { yield await api.kv.get("k"); yield await api.kv.put("late", "x"); })();
      return tell({ first: await attempt(() => half.next()) });
    }
    return tell({ rest: await attempt(() => half.next()) });
  }`);
  await underAttack({ code, scopes }, async (target) => {
    expect(toldIn(await target.run("start")).first).toBe('got {"value":null,"done":false}');
    expect(toldIn(await target.run("rest")).rest).toMatch(/^(?!got )/);
  });
});

it.concurrent("a call that waits for another call's promise ends at its own limit, or with that promise", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    if (data.slug === "make") { globalThis.pending = Promise.withResolvers(); return true; }
    if (data.slug === "resolve") { pending.resolve(() => api.kv.put("late", "x")); return true; }
    const use = await pending.promise;
    return tell({ used: await attempt(use) });
  }`);
  const attacker = { code, scopes, manifest: { limits: { timeoutMs: 400 } } };
  await underAttack(attacker, async (target) => {
    await target.run("make");
    const waiting = target.run("wait");
    await scheduler.wait(50);
    expect(await target.run("resolve")).toMatchObject({ outcome: "ok", calls: [] });
    const report = await waiting;
    if (report.outcome === "ok") expect(toldIn(report).used).toMatch(/^(?!got )/);
    else expect(report.error?.code).toBe("DEADLINE_EXCEEDED");
    expect(report.calls).toEqual([]);
  });
});
