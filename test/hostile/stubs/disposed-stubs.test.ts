// A plugin disposes of its stubs, and of what hangs on them, before the call is over.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ data, api }) {
  const raw = steal(api);
  const answers = {};
  if (data.slug === "family") { raw.kv[Symbol.dispose]?.(); (await raw.kv)[Symbol.dispose](); }
  if (data.slug === "root") raw[Symbol.dispose]();
  if (data.slug === "twice") { raw[Symbol.dispose](); raw[Symbol.dispose](); }
  if (data.slug === "promise") { const promise = api.kv.put("promised", "v"); promise[Symbol.dispose]?.(); }
  return tell({ put: await attempt(() => api.kv.put("k", data.slug)) });
}`);

it("harms its own call alone: the next has stubs of its own", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  await underAttack(
    { code, scopes },
    async (target) => {
      const put = async (word: string) => toldIn(await target.run(word)).put;
      for (const word of ["root", "twice"]) expect(await put(word)).toMatch(/^Error: .*(disposed|disposal)/i);
      expect(await put("family")).toBe("got undefined");
      expect(await put("promise")).toBe("got undefined");
      expect(await put("honest")).toBe("got undefined");
    },
    { keeps: { k: "honest", promised: "v" } },
  );
});
