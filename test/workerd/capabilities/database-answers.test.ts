// One suite against a raw D1 binding and against `api.db` of a real plugin: the same answers, the same errors.
// Each case is a function whose text becomes part of the plugin, so both run the very same lines.
import { beforeAll, describe, expect, it } from "vitest";
import { wipeDatabase } from "../../../services/storage/index.ts";
import { env, events, makeSite, type TestSite } from "../site.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_16 as D1Database; // of wrangler.toml

// The types of D1 forbid half of what is tried here.
// biome-ignore lint/suspicious/noExplicitAny: as above
type Case = (db: any) => unknown;

/** In this order: later ones find what earlier ones left, on both sides. */
const cases: Readonly<Record<string, Case>> = {
  "creates tables": (db) => db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b)"),
  "tells what a write did": (db) => db.prepare("INSERT INTO t (a, b) VALUES (?, ?)").bind(1, "x").run(),
  "answers an insert's rows": (db) => db.prepare("INSERT INTO t (a) VALUES (2), (3) RETURNING id, a").all(),
  "all: rows, and what it cost": (db) => db.prepare("SELECT * FROM t ORDER BY id").all(),
  "run: rows too": (db) => db.prepare("SELECT * FROM t ORDER BY id").run(),
  "raw: rows as arrays": (db) => db.prepare("SELECT * FROM t ORDER BY id").raw(),
  "raw: with names of columns": (db) => db.prepare("SELECT id, a FROM t").raw({ columnNames: true }),
  "raw: with names of columns and no row": (db) =>
    db.prepare("SELECT a FROM t WHERE 0").raw({ columnNames: true }),
  "raw: without names": (db) => db.prepare("SELECT id FROM t").raw({ columnNames: false }),
  "first: a row": (db) => db.prepare("SELECT a, b FROM t").first(),
  "first: a column": (db) => db.prepare("SELECT a, b FROM t").first("b"),
  "first: a column that is null": (db) => db.prepare("SELECT NULL AS n").first("n"),
  "first: a column that is not there": (db) => db.prepare("SELECT a FROM t").first("nope"),
  "first: no row": (db) => db.prepare("SELECT a FROM t WHERE 0").first(),
  "first: no row, of a column that is not there": (db) => db.prepare("SELECT a FROM t WHERE 0").first("nope"),
  "types come back as they are kept": (db) =>
    db.prepare("SELECT 1 AS i, 1.5 AS r, 'x' AS t, NULL AS n, x'0102' AS b, 1e999 AS inf").first(),
  "binds numbers, text, null and booleans": (db) =>
    db
      .prepare("SELECT ?1 AS a, typeof(?1) AS ta, ?2 AS b, ?3 AS c, ?4 AS d, ?5 AS e")
      .bind(1, "ü\u0000", null, true, false)
      .first(),
  "binds numbers at the edges": (db) =>
    db
      .prepare("SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d")
      .bind(2 ** 53 + 2, Number.NaN, Number.POSITIVE_INFINITY, -0)
      .first(),
  "reads integers past what a number holds": (db) => db.prepare("SELECT 9007199254740993 AS n").first("n"),
  "binds text that is not well formed": (db) => db.prepare("SELECT hex(?) AS h").bind("\ud800").first(),
  "binds bytes": (db) =>
    db
      .prepare("SELECT hex(?1) AS a, hex(?2) AS b, hex(?3) AS c, typeof(?1) AS t")
      .bind(new Uint8Array([1, 2, 255]), new Uint8Array([7, 8, 9]).buffer, [3, 4])
      .first(),
  "binds a part of a buffer": (db) =>
    db
      .prepare("SELECT hex(?) AS h")
      .bind(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))
      .first("h"),
  "binds no bytes": (db) =>
    db.prepare("SELECT hex(?1) AS h, typeof(?1) AS t").bind(new Uint8Array(0)).first(),
  "keeps what was bound when the buffer changes": (db) => {
    const bytes = new Uint8Array([1]);
    const statement = db.prepare("SELECT hex(?) AS h").bind(bytes);
    bytes[0] = 2;
    return statement.first("h");
  },
  "binds no undefined, at once": (db) => db.prepare("SELECT ?").bind(undefined),
  "binds no object": (db) => db.prepare("SELECT ?").bind({}),
  "binds no bigint": (db) => db.prepare("SELECT ?").bind(1n),
  "binds no function": (db) => db.prepare("SELECT ?").bind(Math.max),
  "binds no date": (db) => db.prepare("SELECT ?").bind(new Date(0)),
  "binds no symbol": (db) => db.prepare("SELECT ?").bind(Symbol("s")),
  "binds no numbers that are no bytes": (db) => db.prepare("SELECT ?").bind([1, 300]),
  "few bindings": (db) => db.prepare("SELECT ?, ?").bind(1).all(),
  "many bindings": (db) => db.prepare("SELECT ?").bind(1, 2).all(),
  "a statement is bound anew": async (db) => {
    const statement = db.prepare("SELECT ? AS v");
    const [one, two] = [statement.bind(1), statement.bind(2)];
    return [await two.first("v"), await one.first("v"), await one.first("v")];
  },
  "an empty statement": (db) => db.prepare("").all(),
  "a comment alone": (db) => db.prepare("-- nothing").all(),
  "a syntax error": (db) => db.prepare("SELEC 1").all(),
  "a table that is not there": (db) => db.prepare("SELECT * FROM nope").first(),
  "a constraint": (db) => db.prepare("INSERT INTO t (id) VALUES (1)").run(),
  "several statements in one text": (db) => db.prepare("SELECT 1 AS a; SELECT 2 AS b").all(),
  "several statements, raw": (db) => db.prepare("SELECT 1 AS a; SELECT 2 AS b").raw(),
  "several statements of which one fails": (db) =>
    db.prepare("INSERT INTO t (a) VALUES (8); SELECT * FROM nope").all(),
  "and what is left of them": (db) => db.prepare("SELECT count(*) AS n FROM t").first("n"),
  "columns of one name": (db) => db.prepare("SELECT 1 AS a, 2 AS a").all(),
  "columns of one name, raw": (db) => db.prepare("SELECT 1 AS a, 2 AS a").raw({ columnNames: true }),
  "a batch": (db) =>
    db.batch([db.prepare("INSERT INTO t (a) VALUES (?)").bind(5), db.prepare("SELECT count(*) AS n FROM t")]),
  "a batch that fails": (db) =>
    db.batch([db.prepare("INSERT INTO t (a) VALUES (6)"), db.prepare("SELECT * FROM nope")]),
  "leaves nothing": (db) => db.prepare("SELECT count(*) AS n FROM t WHERE a = 6").first("n"),
  "an empty batch": (db) => db.batch([]),
  "a batch of one statement twice": (db) => {
    const statement = db.prepare("INSERT INTO t (a) VALUES (7)");
    return db.batch([statement, statement]);
  },
  "exec counts lines": (db) =>
    db.exec("INSERT INTO t (a) VALUES (1)\nINSERT INTO t (a) VALUES (2); DELETE FROM t WHERE a = 2"),
  "exec with a line that is wrong": (db) => db.exec("INSERT INTO t (a) VALUES (99)\nnope"),
  "exec over two lines": (db) => db.exec("SELECT\n1"),
  "exec of nothing": (db) => db.exec(""),
  "and what is left of those": (db) =>
    db.prepare("SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY a").all(),
  "a PRAGMA that reads": (db) => db.prepare("PRAGMA table_info('t')").all(),
  EXPLAIN: (db) => db.prepare("EXPLAIN QUERY PLAN SELECT * FROM t WHERE id = 1").all(),
  "full-text search": async (db) => {
    await db.exec("CREATE VIRTUAL TABLE ft USING fts5(body)");
    await db.prepare("INSERT INTO ft VALUES ('some words'), ('others')").run();
    return db.prepare("SELECT rowid, body FROM ft WHERE ft MATCH 'words'").all();
  },
  "JSON functions": (db) =>
    db.prepare("SELECT json_extract(?, '$.a[1]') AS v").bind('{"a":[1,2]}').first("v"),
};

const names = Object.keys(cases);

/** What came of a case, as plain data without what differs from run to run. Part of the plugin too. */
async function attempt(run: () => unknown): Promise<unknown> {
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value ?? null, (key, inner) =>
        /^(duration|timings|size_after)$/.test(key) ? typeof inner : inner,
      ),
    );
  try {
    const value = await run();
    return { value: plain(value) };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
}

const PLUGIN = `
const attempt = ${attempt};
const cases = [${Object.values(cases).map(String).join(",\n")}];
export default {
  async onSchedule({ data, api }) {
    const values = [];
    for (const run of cases) values.push(await attempt(() => run(api.db)));
    return { again: { afterMs: 0, cursor: values } };
  },
};
`;

let expected: unknown[] = [];
let told: unknown[] = [];
let site: TestSite;

beforeAll(async () => {
  await wipeDatabase(d1);
  expected = [];
  for (const run of Object.values(cases)) expected.push(await attempt(() => run(d1)));
  site = await makeSite({ code: PLUGIN, scopes: ["hook:onSchedule", "use:db"] });
  const report = await site.run("probe", "onSchedule", events.onSchedule);
  if (report.outcome !== "ok") throw new Error(JSON.stringify(report));
  told = (report.result as { again: { cursor: unknown[] } }).again.cursor; // as the plugin returns it
}, 30_000);

describe("api.db answers as D1 does", () => {
  it.each(names.map((name, index) => [name, index] as const))("%s", (_name, index) => {
    expect(told[index]).toEqual(expected[index]);
  });

  it("to good cases and to bad ones", () => {
    const failed = expected.filter((answer) => answer instanceof Object && "message" in answer);
    expect(expected).toHaveLength(names.length);
    expect(failed.length).toBeGreaterThan(15);
    expect(failed.length).toBeLessThan(names.length / 2);
  });
});
