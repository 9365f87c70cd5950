// Migrations of a plugin's own database on a version's way to its grant.
import { afterAll, describe, expect, it } from "vitest";
import type { PluginMigration } from "../../../contracts/migrations.ts";
import { env, refusalOf } from "../site.ts";
import { emptyPool, keptBoth, makeKeeping, TABLE } from "./versions.ts";

const added: PluginMigration = {
  name: "0002_log.sql",
  sql: `CREATE TABLE log (slug TEXT);
    CREATE TRIGGER logged AFTER INSERT ON kept BEGIN
      INSERT INTO log VALUES (new.slug);
    END;`,
};
const broken: PluginMigration = { name: "0002_broken.sql", sql: "INSERT INTO nowhere VALUES (1)" };

afterAll(emptyPool);

describe.concurrent("a version with migrations", { timeout: 60_000 }, () => {
  it("finds its tables in its first call, and another one what it adds", async () => {
    const { hold, goLive, keep, state } = await makeKeeping();
    expect(await state(1)).toEqual(keptBoth("one"));
    await hold("1.1.0", "", { migrations: [TABLE, added] });
    expect(await keep("two")).toBe("1.0.0");
    await goLive();
    expect(await keep("three")).toBe("1.1.0");
    expect(await state(1)).toEqual(keptBoth("one", "two", "three"));
  });

  it("stays held where one fails, with D1's own words, and the version before works on", async () => {
    const { hold, goLive, keep, live } = await makeKeeping();
    await hold("1.1.0", "", { migrations: [TABLE, broken] });
    expect(await refusalOf(goLive)).toMatchObject({
      code: "PLUGIN_ERROR",
      message: expect.stringMatching(/0002_broken\.sql .* failed: D1_ERROR: no such table: nowhere/),
    });
    expect([await live(), await keep("two")]).toEqual([{ version: "1.0.0", status: "live" }, "1.0.0"]);
  });

  it("is refused where one that ran has another text", async () => {
    const { hold, goLive, live } = await makeKeeping();
    await hold("1.1.0", "", { migrations: [{ ...TABLE, sql: `${TABLE.sql}-- more` }] });
    expect(await refusalOf(goLive)).toMatchObject({ code: "CONFLICT" });
    expect(await live()).toMatchObject({ version: "1.0.0" });
  });

  it("runs none without use:db, and all of them once it is granted", async () => {
    const { site, at, admin, state } = await makeKeeping({
      grant: { scopes: ["hook:beforePublish", "read:kv", "write:kv"], only: true },
    });
    expect(await state(1)).toEqual({ keys: ["one"], rows: [] });
    await admin.grant(at);
    await site.run(at.plugin, "beforePublish", { pageId: "p", collection: "posts", slug: "two" });
    expect(await state(1)).toEqual({ keys: ["one", "two"], rows: ["two"] });
  });

  it("is not put live with migrations that are not those that were signed", async () => {
    const { hold, goLive, live, plugin } = await makeKeeping();
    await hold("1.1.0", "", { migrations: [TABLE, added] });
    const evil = JSON.stringify([TABLE, { ...added, sql: "DROP TABLE kept" }]);
    const query = "UPDATE versions SET migrations = ? WHERE plugin = ? AND version = '1.1.0'";
    await env.DB.prepare(query).bind(evil, plugin).run();
    expect(await refusalOf(goLive)).toMatchObject({ code: "CONFLICT" });
    expect(await live()).toMatchObject({ version: "1.0.0" });
  });
});
