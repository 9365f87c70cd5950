// A plugin keeps the gateway busy with calls that it may make, while others want to be answered.
import { expect, it } from "vitest";
import { hookWork } from "../../../contracts/limits.ts";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { makeElsewhere } from "../world.ts";

it("they are answered before it is done", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    for (let turn = 0; turn < ${hookWork.beforePublish.calls - 10}; turn += 1) await api.getPage(data.pageId);
    await api.kv.put("done", "x");
    return true;
  }`);
  const target = await openTarget({ code, scopes: ["hook:beforePublish", "read:pages", "write:kv"] });
  const flood = target.run();
  await scheduler.wait(5);
  for (const site of [target.site, await makeElsewhere()]) {
    expect((await site.hooks.onSearch(events.onSearch)).hidden).toEqual(["posts:b"]);
  }
  expect(await target.site.readKv(ATTACKER)).toEqual({});
  expect(await flood).toMatchObject({ outcome: "ok" });
  await target.expectUnharmed({ keeps: { done: "x" } });
});
