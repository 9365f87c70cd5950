// The guard of use:db, what is refused before D1 is asked, and maxBytes, on a real database.
import { beforeEach, describe, expect, it } from "vitest";
import { Database, type Invocation } from "../../../capabilities/index.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import {
  DEFAULT_DATABASE_BYTES,
  MAX_DATABASE_STATEMENTS,
  MAX_SQL_BYTES,
  MAX_SQL_PARAMS,
} from "../../../contracts/limits.ts";
import { wipeDatabase } from "../../../services/storage/index.ts";
import { env } from "../site.ts";
import { failureOf, makeInvocation } from "./fixture.ts";
import { describeGuard, type GuardedMethod } from "./guard-cases.ts";

const d1 = (env as unknown as Record<string, D1Database>).PLUGIN_DB_15 as D1Database; // of wrangler.toml
const WRITE = { sql: "CREATE TABLE IF NOT EXISTS kept (a)" };

/** The database, telling of each call that is not a question for its size. */
function watched(effect: () => void): D1Database {
  return {
    prepare(sql: string) {
      if (sql !== "SELECT 1") effect();
      return d1.prepare(sql);
    },
    batch: (statements: D1PreparedStatement[]) => d1.batch(statements),
    exec(sql: string) {
      effect();
      return d1.exec(sql);
    },
  } as D1Database; // all that a capability uses
}

function guarded(method: string, call: (database: Database) => Promise<unknown>): GuardedMethod {
  return {
    traced: ["db", method],
    scope: "use:db",
    outside: { maxBytes: { maxBytes: 1 } },
    call: (invocation: Invocation, effect) => call(new Database(() => watched(effect), invocation)),
  };
}

describeGuard("db", {
  first: guarded("first", (database) => database.first(WRITE)),
  all: guarded("all", (database) => database.all(WRITE)),
  run: guarded("run", (database) => database.run(WRITE)),
  raw: guarded("raw", (database) => database.raw(WRITE)),
  batch: guarded("batch", (database) => database.batch([WRITE])),
  exec: guarded("exec", (database) => database.exec(WRITE.sql)),
});

function open(caveats: Caveats = {}): Database {
  return new Database(() => d1, makeInvocation({ "use:db": caveats }).invocation);
}

describe("what D1 is not asked", () => {
  const invalid = { code: "INVALID_ARGUMENT" };

  it.each([
    ["no statement", undefined],
    ["text", "SELECT 1"],
    ["SQL that is no text", { sql: 1 }],
    ["SQL that is too long", { sql: `SELECT 1 -- ${"x".repeat(MAX_SQL_BYTES)}` }],
    ["too many parameters", { sql: "SELECT 1", params: Array(MAX_SQL_PARAMS + 1).fill(1) }],
    ["an object as a parameter", { sql: "SELECT ?", params: [{}] }],
    ["undefined as a parameter", { sql: "SELECT ?", params: [undefined] }],
    ["numbers that are no bytes", { sql: "SELECT ?", params: [[1, 256]] }],
    ["a setting that stays", { sql: "PRAGMA recursive_triggers = 1" }],
    ["a key that is not known", { sql: "SELECT 1", database: "DB" }],
  ])("%s", async (_name, statement) => {
    const database = open();
    for (const call of [
      () => database.first(statement),
      () => database.all(statement),
      () => database.run(statement),
      () => database.raw(statement),
      () => database.batch([statement]),
    ]) {
      expect(await failureOf(call())).toMatchObject(invalid);
    }
  });

  it("more statements than a batch has, or lines than an exec has", async () => {
    const many = MAX_DATABASE_STATEMENTS + 1;
    expect(await failureOf(open().batch(Array(many).fill({ sql: "SELECT 1" })))).toMatchObject(invalid);
    expect(await failureOf(open().exec(Array(many).fill("SELECT 1").join("\n")))).toMatchObject(invalid);
    expect(
      await open().exec(
        Array(many - 1)
          .fill("SELECT 1")
          .join("\n"),
      ),
    ).toMatchObject({ count: many - 1 });
  });

  it("a setting on a line of an exec, though a comment or a text stands around it", async () => {
    // Both go through D1 as they are, and leave the setting behind.
    for (const sql of [
      "SELECT 1 /* a\nPRAGMA recursive_triggers = 1\nSELECT 2 -- */",
      "SELECT 1 -- '\nPRAGMA recursive_triggers = 1 -- '",
    ]) {
      expect(await failureOf(open().exec(sql))).toMatchObject({
        ...invalid,
        message: expect.stringContaining("expected no PRAGMA"),
      });
    }
  });

  it("anything, where the call has no database", async () => {
    const database = new Database(() => null, makeInvocation().invocation);
    expect(await failureOf(database.all({ sql: "SELECT 1" }))).toMatchObject({ code: "UNAVAILABLE" });
    expect(await failureOf(database.run(WRITE))).toMatchObject({ code: "UNAVAILABLE" });
  });
});

it("tells D1's text about the SQL, and nothing behind it", async () => {
  const failure = await failureOf(open().all({ sql: "SELECT * FROM nowhere" }));
  expect({ ...(failure as object) }).toEqual({ name: "Error", code: "INVALID_ARGUMENT" });
  expect(failure).toMatchObject({ message: "D1_ERROR: no such table: nowhere: SQLITE_ERROR" });
});

it("does not tell what failed beside the SQL", async () => {
  const broken = {
    prepare: () => ({ all: () => Promise.reject(new Error("D1_ERROR: x\n    at y (file:///z)")) }),
  };
  const database = new Database(() => broken as unknown as D1Database, makeInvocation().invocation);
  const failure = await failureOf(database.all({ sql: "SELECT 1" }));
  expect(failure).toMatchObject({ code: "INTERNAL", message: expect.not.stringContaining("file:") });
});

describe("maxBytes", () => {
  const FILL = { sql: "INSERT INTO kept VALUES (zeroblob(65536))" };
  beforeEach(async () => {
    await wipeDatabase(d1);
    await open().run(WRITE);
  });

  it("refuses what may grow once the database is that large, and nothing that reads or deletes", async () => {
    const maxBytes = 100_000;
    const database = open({ maxBytes });
    await database.run(FILL);
    await database.run(FILL);
    const denied = {
      name: "PermissionDenied",
      scope: "use:db",
      message: expect.stringContaining(`${maxBytes}`),
    };
    for (const call of [
      () => database.run(FILL),
      () => database.first({ sql: "INSERT INTO kept VALUES (1) RETURNING a" }),
      () => database.batch([{ sql: "SELECT 1" }, FILL]),
      () => database.exec("CREATE TABLE more (a)"),
      () => open({ maxBytes }).run(FILL),
    ]) {
      expect(await failureOf(call())).toMatchObject(denied);
    }
    expect(await database.first({ sql: "SELECT count(*) AS n FROM kept" }, "n")).toBe(2);
    await database.run({ sql: "DELETE FROM kept" });
    expect(await database.run(FILL)).toMatchObject({ success: true });
  });

  it("is exact about what came before, not about what is on its way: it still lands", async () => {
    const database = open({ maxBytes: 100_000 });
    await Promise.all([database.run(FILL), database.run(FILL), database.run(FILL)]);
    expect(await database.first({ sql: "SELECT count(*) AS n FROM kept" }, "n")).toBe(3);
    expect(await failureOf(database.run(FILL))).toMatchObject({ name: "PermissionDenied" });
  });

  it("has a default, which is a quota and no denial", async () => {
    const meta = { size_after: DEFAULT_DATABASE_BYTES };
    const statement = { run: async () => ({ success: true, meta, results: [] }) };
    const full = { prepare: () => statement } as unknown as D1Database;
    const { invocation, world } = makeInvocation({ "use:db": {} });
    const failure = await failureOf(new Database(() => full, invocation).run(FILL));
    expect(failure).toMatchObject({ code: "QUOTA_EXCEEDED", message: expect.stringContaining("maxBytes") });
    expect(world.denials).toEqual([]);
    const wider = makeInvocation({ "use:db": { maxBytes: DEFAULT_DATABASE_BYTES + 1 } }).invocation;
    expect(await new Database(() => full, wider).run(FILL)).toMatchObject({ success: true });
  });
});
