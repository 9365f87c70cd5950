// A plugin begins writes that it does not wait for, and answers.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

it("ends with the hook's answer: what was not guarded by then is not written", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    if (data.slug !== "flood") return true;
    for (let turn = 0; turn < 500; turn += 1) void api.kv.put("k" + turn, "v").catch(() => {});
    return true;
  }`);
  const target = await openTarget({ code, scopes: ["hook:beforePublish", "write:kv"] });
  const { hooks } = target.site;
  expect((await hooks.beforePublish({ ...events.beforePublish, slug: "flood" })).allow).toBe(true);
  const written = Object.keys(await target.site.readKv(ATTACKER));
  expect((await hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  // Nor is any of it written later.
  await scheduler.wait(50);
  await target.expectUnharmed({ keeps: Object.fromEntries(written.map((key) => [key, "v"])) });
});
