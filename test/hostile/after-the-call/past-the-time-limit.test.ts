// A plugin lets its time run out and acts then.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const manifest = { limits: { timeoutMs: 120 } };

it.concurrent("writes nothing in a gate", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const twin = steal(api).dup();
    await scheduler.wait(200);
    await twin.kv.put("late", "x");
    return true;
  }`);
  await underAttack({ code, scopes: ["hook:beforePublish", "write:kv"], manifest }, async (target) => {
    const { allow, trace } = target.hear(await target.site.hooks.beforePublish(events.beforePublish));
    expect(allow).toBe(false);
    expect(trace.plugins).toMatchObject([{ outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } }]);
    await scheduler.wait(200);
  });
});

it.concurrent("writes nothing in a render that another plugin keeps open, and is refused by the guard", async () => {
  const code = pluginOf(`
    async renderHtml({ api }) {
      const twin = steal(api).dup();
      await scheduler.wait(200);
      globalThis.tried = await attempt(() => twin.kv.put("late", "x"));
    },
    async beforePublish() { return tell({ tried: globalThis.tried }); }`);
  const scopes = ["hook:beforePublish", "hook:renderHtml", "write:kv"] as const;
  const slow = {
    code: "async renderHtml() { await scheduler.wait(1_500); }",
    scopes: ["hook:renderHtml"] as const,
  };
  const target = await openTarget({ code, scopes, manifest }, slow);
  const { skipped } = target.hear(await target.site.hooks.renderHtml(events.renderHtml));
  expect(skipped).toEqual([{ plugin: ATTACKER, code: "DEADLINE_EXCEEDED" }]);
  expect(toldIn(await target.run()).tried).toMatch(
    /^PERMISSION_DENIED: the call that this stub was made for has ended/,
  );
  await target.expectUnharmed();
  const [entry] = await target.audited(1);
  expect(entry).toMatchObject({ hook: "renderHtml", scope: "write:kv", reason: "the call had ended" });
});

it.concurrent("cannot wait for its limit to pass unseen: the guard's own clock refuses", async () => {
  // The hook's limit is when the host stops waiting; a call that comes at that very moment is refused too.
  const code = pluginOf(`async beforePublish({ context, api }) {
    let last = "none";
    while (!last.startsWith("DEADLINE")) {
      last = await attempt(() => api.kv.get("k"));
      if (Date.now() > context.deadline + 50) break;
      await scheduler.wait(1);
    }
    return true;
  }`);
  await underAttack({ code, scopes: ["hook:beforePublish", "read:kv"], manifest }, async (target) => {
    expect(await target.run()).toMatchObject({ outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } });
  });
});
