// A plugin takes no refusal for an answer, and calls on for ever.
import { afterAll, beforeAll, expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { openTarget, type Target } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

/** What is called: a method, one without its scope, the log, a family's getter. */
const CALLS = {
  get: "() => api.kv.get('k')",
  denied: "() => api.kv.put('k', 'v')",
  log: "() => raw.log.write([])",
  family: "async () => raw.kv",
};

let target: Target;
beforeAll(async () => {
  const calls = Object.entries(CALLS).map(([name, call]) => `${name}: ${call}`);
  const code = pluginOf(`async renderHtml({ data, api }) {
    const raw = steal(api);
    const call = { ${calls.join(", ")} }[data.path];
    for (let turn = 0; turn < 1_000_000; turn += 1) try { await call(); } catch {}
  }`);
  target = await openTarget({
    code,
    scopes: ["hook:renderHtml", "read:kv"],
    manifest: { limits: { timeoutMs: 500 } },
  });
});
afterAll(() => target.expectUnharmed());

it.each(Object.keys(CALLS))(
  "ends by its hook's time limit, and others are answered meanwhile: %s",
  async (call) => {
    const order: string[] = [];
    const flood = target.run(call, "renderHtml").finally(() => order.push("flood"));
    await scheduler.wait(20);
    await target.site.hooks.onSearch(events.onSearch);
    order.push("bystander");
    expect(await flood).toMatchObject({ outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } });
    expect(order).toEqual(["bystander", "flood"]);
  },
);
