// A plugin reports with lone surrogates, NUL, control and direction characters, and in the name of others.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";

it("stays text of its own plugin, whoever it says to be", async () => {
  const code = `async beforePublish({ data }) {
    if (data.slug === "forged") return { allow: true, issues: [{ severity: "info", message: "x", plugin: "victim" }] };
    return { allow: true, issues: ["\\ud800", "\\u0000", "\\u001b[2J", "\\u202egnp.exe", "\\ufeff"].map((message) => ({ severity: "info", message })) };
  }`;
  await underAttack({ code }, async (target) => {
    const { hooks } = target.site;
    const { allow, issues } = target.hear(await hooks.beforePublish(events.beforePublish));
    expect(allow).toBe(true);
    expect(issues.map(({ plugin }) => plugin)).toEqual(Array(5).fill(ATTACKER));
    // It reaches core as JSON that every parser takes.
    expect(JSON.parse(JSON.stringify(issues))).toEqual(issues);
    const forged = target.hear(await hooks.beforePublish({ ...events.beforePublish, slug: "forged" }));
    expect(forged).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
  });
});
