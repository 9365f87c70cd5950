// A plugin that ends what it runs in, in a gate beside another plugin: how that gate and the next one end.
import { expect } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { ATTEMPT } from "../plugin-text.ts";

/** `end` is an expression that is awaited in the hook. */
export async function expectOwnEnd(end: string): Promise<void> {
  const code = `${ATTEMPT} export default { async beforePublish({ data, api }) { if (data.slug === "end") await ${end}; return true; } };`;
  const honest = { code: "async beforePublish() { await scheduler.wait(20); return true; }" };
  // An isolate that is gone may answer nothing at all; the time limit is what ends its call.
  const target = await openTarget({ code, manifest: { limits: { timeoutMs: 500 } } }, honest);
  const { hooks } = target.site;
  const ended = target.hear(await hooks.beforePublish({ ...events.beforePublish, slug: "end" }));
  expect(ended).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
  const outcomes = ended.trace.plugins.map(({ plugin, outcome }) => [plugin, outcome === "ok"] as const);
  expect(Object.fromEntries(outcomes)).toEqual({ [ATTACKER]: false, [`${ATTACKER}-1`]: true });
  expect(["PLUGIN_ERROR", "DEADLINE_EXCEEDED"]).toContain(
    ended.trace.plugins.find(({ plugin }) => plugin === ATTACKER)?.error?.code,
  );
  expect((await hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  await target.expectUnharmed();
}
