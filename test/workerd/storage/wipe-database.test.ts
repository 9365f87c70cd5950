import { beforeEach, describe, expect, it } from "vitest";
import { isEmptyDatabase, wipeDatabase } from "../../../services/storage/index.ts";
import { env, refusalOf } from "../site.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_14 as D1Database; // of wrangler.toml

/** What a plugin may leave behind, each as it would be made. */
const remains: Readonly<Record<string, readonly string[]>> = {
  "a table": ["CREATE TABLE t (a)", "INSERT INTO t VALUES ('secret')"],
  "a table of a hostile name": ['CREATE TABLE """; DROP TABLE x; --" (a)', "CREATE TABLE [a'b] (a)"],
  "a table that looks like D1's own": ['CREATE TABLE "_cfx" (a)', 'CREATE TABLE "xcf_y" (a)'],
  "a table that looks like a shadow": ["CREATE TABLE x_content (a)", "CREATE TABLE x_data (a)"],
  "a table without rowid": [
    "CREATE TABLE w (a PRIMARY KEY) WITHOUT ROWID",
    "INSERT INTO w VALUES ('secret')",
  ],
  views: ["CREATE TABLE t (a)", "CREATE VIEW v AS SELECT * FROM t", "CREATE VIEW w AS SELECT * FROM v"],
  "a view of a table that is gone": ["CREATE VIEW v AS SELECT * FROM gone"],
  triggers: [
    "CREATE TABLE t (a)",
    "CREATE TRIGGER r AFTER DELETE ON t BEGIN INSERT INTO t VALUES (old.a); END",
    "CREATE VIEW v AS SELECT * FROM t",
    "CREATE TRIGGER i INSTEAD OF DELETE ON v BEGIN INSERT INTO t VALUES ('back'); END",
    "INSERT INTO t VALUES ('secret')",
  ],
  indexes: [
    "CREATE TABLE t (a UNIQUE, b)",
    "CREATE INDEX x ON t (b)",
    "CREATE INDEX y ON t (a || b) WHERE b > 1",
  ],
  "full-text search and its shadow tables": [
    "CREATE VIRTUAL TABLE ft USING fts5(body)",
    "INSERT INTO ft VALUES ('secret')",
  ],
  "full-text search over a table, and its vocabulary": [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, body)",
    "CREATE VIRTUAL TABLE ft USING fts5(body, content='t', content_rowid='id')",
    "CREATE VIRTUAL TABLE vocab USING fts5vocab('ft', 'row')",
    "INSERT INTO t VALUES (1, 'secret')",
    "INSERT INTO ft (rowid, body) VALUES (1, 'secret')",
  ],
  "an R*Tree and its shadow tables": [
    "CREATE VIRTUAL TABLE rt USING rtree(id, low, high)",
    "INSERT INTO rt VALUES (1, 2, 3)",
  ],
  "counters of AUTOINCREMENT": [
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO t DEFAULT VALUES",
  ],
  statistics: ["CREATE TABLE t (a)", "CREATE INDEX x ON t (a)", "INSERT INTO t VALUES ('secret')", "ANALYZE"],
  "foreign keys in a circle": [
    "CREATE TABLE a (id PRIMARY KEY, b REFERENCES b (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE b (id PRIMARY KEY, a REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE self (id PRIMARY KEY, up NOT NULL REFERENCES self (id) ON DELETE RESTRICT)",
    "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1)",
    "INSERT INTO self VALUES (1, 1)",
  ],
  "foreign keys to what is not there": ["CREATE TABLE a (b REFERENCES nowhere (id))"],
};

/** All that SQL can see of a database, D1's own table aside. */
async function look(): Promise<unknown> {
  const schema = await d1.prepare("SELECT type, name FROM sqlite_master WHERE name <> '_cf_METADATA'").all();
  const counters = schema.results.some(({ name }) => name === "sqlite_sequence")
    ? await d1.prepare("SELECT * FROM sqlite_sequence").all()
    : { results: [] };
  return [schema.results.filter(({ name }) => name !== "sqlite_sequence"), counters.results];
}

beforeEach(() => wipeDatabase(d1));

describe("wiping a database", () => {
  it.each(Object.entries(remains))("leaves nothing of %s", async (_name, statements) => {
    expect(await isEmptyDatabase(d1)).toBe(true);
    await d1.batch(statements.map((sql) => d1.prepare(sql)));
    expect(await isEmptyDatabase(d1)).toBe(false);
    expect(await look()).not.toEqual([[], []]);
    await wipeDatabase(d1);
    expect(await look()).toEqual([[], []]);
    expect(await isEmptyDatabase(d1)).toBe(true);
  });

  it("leaves nothing of all that at once, and of hundreds of tables", async () => {
    for (let table = 0; table < 300; table += 50) {
      await d1.exec(Array.from({ length: 50 }, (_, n) => `CREATE TABLE many_${table + n} (a)`).join("\n"));
    }
    await d1.batch((remains["foreign keys in a circle"] ?? []).map((sql) => d1.prepare(sql)));
    await d1.batch((remains.triggers ?? []).map((sql) => d1.prepare(sql)));
    await wipeDatabase(d1);
    expect(await look()).toEqual([[], []]);
  });

  it("counts from one again where the next one counts", async () => {
    const make = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)";
    await d1.exec(`${make}\nINSERT INTO t DEFAULT VALUES`);
    await wipeDatabase(d1);
    await d1.exec(make);
    expect(await d1.prepare("INSERT INTO t DEFAULT VALUES RETURNING id").first("id")).toBe(1);
  });

  it("does nothing where there is nothing, and may be done again", async () => {
    await wipeDatabase(d1);
    await wipeDatabase(d1);
    expect(await look()).toEqual([[], []]);
  });

  it("that breaks off has done nothing, and is done by the next one", async () => {
    await d1.exec("CREATE TABLE t (a)\nCREATE TABLE u (a)");
    const before = await look();
    const breaking = {
      prepare: (sql: string) => d1.prepare(sql),
      batch: (statements: D1PreparedStatement[]) =>
        d1.batch(statements.length > 2 ? [...statements, d1.prepare("SELECT * FROM nowhere")] : statements),
    } as D1Database; // all that it uses
    await refusalOf(() => wipeDatabase(breaking));
    expect(await look()).toEqual(before);
    await wipeDatabase(d1);
    expect(await look()).toEqual([[], []]);
  });

  it("is an error where something comes again and again", async () => {
    const haunted = {
      prepare: (sql: string) => d1.prepare(sql),
      batch: async (statements: D1PreparedStatement[]) => {
        const answers = await d1.batch(statements);
        await d1.exec("CREATE TABLE IF NOT EXISTS ghost (a)");
        return answers;
      },
    } as D1Database; // as above
    expect(await refusalOf(() => wipeDatabase(haunted))).toMatchObject({
      message: expect.stringContaining("not empty"),
    });
  });
});
