// A plugin has the one method `hook`, which is called for what it subscribes to, and tries to be called for more.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";

it("is called for the hooks that were granted, and no others", async () => {
  const code = `export default { async hook({ context, data }) {
    (globalThis.hooks ??= []).push(context.hook);
    if (context.hook === "beforePublish") return { allow: true, issues: [{ severity: "info", message: JSON.stringify(hooks) }] };
  } };`;
  const attacker = {
    code,
    scopes: ["hook:beforePublish", "hook:renderHtml", "hook:onSchedule"] as const,
    grant: { scopes: ["hook:beforePublish" as const] },
    manifest: { hooks: ["beforePublish", "renderHtml", "onSchedule"] },
  };
  await underAttack(attacker, async (target) => {
    const { hooks } = target.site;
    const render = target.hear(await hooks.renderHtml(events.renderHtml));
    const schedule = target.hear(await hooks.onSchedule(events.onSchedule));
    expect([
      render.trace.plugins,
      schedule.trace.plugins.filter(({ plugin }) => plugin === ATTACKER),
    ]).toEqual([[], []]);
    expect(await target.run("x", "renderHtml")).toMatchObject({
      outcome: "denied",
      error: { code: "PERMISSION_DENIED" },
    });
    expect(await target.ask()).toEqual(["beforePublish"]);
  });
});
