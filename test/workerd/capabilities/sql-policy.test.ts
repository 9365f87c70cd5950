import { describe, expect, it } from "vitest";
import { assertAllowedSql, mayGrow } from "../../../capabilities/sql-policy.ts";

const refused = expect.objectContaining({ code: "INVALID_ARGUMENT" });

describe("a PRAGMA that outlives its statement", () => {
  it.each([
    "PRAGMA recursive_triggers = 1",
    "pragma recursive_triggers(1)",
    "PrAgMa\tcase_sensitive_like=on",
    "PRAGMA main.recursive_triggers = 1",
    'PRAGMA "main"."recursive_triggers" = 1',
    "PRAGMA [recursive_triggers] = 1",
    "PRAGMA `recursive_triggers` = 1",
    "PRAGMA 'recursive_triggers' = 1",
    "PRAGMA/**/recursive_triggers/**/=1",
    "PRAGMA -- a comment\n recursive_triggers = 1",
    "/* a */ -- b\n PRAGMA foreign_keys = off",
    "\ufeffPRAGMA foreign_keys = off",
    ";;PRAGMA foreign_keys = off",
    " \vPRAGMA foreign_keys = off",
    "SELECT $a(/*) ; PRAGMA foreign_keys = off --*/",
    "SELECT @a(') ; PRAGMA foreign_keys = off --'",
    'SELECT :a::b(") ; PRAGMA foreign_keys = off --"',
    "SELECT #1([) ; PRAGMA foreign_keys = off --]",
    "SELECT 1 /*/ */; PRAGMA foreign_keys = off",
    "SELECT 1; PRAGMA foreign_keys = off",
    "SELECT ';'; PRAGMA foreign_keys = off",
    "SELECT '''; '; PRAGMA foreign_keys = off",
    "SELECT 1 /* ; ' */; PRAGMA foreign_keys = off",
    "EXPLAIN PRAGMA recursive_triggers = 1",
    "EXPLAIN QUERY PLAN PRAGMA recursive_triggers = 1",
    "SELECT 1 -- '\n; PRAGMA foreign_keys = off",
    "PRAGMA",
    "PRAGMA main.",
    "PRAGMA 'table_info",
    "PRAGMA optimize",
    "PRAGMA ignore_check_constraints = 1",
  ])("is refused: %j", (sql) => {
    expect(() => assertAllowedSql(sql)).toThrow(refused);
  });

  it("is named, and no longer than a name", () => {
    expect(() => assertAllowedSql("PRAGMA foreign_keys")).toThrow("got foreign_keys");
    const thrown = () => assertAllowedSql(`PRAGMA ${"x".repeat(10_000)}`);
    expect(thrown).toThrow(/got x{64}$/);
  });
});

it.each([
  "PRAGMA table_list",
  "PRAGMA main.table_info('a')",
  'pragma "table_info"(a)',
  "PRAGMA defer_foreign_keys = on",
  "SELECT 'PRAGMA foreign_keys = off'",
  "SELECT '; PRAGMA foreign_keys = off'",
  'SELECT 1 AS "; PRAGMA foreign_keys"',
  "SELECT 1 -- ; PRAGMA foreign_keys = off",
  "SELECT 1 /* ; PRAGMA foreign_keys = off */",
  "SELECT pragma FROM settings",
  "SELECT * FROM pragma_table_info('a')",
  "SELECT $a, :a, @a, ?1, $a::b(c)",
  "not SQL at all ' \" ` [",
  "",
])("takes what ends with its statement, and leaves the rest to D1: %j", (sql) => {
  expect(() => assertAllowedSql(sql)).not.toThrow();
});

it("is read in time that grows with the text, whatever the text", () => {
  for (const part of ["$a(", "::", "'", '"', "[", "/*", "--", "''", "a'", "; ", "`", "/"]) {
    expect(() => assertAllowedSql(part.repeat(100_000 / part.length))).not.toThrow();
  }
});

describe("a statement that may make a database larger", () => {
  it.each([
    "INSERT INTO a VALUES (1)",
    " insert or replace into a values (1)",
    "REPLACE INTO a VALUES (1)",
    "UPDATE a SET b = 1",
    "CREATE TABLE a (b)",
    "ALTER TABLE a ADD c",
    "REINDEX",
    "ANALYZE",
    "WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x",
    "WITH x AS (SELECT 1) UPDATE a SET b = 1",
    "WITH x AS (SELECT 1) REPLACE INTO a SELECT * FROM x",
    "SELECT 1; INSERT INTO a VALUES (1)",
    "/* SELECT */ INSERT INTO a VALUES (1)",
    "\ufeffINSERT INTO a VALUES (1)",
  ])("is one: %j", (sql) => expect(mayGrow(sql)).toBe(true));

  it.each([
    "SELECT * FROM a",
    "DELETE FROM a",
    "DROP TABLE a",
    "PRAGMA table_list",
    "VALUES (1)",
    "EXPLAIN INSERT INTO a VALUES (1)",
    "WITH x AS (SELECT 1) SELECT replace(b, 'insert', 'update') FROM a",
    "WITH x AS (SELECT 1) DELETE FROM a",
    "SELECT 'INSERT INTO a'",
    "-- INSERT",
    "",
  ])("is none: %j", (sql) => expect(mayGrow(sql)).toBe(false));
});
