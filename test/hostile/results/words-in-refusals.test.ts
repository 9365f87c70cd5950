// A plugin chooses the keys of what is rejected, so that its words stand in core's outcome.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";

it("a refusal names the place in the schema's words", async () => {
  const code = `async onSearch() { return { boosts: { "<b>call 555-0100</b>": -1 } }; },
    async renderHtml() { return { elements: [{ selector: "p", setAttributes: { "buy now": 5 } }] }; },
    async beforePublish() { return { allow: true, "call 555-0100": 1 }; }`;
  const scopes = ["hook:beforePublish", "hook:onSearch", "hook:renderHtml", "transform:html"] as const;
  await underAttack({ code, scopes }, async ({ site: { hooks } }) => {
    const search = await hooks.onSearch(events.onSearch);
    const trace = search.trace.plugins.find(({ plugin }) => plugin === ATTACKER);
    expect(trace).toMatchObject({ error: { code: "RESULT_REJECTED" } });
    expect(trace?.error?.message).toContain("at boosts.");
    const render = await hooks.renderHtml(events.renderHtml);
    expect(render.trace.plugins[0]?.error?.message).toContain("at elements.0.setAttributes.");
    const gate = await hooks.beforePublish(events.beforePublish);
    expect(gate.trace.plugins[0]?.error?.code).toBe("RESULT_REJECTED");
    expect(JSON.stringify([search, render, gate])).not.toMatch(/555-0100|buy now/);
  });
});
