import { beforeEach, describe, expect, it } from "vitest";
import { applyMigrations, wipeDatabase } from "../../../services/storage/index.ts";
import { env } from "../site.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_12 as D1Database; // of wrangler.toml
const target = { plugin: "probe", version: "1.1.0", maxBytes: 2 ** 24, assertHeld: async () => {} };

const one = { name: "0001_one.sql", sql: "CREATE TABLE one (a);\nINSERT INTO one VALUES (1);" };
const two = { name: "0002_two.sql", sql: "INSERT INTO one VALUES (2); CREATE TABLE two (a);" };
const broken = {
  name: "0003_broken.sql",
  sql: "INSERT INTO one VALUES (3); INSERT INTO nowhere VALUES (1);",
};
const apply = (...migrations: (typeof one)[]) => applyMigrations(d1, migrations, target);
const rows = async () => (await d1.prepare("SELECT a FROM one").raw<[number]>()).flat();

beforeEach(() => wipeDatabase(d1));

describe("applyMigrations", () => {
  it("runs what has not run, in order, once", async () => {
    expect(await apply(one)).toEqual([one.name]);
    expect(await apply(one, two)).toEqual([two.name]);
    expect(await apply(one, two)).toEqual([]);
    expect(await rows()).toEqual([1, 2]);
  });

  it("keeps nothing of one that fails, and says which it was in D1's own words", async () => {
    await expect(apply(one, two, broken)).rejects.toMatchObject({
      code: "PLUGIN_ERROR",
      message:
        "migration 0003_broken.sql of probe 1.1.0 failed: D1_ERROR: no such table: nowhere: SQLITE_ERROR",
    });
    expect(await rows()).toEqual([1, 2]);
    expect(await apply(one, two, { ...broken, sql: "INSERT INTO one VALUES (4)" })).toEqual([broken.name]);
  });

  it("refuses one that ran with another text", async () => {
    await apply(one);
    await expect(apply({ ...one, sql: `${one.sql} -- more` }, two)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(one.name),
    });
    expect(await rows()).toEqual([1]);
  });

  it("takes a version that lacks what another one ran, and one that asks for nothing", async () => {
    await apply(one, two);
    expect([await apply(one), await apply()]).toEqual([[], []]);
  });

  it("is done once by several at the same time, and fails for none of them", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => apply(one, two)));
    expect(answers.flat().sort()).toEqual([one.name, two.name]);
    expect(await rows()).toEqual([1, 2]);
  });

  it("begins none once the database was given back, and whatever is asked then is the answer", async () => {
    const asked: string[] = [];
    const assertHeld = async () => {
      asked.push("asked");
      if (asked.length > 1) throw new Error("it was given back");
    };
    const late = applyMigrations(d1, [one, two], { ...target, assertHeld });
    await expect(late).rejects.toThrow("it was given back");
    expect(await rows()).toEqual([1]);
  });

  it("begins none in a database that is full", async () => {
    await apply(one);
    const full = applyMigrations(d1, [one, two], { ...target, maxBytes: 4096 });
    await expect(full).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect(await rows()).toEqual([1]);
  });

  it("does not look into something of the plugin's that has the name of its own table", async () => {
    await d1
      .prepare(
        `CREATE VIEW emgate_migrations AS
         WITH RECURSIVE n(name) AS (SELECT 1 UNION ALL SELECT name + 1 FROM n) SELECT name, 1 AS digest FROM n`,
      )
      .run();
    await expect(apply(one)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("view"),
    });
  });
});
