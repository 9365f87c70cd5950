import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import {
  MAX_MIGRATION_STATEMENTS,
  MAX_MIGRATIONS,
  MAX_MIGRATIONS_BYTES,
  MAX_SQL_BYTES,
} from "../../../contracts/limits.ts";
import type { PluginMigration } from "../../../contracts/migrations.ts";
import {
  findRelease,
  migrateDatabase,
  readMigrations,
  registerVersion,
  registryMigrations,
} from "../../../services/registry/index.ts";
import { env, makeSite, refusalOf } from "../site.ts";

const ports = { db: env.DB, bundles: env.BUNDLES };
const one: PluginMigration = { name: "0001_one.sql", sql: "CREATE TABLE one (a);" };
const two: PluginMigration = { name: "0002_two.sql", sql: "CREATE TABLE two (a);" };
let made = 0;

beforeAll(() => migrateDatabase(env.DB, registryMigrations));

function submission(migrations: readonly PluginMigration[], scope = "use:db") {
  made += 1;
  const scopes = [{ scope, reason: "r" }];
  const manifest = { apiVersion: 1, id: `migrated-${made}`, name: "n", version: "1.0.0", scopes };
  return { manifest: JSON.stringify(manifest), code: "export default {};", migrations };
}

describe("a version's migrations", () => {
  it("are kept as they were submitted, and part of what is signed", async () => {
    const submitted = submission([one, two]);
    const { plugin, manifest } = await registerVersion(ports, submitted);
    const release = await findRelease(ports, plugin, "1.0.0");
    expect(release.manifestDigest).toBe(manifest);
    expect(manifest).not.toBe(await sha256Hex(submitted.manifest));
    expect(await readMigrations(ports, release)).toEqual([one, two]);
  });

  it.each<[string, readonly PluginMigration[]]>([
    ["another text", [{ ...one, sql: `${one.sql} ` }, two]],
    ["another name", [{ ...one, name: "0001_other.sql" }, two]],
    ["one more", [one, two, { ...two, name: "0003_three.sql" }]],
    ["one less", [one]],
    ["none", []],
  ])("cannot be replaced: %s under the same version is a CONFLICT", async (_what, migrations) => {
    const submitted = submission([one, two]);
    const first = await registerVersion(ports, submitted);
    expect(await registerVersion(ports, submitted)).toEqual(first);
    await expect(registerVersion(ports, { ...submitted, migrations })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("are not read where the stored bytes are others than were signed", async () => {
    const { plugin } = await registerVersion(ports, submission([one]));
    const release = await findRelease(ports, plugin, "1.0.0");
    const evil = JSON.stringify([{ ...one, sql: "DROP TABLE one" }]);
    await env.DB.prepare("UPDATE versions SET migrations = ? WHERE plugin = ?").bind(evil, plugin).run();
    await expect(readMigrations(ports, release)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("leave the digest of a version without any what it was", async () => {
    const submitted = submission([]);
    const { manifest } = await registerVersion(ports, submitted);
    expect(manifest).toBe(await sha256Hex(submitted.manifest));
  });

  const sql = (text: string): PluginMigration[] => [{ ...one, sql: text }];
  it.each<[string, readonly PluginMigration[], string, string]>([
    [
      "a PRAGMA that stays",
      sql("CREATE TABLE a (b); PRAGMA foreign_keys = off"),
      "INVALID_ARGUMENT",
      "0001_one.sql",
    ],
    [
      "a text that ends for SQLite before it ends",
      sql("SELECT 1\0; DROP TABLE a"),
      "INVALID_ARGUMENT",
      "0001_one.sql",
    ],
    ["a lone surrogate", sql("SELECT '\ud800'"), "INVALID_ARGUMENT", "0001_one.sql"],
    [
      "a statement that is too long",
      sql(`SELECT '${"x".repeat(MAX_SQL_BYTES)}'`),
      "PAYLOAD_TOO_LARGE",
      "0001_one.sql",
    ],
    [
      "too many statements",
      sql("SELECT 1;".repeat(MAX_MIGRATION_STATEMENTS + 1)),
      "INVALID_ARGUMENT",
      "statements",
    ],
    ["too many bytes", sql(`-- ${"é".repeat(MAX_MIGRATIONS_BYTES / 2)}`), "PAYLOAD_TOO_LARGE", "bytes"],
  ])("may not hold %s", async (_what, migrations, code, named) => {
    await expect(registerVersion(ports, submission(migrations))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named),
    });
  });

  it("need use:db", async () => {
    await expect(registerVersion(ports, submission([one], "read:kv"))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("use:db"),
    });
  });

  it.each<[string, unknown]>([
    ["a name without a number", [{ ...one, name: "one.sql" }]],
    ["a path", [{ ...one, name: "../0001_one.sql" }]],
    ["another order", [two, one]],
    ["a name twice", [one, one]],
    ["a key that is not known", [{ ...one, x: 1 }]],
    [
      "too many",
      Array.from({ length: MAX_MIGRATIONS + 1 }, (_, n) => ({ ...one, name: `${1000 + n}_a.sql` })),
    ],
  ])("are refused with %s, before anything is stored", async (_what, migrations) => {
    const { admin } = await makeSite();
    const { manifest, code } = submission([]);
    const refusal = await refusalOf(() => admin.registerVersion({ manifest, code, migrations }));
    expect(refusal).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("registerVersion.migrations"),
    });
  });
});
