// A plugin fails with another error each time and is refused with another key each time, a thousand of them, so that
// whoever remembers errors would not stop growing.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { openTarget } from "../attack.ts";

const CALLS = 100;

it("is told by one code each time, and nothing of them adds up", async () => {
  const code = `async beforePublish({ data, api }) {
    // Ten refusals of the gateway's in each, which name the key's own words nowhere.
    for (let n = 0; n < 10; n += 1) await api.kv.put("k" + data.slug + n).catch(() => {});
    throw Object.assign(new Error("error " + data.slug), { code: "CODE_" + data.slug, name: "Name" + data.slug });
  }`;
  const target = await openTarget({ code, scopes: ["hook:beforePublish", "write:kv"] });
  const told = new Set<string>();
  for (let call = 0; call < CALLS; call += 1) {
    const { issues, trace } = await target.site.hooks.beforePublish({
      ...events.beforePublish,
      slug: `s${call}`,
    });
    told.add(JSON.stringify([issues, trace.plugins[0]?.error]));
  }
  expect(told.size).toBe(1);
  await target.expectUnharmed();
});
