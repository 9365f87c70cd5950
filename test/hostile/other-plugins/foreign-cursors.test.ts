// A plugin goes on with a cursor that is not its own: of another plugin, another site, another prefix, or altered.
import { expect, it } from "vitest";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

/** With a limit of one there is a cursor; the word is the cursor to go on with. */
const code = pluginOf(`async beforePublish({ data, api }) {
  if (data.slug === "make") {
    for (const key of ["a/1", "a/2", "b/1", "b/2"]) await api.kv.put(key, "x");
    const all = await api.kv.list({ limit: 1 });
    const some = await api.kv.list({ prefix: "b/", limit: 1 });
    return tell({ all: all.cursor, some: some.cursor });
  }
  const [cursor, prefix] = JSON.parse(data.slug);
  return tell({ list: await attempt(async () => (await api.kv.list({ cursor, prefix })).keys.map(({ name }) => name)) });
}`);
const attacker = { code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] as const };

it("is refused, and learns nothing of what it stands for", async () => {
  const [target, elsewhere] = await Promise.all([openTarget(attacker, attacker), openTarget(attacker)]);
  const own = toldIn(await target.run("make"));
  const ofAnother = toldIn(await target.run("make", "beforePublish", `${ATTACKER}-1`));
  const ofAnotherSite = toldIn(await elsewhere.run("make"));
  const list = async (cursor: string | undefined, prefix?: string) =>
    toldIn(await target.run(JSON.stringify([cursor, prefix]))).list;

  expect(await list(own.all)).toBe('got ["a/2","b/1","b/2"]');
  const all = own.all ?? "";
  const flipped = `${all.slice(0, 20)}${all[20] === "A" ? "B" : "A"}${all.slice(21)}`;
  const foreign = {
    "of another plugin": await list(ofAnother.all),
    "of another site": await list(ofAnotherSite.all),
    "with a bit flipped": await list(flipped),
    "cut off": await list(all.slice(0, -4)),
    "with more behind": await list(`${all}AAAA`),
    "in the clear": await list(btoa(`${target.site.id}/victim/`)),
    "empty bytes": await list("===="),
    "no text of a cursor": await list("\u0000"),
  };
  for (const answer of Object.values(foreign))
    expect(answer).toMatch(/^INVALID_ARGUMENT: kv\.list: expected a cursor/);
  // One of its own for another prefix leads to keys of its own.
  expect(await list(own.some)).toBe('got ["b/2"]');
  expect(await list(own.all, "b/")).toMatch(/^got \[("b\/\d",?)*\]$/);
  // Sealed: not even its own spells a key, a site or an install.
  expect(atob(all)).not.toMatch(/a\/1|attacker|site-/);

  const keeps = { "a/1": "x", "a/2": "x", "b/1": "x", "b/2": "x" };
  await Promise.all([target.expectUnharmed({ keeps }), elsewhere.expectUnharmed({ keeps })]);
});
