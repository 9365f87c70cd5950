// A plugin fails with another error each time and is refused with another key each time, a thousand of them, so that
// whoever remembers errors would not stop growing.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { openTarget } from "../attack.ts";

const CALLS = 100;
/** Failures in a row, fewer than open its breaker: all hundred are to be calls. */
const IN_A_ROW = 4;

it("is told by one code each time, and nothing of them adds up", async () => {
  const code = `async beforePublish({ data, api }) {
    if (data.slug === "well") return true;
    // Ten refusals of the gateway's in each, which name the key's own words nowhere.
    for (let n = 0; n < 10; n += 1) await api.kv.put("k" + data.slug + n).catch(() => {});
    throw Object.assign(new Error("error " + data.slug), { code: "CODE_" + data.slug, name: "Name" + data.slug });
  }`;
  const target = await openTarget({ code, scopes: ["hook:beforePublish", "write:kv"] });
  const told = new Set<string>();
  const publish = (slug: string) => target.site.hooks.beforePublish({ ...events.beforePublish, slug });
  for (let call = 0; call < CALLS; call += 1) {
    if (call % IN_A_ROW === 0) await publish("well");
    const { issues, trace } = await publish(`s${call}`);
    told.add(JSON.stringify([issues, trace.plugins[0]?.error]));
  }
  expect(told.size).toBe(1);
  await target.expectUnharmed();
});
