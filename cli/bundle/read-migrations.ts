// Reads migrations/*.sql beside a plugin's manifest, in the order of their names.
// Never looks into the SQL: what it may say is for the server to judge.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { MAX_MIGRATIONS, MAX_MIGRATIONS_BYTES } from "../../contracts/limits.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import { migrationNameSchema, type PluginMigration } from "../../contracts/migrations.ts";
import { readFileText } from "../files/read-files.ts";

const FOLDER = "migrations";

/**
 * The plugin's migrations; none where there is no such folder. Files that do not end with `.sql` are nobody's.
 *
 * @throws INVALID_ARGUMENT naming the file, or the scope that is missing; PAYLOAD_TOO_LARGE past all their bytes
 */
export async function readMigrations(folder: string, manifest: Manifest): Promise<PluginMigration[]> {
  const path = join(folder, FOLDER);
  const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith(".sql")) : [];
  if (names.length === 0) return [];
  if (!manifest.scopes.some(({ scope }) => scope === "use:db")) {
    throw new EmgateError("INVALID_ARGUMENT", `${path}: migrations need the scope use:db in plugin.json`);
  }
  if (names.length > MAX_MIGRATIONS) {
    throw new EmgateError("INVALID_ARGUMENT", `${path}: expected at most ${MAX_MIGRATIONS} migrations`);
  }
  let left = MAX_MIGRATIONS_BYTES;
  const migrations: PluginMigration[] = [];
  for (const name of names.sort()) {
    parseOrThrow(migrationNameSchema, name, `${FOLDER}/${name}`);
    const sql = await readFileText(join(path, name), { maxBytes: left, what: `what is left for ${name}` });
    left -= Buffer.byteLength(sql);
    migrations.push({ name, sql });
  }
  return migrations;
}
