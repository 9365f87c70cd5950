// The migrations that come with a version: what they may hold, and the digest that binds a grant to them.
// It runs none of them: services/storage does, when the version goes live.
import { assertAllowedSql, splitStatements } from "../../capabilities/index.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError, toWireError } from "../../contracts/errors.ts";
import { byteLength, canonicalJson, exceedsBytes } from "../../contracts/json.ts";
import { MAX_MIGRATION_STATEMENTS, MAX_MIGRATIONS_BYTES, MAX_SQL_BYTES } from "../../contracts/limits.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { PluginMigration } from "../../contracts/migrations.ts";

/**
 * SHA-256 of what a version declares: of plugin.json, and where there are any of its migrations too, so that a grant
 * for one set never serves another.
 */
export async function digestManifest(
  manifest: string,
  migrations: readonly PluginMigration[],
): Promise<string> {
  const digest = await sha256Hex(manifest);
  return migrations.length === 0 ? digest : sha256Hex(canonicalJson({ manifest: digest, migrations }));
}

/** @throws INVALID_ARGUMENT naming the migration, PAYLOAD_TOO_LARGE */
export function assertMigrations(migrations: readonly PluginMigration[], manifest: Manifest): void {
  if (migrations.length === 0) return;
  if (!manifest.scopes.some(({ scope }) => scope === "use:db")) {
    throw new EmgateError("INVALID_ARGUMENT", "migrations: need the scope use:db in plugin.json");
  }
  const bytes = migrations.reduce((sum, { sql }) => sum + byteLength(sql), 0);
  if (bytes > MAX_MIGRATIONS_BYTES) {
    const expected = `migrations: expected at most ${MAX_MIGRATIONS_BYTES} bytes in all, got ${bytes}`;
    throw new EmgateError("PAYLOAD_TOO_LARGE", expected);
  }
  const statements = migrations.reduce((count, migration) => count + countStatements(migration), 0);
  if (statements > MAX_MIGRATION_STATEMENTS) {
    const expected = `migrations: expected at most ${MAX_MIGRATION_STATEMENTS} statements in all`;
    throw new EmgateError("INVALID_ARGUMENT", `${expected}, got ${statements}`);
  }
}

function countStatements({ name, sql }: PluginMigration): number {
  const where = `migrations/${name}`;
  // A lone surrogate has no UTF-8 of its own, and to SQLite a text ends at a zero.
  if (!sql.isWellFormed() || sql.includes("\0")) {
    throw new EmgateError("INVALID_ARGUMENT", `${where}: expected well-formed text`);
  }
  try {
    assertAllowedSql(sql);
  } catch (error) {
    throw new EmgateError("INVALID_ARGUMENT", `${where}: ${toWireError(error).message}`);
  }
  const statements = splitStatements(sql);
  if (statements.some((statement) => exceedsBytes(statement, MAX_SQL_BYTES))) {
    const expected = `${where}: expected at most ${MAX_SQL_BYTES} bytes a statement`;
    throw new EmgateError("PAYLOAD_TOO_LARGE", expected);
  }
  return statements.length;
}
