// Where statements end, against SQLite's own word: each script is run statement by statement on a real database.
import { beforeEach, describe, expect, it } from "vitest";
import { splitStatements } from "../../../capabilities/sql-tokens.ts";
import { wipeDatabase } from "../../../services/storage/index.ts";
import { env } from "../site.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_16 as D1Database; // of wrangler.toml

const TRIGGER = `CREATE TRIGGER count_up AFTER INSERT ON a BEGIN
  UPDATE a SET n = CASE WHEN n > 0 THEN n ELSE 1 END; -- END;
  INSERT INTO log VALUES ('; END;');
END`;

describe("splitStatements", () => {
  it.each<[string, string, string[]]>([
    ["nothing", "", []],
    ["white space, comments and semicolons alone", " ;\n-- a;\n/* b; */;;", []],
    ["one without a semicolon", "SELECT 1", ["SELECT 1"]],
    ["several on one line", "SELECT 1;SELECT 2 ; SELECT 3;", ["SELECT 1", "SELECT 2", "SELECT 3"]],
    ["a semicolon in a text", "SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]],
    ["a doubled quote", "SELECT ''';'; SELECT 2", ["SELECT ''';'", "SELECT 2"]],
    [
      "a semicolon in a name",
      'SELECT 1 AS "a;b"; SELECT 2 AS [c;d]',
      ['SELECT 1 AS "a;b"', "SELECT 2 AS [c;d]"],
    ],
    [
      "a semicolon in a comment",
      "SELECT 1 -- ; x\n; SELECT 2 /* ; */",
      ["SELECT 1 -- ; x", "SELECT 2 /* ; */"],
    ],
    ["a comment that does not end", "SELECT 1; /* SELECT 2;", ["SELECT 1"]],
    ["a column that is called end", "SELECT 1 AS end; SELECT 2", ["SELECT 1 AS end", "SELECT 2"]],
    [
      "a table that is called trigger",
      "CREATE TABLE trigger_log (a); SELECT 2",
      ["CREATE TABLE trigger_log (a)", "SELECT 2"],
    ],
    ["a trigger", `${TRIGGER}; SELECT 2;`, [TRIGGER, "SELECT 2"]],
    ["a trigger in small letters", `${TRIGGER.toLowerCase()}; select 2`, [TRIGGER.toLowerCase(), "select 2"]],
    ["a trigger behind a comment", `/* x; */ ${TRIGGER};SELECT 2`, [`/* x; */ ${TRIGGER}`, "SELECT 2"]],
    [
      "a temporary trigger",
      "CREATE TEMP TRIGGER t BEGIN SELECT 1; END; SELECT 2",
      ["CREATE TEMP TRIGGER t BEGIN SELECT 1; END", "SELECT 2"],
    ],
    [
      "a trigger that does not end",
      "CREATE TRIGGER t BEGIN SELECT 1; SELECT 2;",
      ["CREATE TRIGGER t BEGIN SELECT 1; SELECT 2;"],
    ],
  ])("%s", (_name, sql, expected) => {
    expect(splitStatements(sql)).toEqual(expected);
  });

  it("takes no time that grows faster than the text", () => {
    expect(splitStatements("CREATE TRIGGER t BEGIN ".concat(";".repeat(200_000)))).toHaveLength(1);
    expect(splitStatements(";".repeat(200_000))).toEqual([]);
    expect(splitStatements("SELECT 1;".repeat(20_000))).toHaveLength(20_000);
  });
});

describe("a script, run as it is split", () => {
  beforeEach(() => wipeDatabase(d1));

  it("does what it says", async () => {
    const script = `-- Tables; and what goes with them.
      CREATE TABLE a (n INTEGER); CREATE TABLE log (text TEXT);
      ${TRIGGER};
      INSERT INTO a VALUES (0); CREATE VIEW "v;w" AS SELECT n FROM a;`;
    await d1.batch(splitStatements(script).map((statement) => d1.prepare(statement)));
    expect(await d1.prepare('SELECT n FROM "v;w"').first("n")).toBe(1);
    expect(await d1.prepare("SELECT text FROM log").first("text")).toBe("; END;");
  });
});
