// Plugins side by side on their databases and keys, and the SQL that would get around what is granted.
import { beforeAll, describe, expect, it } from "vitest";
import { env, events, makeSite, type TestSite } from "../site.ts";

const SCOPES = ["hook:onSchedule", "hook:beforePublish", "use:db", "read:kv", "write:kv"] as const;

/** Writes under its own mark by all ways there are, reads everything that it can see, and tells. */
const hammer = (id: string) => ({
  id,
  scopes: SCOPES,
  code: `
    async onSchedule({ data, context, api }) {
      const mark = context.site + "/" + context.plugin;
      await api.db.exec("CREATE TABLE IF NOT EXISTS rows (mark, n)");
      for (let round = 0; round < 8; round += 1) {
        const insert = api.db.prepare("INSERT INTO rows VALUES (?, ?)");
        await Promise.all([
          insert.bind(mark, round).run(),
          api.db.batch([insert.bind(mark, round + 100), insert.bind(mark, round + 200)]),
          api.kv.put("key-" + round, mark),
          api.kv.put("same", mark),
        ]);
        await api.db.prepare("SELECT * FROM rows").all();
      }
      const marks = (await api.db.prepare("SELECT mark, count(*) FROM rows GROUP BY mark").raw());
      const keys = (await api.kv.list()).keys.map(({ name }) => name);
      const values = await Promise.all(keys.map((key) => api.kv.get(key)));
      return { again: { afterMs: 0, cursor: { marks, values: [...new Set(values)], keys: keys.length } } };
    }`,
});

async function cursorOf(site: TestSite, plugin: string): Promise<unknown> {
  const report = await site.run(plugin, "onSchedule", events.onSchedule);
  if (report.outcome !== "ok") throw new Error(JSON.stringify(report.error));
  return (report.result as { again: { cursor: unknown } }).again.cursor; // as the plugin returns it
}

it("two plugins on each of two sites, all at once, see nothing but their own", {
  timeout: 30_000,
}, async () => {
  const sites = [
    await makeSite(hammer("first"), hammer("second")),
    await makeSite(hammer("first"), hammer("second")),
  ];
  const pairs = sites.flatMap((site) => ["first", "second"].map((plugin) => ({ site, plugin })));
  // Twice each, so that two calls of one plugin meet as well.
  const told = await Promise.all([...pairs, ...pairs].map(({ site, plugin }) => cursorOf(site, plugin)));
  for (const [index, { site, plugin }] of [...pairs, ...pairs].entries()) {
    const mark = `${site.id}/${plugin}`;
    expect(told[index]).toEqual({ marks: [[mark, expect.any(Number)]], values: [mark], keys: 9 });
  }
  for (const { site, plugin } of pairs) {
    const mark = `${site.id}/${plugin}`;
    // A third time: 24 rows a call, none lost and none of others.
    expect(await cursorOf(site, plugin)).toEqual({ marks: [[mark, 72]], values: [mark], keys: 9 });
  }
});

describe("SQL that asks for more", () => {
  /** What each is refused with, by D1 or before it. */
  const tricks: readonly (readonly [sql: string, refusal: RegExp])[] = [
    ["ATTACH DATABASE 'other.sqlite' AS other", /not authorized/],
    ["ATTACH ':memory:' AS m", /not authorized/],
    ["SELECT 1; ATTACH ':memory:' AS m", /not authorized/],
    ["DETACH main", /not authorized/],
    ["CREATE TEMP TABLE x (a)", /not authorized/],
    ["CREATE TEMPORARY VIEW x AS SELECT 1", /not authorized/],
    ["CREATE TABLE temp.x (a)", /not authorized/],
    ["CREATE TEMP TRIGGER x AFTER INSERT ON own BEGIN SELECT 1; END", /not authorized/],
    ["BEGIN", /transaction|not authorized/i],
    ["SAVEPOINT x", /transaction|not authorized/i],
    ["COMMIT", /transaction|not authorized/i],
    ["VACUUM INTO 'copy.sqlite'", /not authorized|VACUUM/],
    ["SELECT load_extension('x')", /not authorized|no such function/],
    ["SELECT readfile('/etc/passwd')", /no such function|not authorized/],
    ["SELECT writefile('x', 'y')", /no such function|not authorized/],
    ["SELECT * FROM _cf_METADATA", /not authorized|prohibited/],
    ["SELECT * FROM _cf_KV", /not authorized|prohibited|no such table/],
    ["DELETE FROM sqlite_master", /may not be modified|not authorized/],
    ["UPDATE sqlite_schema SET sql = 'x'", /may not be modified|not authorized/],
    ["CREATE TABLE sqlite_x (a)", /reserved/],
    ["CREATE TABLE _cf_x (a)", /not authorized/],
    ["CREATE VIRTUAL TABLE x USING dbstat", /not authorized|no such module/],
    ["CREATE VIRTUAL TABLE x USING csv(filename='/etc/passwd')", /not authorized|no such module/],
    ["SELECT * FROM dbstat", /not authorized|no such table/],
    ["SELECT * FROM pragma_database_list", /not authorized/],
    ["SELECT * FROM pragma_page_count", /not authorized/],
    ["DELETE FROM ft_config", /may not be modified|not authorized/],
    ["PRAGMA recursive_triggers = 1", /expected no PRAGMA/],
    ["PRAGMA writable_schema = 1", /expected no PRAGMA/],
    ["EXPLAIN PRAGMA foreign_keys = off", /expected no PRAGMA/],
    ["SELECT 1; PRAGMA foreign_keys = off", /expected no PRAGMA/],
    [
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) SELECT hex(zeroblob(1000000)) FROM n",
      /bytes in|too big|exceed/i,
    ],
  ];

  let told: { message?: string; rows?: unknown }[];
  let tables: unknown;

  beforeAll(async () => {
    const neighbour = {
      ...hammer("neighbour"),
      code: "async beforePublish({ api }) { await api.db.exec('CREATE TABLE secrets (a)'); return true; }",
    };
    const site = await makeSite(neighbour, {
      id: "tricky",
      scopes: SCOPES,
      code: `
        const tricks = ${JSON.stringify(tricks.map(([sql]) => sql))};
        export default {
          async onSchedule({ api }) {
            await api.db.exec("CREATE TABLE own (a)\\nCREATE VIRTUAL TABLE ft USING fts5(b)");
            const told = [];
            for (const sql of tricks) {
              told.push(await api.db.prepare(sql).all().then(({ results }) => ({ rows: results }), ({ message }) => ({ message })));
            }
            const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT sum(i) AS s FROM n";
            const sum = await api.db.prepare(count).first("s");
            const tables = await api.db.prepare("SELECT name FROM sqlite_master ORDER BY name").raw();
            return { again: { afterMs: 0, cursor: { told, sum, tables: tables.flat() } } };
          },
        };`,
    });
    await site.run("neighbour", "beforePublish", events.beforePublish);
    const cursor = (await cursorOf(site, "tricky")) as { told: typeof told; sum: number; tables: unknown };
    ({ told, tables } = cursor);
    expect(cursor.sum).toBe(50_005_000);
  }, 30_000);

  it.each(tricks.map(([sql, refusal], index) => [sql, refusal, index] as const))(
    "gains nothing: %s",
    (_sql, refusal, index) => {
      expect(told[index]).toEqual({ message: expect.stringMatching(refusal) });
    },
  );

  it("sees a schema in which nothing but its own is", () => {
    expect(tables).toEqual([
      "_cf_METADATA",
      "ft",
      "ft_config",
      "ft_content",
      "ft_data",
      "ft_docsize",
      "ft_idx",
      "own",
    ]);
  });
});

describe("a plugin whose grant ends", { timeout: 30_000 }, () => {
  it("writes nothing from the acknowledgement on, a call in flight included", async () => {
    const site = await makeSite({
      id: "writer",
      scopes: SCOPES,
      code: `
        async onSchedule({ api }) {
          await api.db.exec("CREATE TABLE IF NOT EXISTS ticks (at)");
          const failures = [];
          for (let n = 0; n < 400 && failures.length === 0; n += 1) {
            await api.db.prepare("INSERT INTO ticks VALUES (?)").bind(n).run().catch(({ code }) => failures.push(code));
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          await api.kv.put("failures", JSON.stringify(failures)).catch(() => {});
        }`,
    });
    const [{ database: name = "" } = {}] = (await site.state.read()).plugins;
    const d1 = (env as unknown as Record<string, D1Database>)[name ?? ""] as D1Database; // of the pool
    const count = () => d1.prepare("SELECT count(*) AS n FROM ticks").first<number>("n");
    const running = site.run("writer", "onSchedule", events.onSchedule);
    while (((await count().catch(() => 0)) ?? 0) < 3) await scheduler.wait(20);
    await site.admin.revoke({ site: site.id, plugin: "writer" });
    const atAcknowledgement = await count();
    expect(await running).toMatchObject({ outcome: "denied" });
    expect(await count()).toBe(atAcknowledgement);
    expect(atAcknowledgement).toBeLessThan(400);
  });

  it("is refused outside the caveat that an admin set, by name and scope", async () => {
    const site = await makeSite({
      id: "narrow",
      scopes: SCOPES,
      code: `async beforePublish({ api }) {
        return say(await api.db.exec("CREATE TABLE t (a)").catch(({ name, code, scope, message }) => ({ name, code, scope, message })));
      }`,
      grant: { caveats: { "use:db": { maxBytes: 100 } } },
    });
    expect(await site.ask("narrow")).toEqual({
      name: "PermissionDenied",
      code: "PERMISSION_DENIED",
      scope: "use:db",
      message: expect.stringContaining("maxBytes is 100"),
    });
  });
});
