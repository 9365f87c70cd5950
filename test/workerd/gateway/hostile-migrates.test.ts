// A version whose `migrate` attacks: the one before stays live with all that it kept, and nothing of others is learnt.
import { afterAll, describe, expect, it } from "vitest";
import { pluginOf } from "../../hostile/plugin-text.ts";
import { STEAL } from "../../hostile/stolen-stub.ts";
import { events, refusalOf } from "../site.ts";
import { emptyPool, KEYS_ONLY, keeper, keptBoth, makeKeeping } from "./versions.ts";

/** Goes live with this `migrate` in the place of 1.0.0; answers what it told by throwing, in its log. */
async function moveWith(body: string, helpers = "") {
  const made = await makeKeeping();
  const { site, plugin, at } = made;
  const code = keeper(plugin, "2.0.0", `async migrate({ from, api, context }) { ${body} },`).code;
  await site.register({ ...keeper(plugin, "2.0.0"), code: `${helpers}${code}` });
  await site.admin.update({ ...at, to: "2.0.0", dryRun: false });
  return made;
}

const told = (refusal: unknown): string[] =>
  ((refusal as { details?: { logs?: { message: string }[] } }).details?.logs ?? []).map(
    ({ message }) => message,
  );

afterAll(emptyPool);

describe.concurrent("a hostile migrate", { timeout: 60_000 }, () => {
  it("that never ends, ends, and the version before works on", async () => {
    const { goLive, keep, live, state } = await moveWith("await new Promise(() => {});");
    expect(await refusalOf(goLive)).toMatchObject({
      code: "PLUGIN_ERROR",
      details: { code: "DEADLINE_EXCEEDED" },
    });
    expect(await live()).toEqual({ version: "1.0.0", status: "live" });
    expect(await keep("two")).toBe("1.0.0");
    expect(await state(1)).toEqual(keptBoth("one", "two"));
  });

  it("that floods is stopped by its numbers", async () => {
    const { goLive, live } = await moveWith('for (;;) await from.kv.get("slug/one"); ');
    expect(await refusalOf(goLive)).toMatchObject({ code: "PLUGIN_ERROR" });
    expect(await live()).toMatchObject({ version: "1.0.0" });
  });

  it("that writes through `from` changes nothing there", async () => {
    const attempts = [
      'from.db.prepare("DELETE FROM kept").run()',
      'from.db.prepare("INSERT INTO kept VALUES (1, 1)").all()',
      'from.db.prepare("DROP TABLE kept").first()',
      'from.db.prepare("UPDATE kept SET by = 1 RETURNING by").raw()',
      'from.db.prepare("SELECT 1; DELETE FROM kept").all()',
      'from.db.batch([from.db.prepare("SELECT 1"), from.db.prepare("DELETE FROM kept")])',
      'stolen.fromDb.run({ sql: "DELETE FROM kept" })',
      'stolen.fromDb.batch([{ sql: "DELETE FROM kept" }])',
      'stolen.fromDb.exec("DELETE FROM kept")',
      'stolen.fromKv.put("slug/one", "x")',
      'stolen.fromKv.delete("slug/one")',
      "stolen.fromDb.migrate()",
      'stolen.from.db.run({ sql: "DELETE FROM kept" })',
      'from.kv.put("slug/one", "x")',
      'from.db.exec("DELETE FROM kept")',
    ];
    const tries = attempts.map((text) => `async () => ${text}`);
    const { goLive, state } = await moveWith(
      `const stolen = steal(api);
       const said = [];
       for (const attempt of [${tries.join(", ")}]) {
         said.push(await attempt().then(() => "done", () => "refused"));
       }
       throw new Error(said.join(" "));`,
      STEAL,
    );
    const refusal = await refusalOf(goLive);
    expect(told(refusal).join()).toContain(`Error: ${attempts.map(() => "refused").join(" ")}`);
    expect(await state(1)).toEqual(keptBoth("one"));
  });

  it("that looks for keys of others finds its own alone, under any name", async () => {
    const { goLive, site, plugin } = await moveWith(
      `const { keys } = await from.kv.list();
       const climbs = ["../v2/x", "../../victim/secret", "/", context.site + "/victim/"];
       const found = await Promise.all(climbs.map((key) => from.kv.get(key)));
       const listed = await Promise.all(climbs.map((prefix) => from.kv.list({ prefix })));
       throw new Error(JSON.stringify([keys.map(({ name }) => name), found, listed.map((one) => one.keys)]));`,
    );
    await site.add({
      id: "victim",
      code: 'async beforePublish({ api }) { await api.kv.put("secret", "gold"); return say(1); }',
      scopes: ["hook:beforePublish", "write:kv"],
    });
    await site.ask("victim");
    const [line = ""] = told(await refusalOf(goLive));
    expect(line).toBe('Error: [["slug/one"],[null,null,null,null],[[],[],[],[]]]');
    expect(plugin).not.toBe("victim");
  });

  it("that keeps `from`, `api` and its stub has nothing of them in a later call, and writes nothing late", async () => {
    const { site, plugin, at } = await makeKeeping(KEYS_ONLY);
    // Kept in the isolate, which is the same for the calls of this code that follow.
    const code = pluginOf(
      `async migrate({ from, api }) {
         const raw = steal(api);
         kept.push({ raw, from, api, copy: raw.dup() });
         setTimeout(() => raw.kv.put("slug/late", "x"), 300);
         void (async () => { for (;;) { await raw.fromKv.get("slug/one"); await api.kv.put("slug/floating", "x"); } })();
       },
       async beforePublish() {
         if (kept.length === 0) return tell({ kept: "nothing" });
         const [{ raw, from, api, copy }] = kept;
         return tell(await attemptAll({
           fromKv: () => from.kv.get("slug/one"),
           list: () => from.kv.list(),
           put: () => api.kv.put("slug/late", "x"),
           raw: () => raw.fromKv.get("slug/one"),
           copy: () => copy.fromKv.list(),
           write: () => copy.kv.put("slug/late", "x"),
         }));
       },`,
      "const kept = [];",
    );
    await site.register({ ...keeper(plugin, "2.0.0", "", KEYS_ONLY), code });
    await site.admin.update({ ...at, to: "2.0.0", dryRun: false });
    await site.admin.grant(at);
    await scheduler.wait(500);
    const before = await site.readKv(plugin);
    const report = await site.run(plugin, "beforePublish", events.beforePublish);
    const { issues } = report.result as { issues: { field: string; message: string }[] }; // made by tell()
    expect(issues.map(({ field }) => field)).toEqual(["fromKv", "list", "put", "raw", "copy", "write"]);
    expect(issues.filter(({ message }) => message.startsWith("got "))).toEqual([]);
    expect(await site.readKv(plugin)).toEqual(before);
    expect(before).not.toHaveProperty("slug/late");
  });
});
