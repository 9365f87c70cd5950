// Exports of databases that a plugin made to be hard to read: names, types, sizes, and what would run when it is read.
import { afterEach, describe, expect, it } from "vitest";
import type { DataEntry } from "../../../contracts/data.ts";
import { type DatabaseMark, exportDatabase } from "../../../services/storage/export/export-database.ts";
import { wipeDatabase } from "../../../services/storage/index.ts";
import { env } from "../site.ts";

const database = (env as unknown as { PLUGIN_DB_16: D1Database }).PLUGIN_DB_16; // the last of wrangler.toml's pool

afterEach(() => wipeDatabase(database));

async function exportAll(): Promise<DataEntry[]> {
  const entries: DataEntry[] = [];
  let mark: DatabaseMark | null = { at: "table", table: null };
  for (let part = 0; mark !== null; part += 1) {
    if (part > 500) throw new Error("the export does not end");
    const { entries: more, next } = await exportDatabase(database, mark);
    entries.push(...more);
    mark = next;
  }
  return entries;
}

const make = (...statements: readonly string[]) =>
  database.batch(statements.map((sql) => database.prepare(sql)));
const rowsOf = (entries: readonly DataEntry[], table: string) =>
  entries.flatMap((entry) => (entry.kind === "row" && entry.table === table ? [entry.values] : []));

describe("an exported row", () => {
  it("tells every type exactly", async () => {
    await make(
      "CREATE TABLE types (v)",
      `INSERT INTO types VALUES (1), (-9007199254740991), (9223372036854775807), (-9223372036854775808), (0.1), (2.0),
         (9e999), (-9e999), (NULL), (''), ('1'), ('é' || char(0) || 'b'), (x''), (x'00ff'), ('i1')`,
    );
    expect(rowsOf(await exportAll(), "types").flat()).toEqual([
      1,
      -9007199254740991,
      { integer: "9223372036854775807" },
      { integer: "-9223372036854775808" },
      0.1,
      { real: "2.0" },
      { real: "Inf" },
      { real: "-Inf" },
      null,
      "",
      "1",
      "é\u0000b",
      { base64: "" },
      { base64: "AP8=" },
      "i1",
    ]);
  });

  it("is of any size, and comes once, wherever pages end", async () => {
    await make(
      "CREATE TABLE large (n INTEGER PRIMARY KEY, v)",
      ...[-5, 0, 3, 9].map((n) => `INSERT INTO large VALUES (${n}, zeroblob(1900000))`),
      "CREATE TABLE small (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID",
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) INSERT INTO small SELECT i / 7, i FROM n",
    );
    const entries = await exportAll();
    expect(rowsOf(entries, "large").map(([n]) => n)).toEqual([-5, 0, 3, 9]);
    expect(new Set(rowsOf(entries, "small").map(([, b]) => b)).size).toBe(600);
    expect(rowsOf(entries, "small")).toHaveLength(600);
  });
});

describe("hostile schemas", () => {
  it("of any names are read like others", async () => {
    await make(
      `CREATE TABLE "we""ird; DROP TABLE x; --" ("a""b", "", [c d])`,
      `INSERT INTO "we""ird; DROP TABLE x; --" VALUES (1, 2, 3)`,
      `CREATE TABLE "'" (rowid, oid TEXT, _rowid_ BLOB)`,
      `INSERT INTO "'" VALUES (5, 'x', NULL), (5, 'y', NULL)`,
      "CREATE TABLE ids (rowid, v)",
      "INSERT INTO ids VALUES ('same', 1), ('same', 2)",
      `CREATE TABLE "${"é".repeat(10_000)}" ("${"ü".repeat(10_000)}")`,
      `INSERT INTO "${"é".repeat(10_000)}" VALUES (7)`,
    );
    const entries = await exportAll();
    expect(rowsOf(entries, 'we"ird; DROP TABLE x; --')).toEqual([[1, 2, 3]]);
    expect(rowsOf(entries, "'")).toEqual([
      [5, "x", null],
      [5, "y", null],
    ]);
    expect(rowsOf(entries, "ids")).toEqual([
      ["same", 1],
      ["same", 2],
    ]);
    expect(rowsOf(entries, "é".repeat(10_000))).toEqual([[7]]);
  });

  it("of as many columns as there may be are read whole", async () => {
    const columns = Array.from({ length: 100 }, (_, n) => `c${n}`);
    await make(
      `CREATE TABLE wide (${columns.join(", ")})`,
      `INSERT INTO wide VALUES (${columns.map((_, n) => n).join(", ")}), (${columns.map(() => "NULL").join(", ")})`,
    );
    expect(rowsOf(await exportAll(), "wide")).toEqual([columns.map((_, n) => n), columns.map(() => null)]);
  });

  it("run nothing: views, computed columns and virtual tables are not read", async () => {
    const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS b FROM n";
    await make(
      `CREATE VIEW endless AS ${endless}`,
      "CREATE VIRTUAL TABLE outside USING fts5(b, content='endless')",
      "CREATE VIRTUAL TABLE notes USING fts5(b)",
      "INSERT INTO notes VALUES ('hello')",
      "CREATE TABLE computed (a, huge AS (hex(zeroblob(1000000))), also AS (a + 1) STORED)",
      "INSERT INTO computed (a) VALUES (1)",
      "CREATE TABLE kept (a INTEGER PRIMARY KEY AUTOINCREMENT)",
      "CREATE TRIGGER fires AFTER INSERT ON computed BEGIN SELECT 1; END",
    );
    const entries = await exportAll();
    expect(rowsOf(entries, "computed")).toEqual([[1]]);
    expect(rowsOf(entries, "notes_content")).toEqual([[1, "hello"]]);
    const schema = entries.flatMap((entry) =>
      entry.kind === "schema" ? [`${entry.type} ${entry.name}`] : [],
    );
    expect(schema).toEqual([
      "table computed",
      "table kept",
      "table notes",
      "table outside",
      "view endless",
      "trigger fires",
    ]);
    expect(entries.some(({ kind }) => kind === "unreadable")).toBe(false);
  });

  it("are told of where the database cannot read them, and the rest goes on", async () => {
    await make(
      "CREATE TABLE a (v)",
      "INSERT INTO a VALUES (1)",
      "CREATE TABLE b (v COLLATE nocase)",
      "INSERT INTO b VALUES (2)",
    );
    const broken = new Proxy(database, {
      get(target, name) {
        if (name !== "prepare") return Reflect.get(target, name);
        return (sql: string) => target.prepare(sql.includes('FROM "a"') ? "SELECT nothing" : sql);
      },
    });
    const first = await exportDatabase(broken, { at: "rows", table: "a", after: null });
    expect(first).toMatchObject({
      entries: [{ kind: "unreadable", name: "a", reason: expect.stringMatching(/^D1_ERROR: /) }],
      next: { at: "table", table: "a" },
    });
  });
});
