// A plugin puts what ends texts, lines and paths elsewhere into its keys.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const KEYS = [
  "\u0000",
  "secret\u0000",
  "\u0000secret",
  "../victim/secret\u0000.txt",
  "a\nb",
  "a\r\nb",
  "\u001b[2J",
  "\u202esecret",
  "\u007f",
  " ",
  " secret",
  "secret ",
  ".",
];

it("keeps them as keys of its own, whole, or is refused", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const wrong = {};
    for (const key of ${JSON.stringify(KEYS)}) {
      if ((await attempt(() => api.kv.get(key))) !== "got null") wrong["before " + key] = "found";
      const put = await attempt(() => api.kv.put(key, key));
      const got = await api.kv.get(key).catch(() => null);
      if (put === "got undefined" && got !== key) wrong["after " + key] = String(got);
      await api.kv.delete(key).catch(() => {});
    }
    return tell({ ...wrong, left: (await api.kv.list()).keys.length });
  }`);
  const attacked = await attack({ code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] });
  expect(attacked.told).toEqual({ left: "0" });
});
