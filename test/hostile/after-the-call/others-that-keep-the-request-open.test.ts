// A plugin works on behind its answer while another one keeps the request, and so its stubs' context, alive.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

it("writes nothing while that one is at work, and is refused by the guard", async () => {
  const code = pluginOf(`
    async renderHtml({ api }) {
      const raw = steal(api);
      const twin = raw.dup();
      waitUntil((async () => {
        await scheduler.wait(60);
        globalThis.tried = await attemptAll({
          api: () => api.kv.put("late", "x"), raw: () => raw.kv.put("late", "x"), twin: () => twin.kv.put("late", "x"),
        });
      })());
    },
    async beforePublish() { return tell(globalThis.tried ?? {}); }`);
  const scopes = ["hook:beforePublish", "hook:renderHtml", "read:kv", "write:kv"] as const;
  const slow = {
    code: "async renderHtml() { await scheduler.wait(250); }",
    scopes: ["hook:renderHtml"] as const,
  };
  const target = await openTarget({ code, scopes }, slow);
  const { trace } = target.hear(await target.site.hooks.renderHtml(events.renderHtml));
  expect(trace.plugins.map(({ plugin, outcome }) => [plugin, outcome]).sort()).toEqual([
    [ATTACKER, "ok"],
    [`${ATTACKER}-1`, "ok"],
  ]);
  expect(JSON.stringify(await target.run())).not.toContain('"got ');
  await target.expectUnharmed();
});
