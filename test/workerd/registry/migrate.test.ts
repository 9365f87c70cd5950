import { env as bindings } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../services/gateway/env.ts";
import { migrateDatabase } from "../../../services/registry/index.ts";

const { DB } = bindings as unknown as Env; // the bindings of wrangler.toml
let made = 0;

/** Migrations that no other test has applied; their names are those of the tables they make. */
function makeMigrations(count: number) {
  made += 1;
  const run = `${Date.now()}_${made}`;
  return Array.from({ length: count }, (_, index) => ({
    name: `test_${run}_${index}`,
    sql: `CREATE TABLE test_${run}_${index} (id INTEGER);\n`,
  }));
}

describe("migrateDatabase", () => {
  it("applies what is missing once, in order, and answers what it applied", async () => {
    const migrations = makeMigrations(3);
    expect(await migrateDatabase(DB, migrations.slice(0, 1))).toEqual([migrations[0]?.name]);
    expect(await migrateDatabase(DB, migrations)).toEqual(migrations.slice(1).map(({ name }) => name));
    expect(await migrateDatabase(DB, migrations)).toEqual([]);
  });

  it("is done once by several at the same time, and fails for none of them", async () => {
    const migrations = makeMigrations(2);
    const answers = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(DB, migrations)));
    expect(answers.flat().sort()).toEqual(migrations.map(({ name }) => name).sort());
  });

  it("keeps nothing of a migration that fails, and applies none behind it", async () => {
    const [first, second] = makeMigrations(2);
    if (!first || !second) throw new Error("two migrations were asked for");
    const broken = { name: first.name, sql: `${first.sql}\nNOT SQL;\n` };
    await expect(migrateDatabase(DB, [broken, second])).rejects.toThrow("syntax error");
    expect(await migrateDatabase(DB, [first, second])).toEqual([first.name, second.name]);
  });
});
