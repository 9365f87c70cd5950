// A plugin has thousands of things dropped from its patches, so that the reports of it would grow.
import { expect, it } from "vitest";
import { MAX_DROPPED_CHARS, MAX_DROPPED_ENTRIES, MAX_TRACED_CALLS } from "../../../contracts/limits.ts";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const BAD = "'<script>' + 's3cr3t'.repeat(50) + '</script><b onclick=x>'";

it("is told a bounded number of short words", async () => {
  const code = pluginOf(`async renderHtml({ api }) {
    const patch = { appendBody: (${BAD}).repeat(150), elements: Array.from({ length: 50 }, (_, n) => ({ selector: "p:has(" + n, before: ${BAD} })) };
    for (let turn = 0; turn < 5; turn += 1) await attempt(() => api.html.transform(patch));
    return patch;
  }`);
  const target = await openTarget({ code, scopes: ["hook:renderHtml", "transform:html"] });
  const { patch, trace } = target.hear(await target.site.hooks.renderHtml(events.renderHtml));
  expect(JSON.stringify(patch)).not.toMatch(/script|onclick/);
  const { dropped = [] } = trace.plugins.find(({ plugin }) => plugin === ATTACKER) ?? {};
  expect(dropped.length).toBeGreaterThan(100);
  // The first of the calls' own, those of the returned patch, and a line that more were.
  expect(dropped.length).toBeLessThanOrEqual(MAX_TRACED_CALLS + MAX_DROPPED_ENTRIES + 1);
  for (const { what } of dropped) expect(what.length).toBeLessThanOrEqual(MAX_DROPPED_CHARS + 1);
  await target.expectUnharmed();
});
