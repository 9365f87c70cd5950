// A plugin is registered and installed under names that come close to the victim's: its prefix, its parts, its site's.
import { expect, it } from "vitest";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ api }) {
  const found = {};
  for (const key of ["secret", "m/secret", "ictim/secret", "/secret", "im/secret"]) {
    const value = await api.kv.get(key);
    if (value !== null) found[key] = value;
  }
  return tell({ ...found, listed: (await api.kv.list({ prefix: "" })).keys.length });
}`);

it("shares no key with it", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  const names = ["vict", "victi", "victims", "victim-1", "v-ictim"];
  const target = await openTarget({ code, scopes }, ...names.map((id) => ({ id, code, scopes })));
  for (const name of names) {
    expect(toldIn(await target.run(undefined, undefined, name))).toEqual({ listed: "0" });
  }
  await target.expectUnharmed();
});
