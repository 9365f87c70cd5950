// A plugin spells keys so that two texts might become one: other normal forms, look-alikes, invisible characters.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

/** Each is another key than the one before, whoever compares them. */
const KEYS = [
  "caf\u00e9",
  "cafe\u0301",
  "\ufb01",
  "fi",
  "\u2025/victim/secret",
  "\uff0e\uff0e/victim/secret",
  "sec\u200bret",
  "\u0455ecret",
  "secret\ufeff",
  "SECRET",
  "\u212a",
  "K",
  "\u{1f600}",
];

it("holds as many keys as it spelt, and nobody else's", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const keys = ${JSON.stringify(KEYS)};
    const before = await Promise.all(keys.map((key) => api.kv.get(key)));
    for (const key of keys) await api.kv.put(key, "of " + key);
    const after = await Promise.all(keys.map((key) => api.kv.get(key)));
    return tell({
      before: before.filter((value) => value !== null).length,
      distinct: after.filter((value, index) => value === "of " + keys[index]).length,
      listed: (await api.kv.list()).keys.length,
    });
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] },
    { keeps: Object.fromEntries(KEYS.map((key) => [key, `of ${key}`])) },
  );
  expect(told).toEqual({ before: "0", distinct: `${KEYS.length}`, listed: `${KEYS.length}` });
});
