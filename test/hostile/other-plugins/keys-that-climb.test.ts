// A plugin asks for keys that would be another plugin's if they were paths.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const KEYS = [
  "secret",
  "../victim/secret",
  "../../victim/secret",
  "../../../victim/secret",
  "/secret",
  "//victim/secret",
  "./../victim/secret",
  "..\\victim\\secret",
  "victim/secret",
  "v1/secret",
  "x/../../victim/secret",
  "%2e%2e/victim/secret",
  "..%2Fvictim%2Fsecret",
  "..%252Fvictim/secret",
  "..;/victim/secret",
  "?key=secret",
  "#secret",
];

it("reads and removes its own keys alone, whatever they look like", async () => {
  const code = pluginOf(`async beforePublish({ api, context }) {
    const sites = [context.site + "/victim/secret", "../../../../" + context.site + "/victim/secret"];
    const found = {};
    for (const key of [...${JSON.stringify(KEYS)}, ...sites]) {
      const value = await attempt(() => api.kv.get(key));
      if (value !== "got null") found[key] = value;
      const entry = await attempt(() => api.kv.getWithMetadata(key));
      if (entry !== 'got {"value":null,"metadata":null}') found[key + " (metadata)"] = entry;
      await api.kv.delete(key);
      await api.kv.put(key, "mine");
    }
    for (const { name } of (await api.kv.list()).keys) await api.kv.delete(name);
    return tell(found);
  }`);
  const { report, told } = await attack({ code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] });
  expect(told).toEqual({});
  expect(report.calls.length).toBeGreaterThan(4 * KEYS.length);
});
