// A plugin that is installed on two sites carries what it has on one to the other.
import { expect, it } from "vitest";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ data, context, api }) {
  const before = { global: globalThis.of ?? null, key: await api.kv.get("of"), pages: (await api.pages.list()).pages.length };
  globalThis.of = context.site;
  await api.kv.put("of", context.site);
  return tell({ before: JSON.stringify(before) });
}`);
const scopes = ["hook:beforePublish", "read:kv", "write:kv", "read:pages"] as const;

it("finds nothing of the one on the other", async () => {
  const [one, other] = await Promise.all([openTarget({ code, scopes }), openTarget({ code, scopes })]);
  const nothing = JSON.stringify({ global: null, key: null, pages: 0 });
  expect(toldIn(await one.run()).before).toBe(nothing);
  expect(toldIn(await other.run()).before).toBe(nothing);
  const again = { global: one.site.id, key: one.site.id, pages: 0 };
  expect(toldIn(await one.run()).before).toBe(JSON.stringify(again));
  await one.expectUnharmed({ keeps: { of: one.site.id } });
  await other.expectUnharmed({ keeps: { of: other.site.id } });
});
