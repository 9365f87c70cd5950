// A database that may only be read, attacked on a real D1: whatever is tried, it is what it was.
import { beforeAll, describe, expect, it } from "vitest";
import { Database } from "../../../capabilities/index.ts";
import { wipeDatabase } from "../../../services/storage/index.ts";
import { env } from "../site.ts";
import { failureOf, makeInvocation } from "./fixture.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_13 as D1Database; // of wrangler.toml

const SETUP = [
  "CREATE TABLE kept (a INTEGER PRIMARY KEY, b TEXT)",
  "INSERT INTO kept VALUES (1, 'one'), (2, 'two')",
  "CREATE INDEX by_b ON kept (b)",
  "CREATE VIEW seen AS SELECT a, b FROM kept",
  "CREATE TRIGGER into_seen INSTEAD OF INSERT ON seen BEGIN INSERT INTO kept VALUES (new.a, new.b); END",
  "CREATE VIRTUAL TABLE words USING fts5(text)",
  "INSERT INTO words VALUES ('a word')",
];

beforeAll(async () => {
  await wipeDatabase(d1);
  for (const sql of SETUP) await d1.prepare(sql).run();
});

const open = () => new Database(() => d1, makeInvocation().invocation, "reading");

async function dump(): Promise<unknown> {
  const queries = [
    "SELECT type, name, sql FROM sqlite_master ORDER BY name",
    "SELECT * FROM kept",
    "SELECT * FROM words",
  ];
  const answers = await d1.batch(queries.map((sql) => d1.prepare(sql)));
  return answers.map(({ results }) => results);
}

describe("a database for reading", () => {
  it.each([
    ["a query", "SELECT b FROM kept ORDER BY a", ["one", "two"]],
    ["with a word of a writing statement in a text", "SELECT 'DELETE FROM kept' AS b", ["DELETE FROM kept"]],
    ["values", "VALUES ('x')", ["x"]],
    ["a common table", "WITH x(b) AS (SELECT b FROM kept) SELECT b FROM x WHERE b = 'two'", ["two"]],
    ["a view", "SELECT b FROM seen WHERE a = 1", ["one"]],
    ["a search", "SELECT text FROM words WHERE words MATCH 'word'", ["a word"]],
    ["a comment before it", "-- a comment\nSELECT b FROM kept WHERE a = 1", ["one"]],
    ["its schema", "SELECT name FROM pragma_table_info('kept') LIMIT 1", ["a"]],
  ])("answers %s", async (_name, sql, expected) => {
    const answer = (await open().raw({ sql })) as unknown[][];
    expect(answer.map(([value]) => value)).toEqual(expected);
  });

  it("binds what it is given, in every way of asking", async () => {
    const statement = { sql: "SELECT b FROM kept WHERE a = ?", params: [2] };
    const database = open();
    expect(await database.first(statement, "b")).toBe("two");
    expect(await database.all(statement)).toMatchObject({ results: [{ b: "two" }] });
    expect(await database.run(statement)).toMatchObject({ results: [{ b: "two" }] });
    expect(await database.batch([statement, { sql: "PRAGMA table_info(kept)" }])).toHaveLength(2);
  });

  it.each([
    "INSERT INTO kept VALUES (3, 'three')",
    "REPLACE INTO kept VALUES (1, 'x')",
    "UPDATE kept SET b = 'x'",
    "UPDATE kept SET b = 'x' RETURNING b",
    "DELETE FROM kept",
    "DELETE FROM kept RETURNING a",
    "WITH x AS (SELECT 1) DELETE FROM kept",
    "WITH x AS (SELECT 1) INSERT INTO kept SELECT 9, 'x' FROM x RETURNING a",
    "INSERT INTO seen VALUES (3, 'x')",
    "INSERT INTO words(words) VALUES ('rebuild')",
    "CREATE TABLE other (a)",
    "CREATE INDEX i ON kept (b)",
    "ALTER TABLE kept ADD COLUMN c",
    "DROP TABLE kept",
    "DROP TRIGGER into_seen",
    "ANALYZE",
    "REINDEX kept",
    "VACUUM",
    "PRAGMA recursive_triggers = 1",
    "PRAGMA user_version = 3",
    "EXPLAIN DELETE FROM kept",
    "QUERY PLAN DELETE FROM kept",
    "QUERY PLAN SELECT 1",
    "/* SELECT */ DELETE FROM kept",
    "\ufeffDELETE FROM kept",
    "SELECT 1; DELETE FROM kept",
    "SELECT ';' /* harmless, and refused all the same */",
    "SELECT 1 --'\n; DELETE FROM kept",
    "SELECT $a(;DELETE FROM kept",
    "SELECT 1) ; DELETE FROM kept; SELECT (1",
    "; DELETE FROM kept",
    "BEGIN",
    "ATTACH ':memory:' AS other",
    "\0DELETE FROM kept",
    "SELECT 1\0; DELETE FROM kept",
    "",
  ])("refuses %j", async (sql) => {
    const before = await dump();
    const database = open();
    for (const call of [
      () => database.first({ sql }),
      () => database.all({ sql }),
      () => database.run({ sql }),
      () => database.raw({ sql }),
      () => database.batch([{ sql: "SELECT 1" }, { sql }]),
    ]) {
      expect(await failureOf(call())).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(await dump()).toEqual(before);
  });
});
