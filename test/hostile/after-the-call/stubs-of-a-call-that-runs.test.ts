// Two calls of one plugin run at once, and one uses the stub of the other, which is still good.
import { expect, it } from "vitest";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ data, api }) {
  if (data.slug === "lends") {
    globalThis.lent = steal(api).dup();
    globalThis.lentApi = api;
    await scheduler.wait(300);
    return tell({ own: await attempt(() => api.kv.put("own", "x")) });
  }
  await scheduler.wait(100);
  return tell(await attemptAll({
    raw: () => lent.kv.put("borrowed", "x"),
    api: () => lentApi.kv.put("borrowed", "x"),
    family: async () => (await lent.kv).get("own"),
    own: () => api.kv.put("mine", "x"),
  }));
}`);

it("the runtime knows whose it is: nothing is done by it, and each call counts its own", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  const target = await openTarget({ code, scopes });
  const [lends, borrows] = await Promise.all([target.run("lends"), target.run("borrows")]);
  expect(toldIn(lends).own).toBe("got undefined");
  const { own, ...borrowed } = toldIn(borrows);
  expect(own).toBe("got undefined");
  for (const answer of Object.values(borrowed)) expect(answer).toMatch(/^(?!got )/);
  expect([lends.calls.length, borrows.calls.length]).toEqual([1, 1]);
  await target.expectUnharmed({ keeps: { own: "x", mine: "x" } });
});
