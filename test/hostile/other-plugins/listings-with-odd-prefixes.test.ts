// A plugin lists keys under prefixes that would leave its own.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const PREFIXES = [
  "../",
  "../victim",
  "../../",
  "/",
  "//",
  "victim/",
  "v1/",
  ".",
  "%2e%2e/",
  "\u0000",
  "*",
  "",
  "s",
  "secret",
  "\uffff",
];

it("sees its own keys alone", async () => {
  const code = pluginOf(`async beforePublish({ api, context }) {
    await api.kv.put("own", "x");
    const seen = {};
    for (const prefix of [...${JSON.stringify(PREFIXES)}, context.site, context.site + "/victim/"]) {
      for (const options of [{ prefix }, { prefix, limit: 1000 }, { prefix, start: "", reverse: true, delimiter: "/" }]) {
        for (const { name } of (await api.kv.list(options)).keys) seen[name] = prefix;
      }
    }
    return tell({ names: Object.keys(seen).join() });
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] },
    { keeps: { own: "x" } },
  );
  expect(told).toEqual({ names: "own" });
});
