// A plugin that throws, in a gate and while a page is built, the expression whose number core names.
// None of it may reach core; one site serves all that a file throws.
import { afterEach, beforeAll, expect, it } from "vitest";
import { choosing, events } from "../../workerd/site.ts";
import { ATTACKER, openTarget, type Target } from "../attack.ts";

export const SECRET = "s3cr3t-text";

/** One test for each expression: it is PLUGIN_ERROR, and nothing of it is told. */
export function expectUntold(thrown: Readonly<Record<string, string>>): void {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget({
      code: `${choosing(Object.values(thrown))} export default {
        async beforePublish({ data }) { throw choose(data); },
        async renderHtml({ data }) { throw choose(data); },
        async onSearch() {},
      };`,
      scopes: ["hook:beforePublish", "hook:renderHtml", "hook:onSearch"],
    });
  });
  // The bystander's search asks the attacker too, which ends well: its breaker stays closed.
  afterEach(() => target.expectUnharmed());

  const cases = Object.keys(thrown).map((what, index) => [what, String(index)] as const);
  it.each(cases)("%s is PLUGIN_ERROR and stays out of the outcome", async (_what, index) => {
    const { hooks } = target.site;
    const gate = target.hear(await hooks.beforePublish({ ...events.beforePublish, slug: index }));
    expect(gate).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
    expect(gate.trace.plugins).toMatchObject([
      { outcome: "error", error: { code: "PLUGIN_ERROR", message: `${ATTACKER} threw in beforePublish` } },
    ]);
    const render = target.hear(await hooks.renderHtml({ ...events.renderHtml, path: index }));
    expect(render.skipped).toEqual([{ plugin: ATTACKER, code: "PLUGIN_ERROR" }]);
    expect(JSON.stringify([gate, render])).not.toContain(SECRET);
  });
}
