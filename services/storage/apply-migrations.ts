// Brings a plugin's own database to the version that is about to go live: what has not run yet runs, in order.
// Each with its bookkeeping in one transaction, so that a crash neither repeats nor loses one.
import { splitStatements } from "../../capabilities/index.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { PluginMigration } from "../../contracts/migrations.ts";

/** In the plugin's own database, so that it is written with what it tells of. Not to be relied on against the plugin. */
const TABLE = "emgate_migrations";
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS ${TABLE} (name TEXT PRIMARY KEY, digest TEXT NOT NULL)`;
const INSERT = `INSERT INTO ${TABLE} (name, digest) VALUES (?, ?)`;
/** Bounded, whatever the plugin has put there. */
const SELECT = `SELECT substr(name, 1, 200) AS name, substr(digest, 1, 64) AS digest FROM ${TABLE} LIMIT 1000`;

const MAX_TOLD_CHARS = 500;

interface Applied {
  readonly name: string;
  readonly digest: string;
}

/** Of which version they are, for messages, and how large the database may be for one to begin. */
export interface MigrationTarget {
  readonly plugin: string;
  readonly version: string;
  readonly maxBytes: number;
  /** Asked before each: many take long, and a database that was given back meanwhile is soon another plugin's. */
  readonly assertHeld: () => Promise<void>;
}

/**
 * Runs what has not run in this database; answers the names of what it ran. Those that ran and are not among
 * `migrations` are another version's, to which this one goes back.
 *
 * @throws CONFLICT for one that ran with another text, PLUGIN_ERROR with D1's own words for one that fails: those
 *   before it stay, of it nothing does. QUOTA_EXCEEDED where the database is full
 */
export async function applyMigrations(
  database: D1Database,
  migrations: readonly PluginMigration[],
  { plugin, version, maxBytes, assertHeld }: MigrationTarget,
): Promise<string[]> {
  const done: string[] = [];
  if (migrations.length === 0) return done;
  let applied = await readApplied(database);
  for (const { name, sql } of migrations) {
    const digest = await sha256Hex(sql);
    if (isApplied(applied.rows, name, digest)) continue;
    if (applied.sizeBytes >= maxBytes) {
      const why = `the database holds ${applied.sizeBytes} bytes, and it may hold ${maxBytes}`;
      throw new EmgateError("QUOTA_EXCEEDED", `migration ${name} of ${plugin} ${version}: ${why}`);
    }
    await assertHeld();
    const statements = splitStatements(sql).map((statement) => database.prepare(statement));
    try {
      await database.batch([
        database.prepare(CREATE_TABLE),
        ...statements,
        database.prepare(INSERT).bind(name, digest),
      ]);
      done.push(name);
    } catch (error) {
      applied = await readApplied(database);
      // Whoever else was at it at the same time has applied it; the transaction here has changed nothing.
      if (!isApplied(applied.rows, name, digest)) throw describeFailure(error, name, { plugin, version });
      continue;
    }
    applied = await readApplied(database);
  }
  return done;
}

/** @throws CONFLICT where it ran with another text */
function isApplied(rows: readonly Applied[], name: string, digest: string): boolean {
  const row = rows.find((one) => one.name === name);
  if (row === undefined || row.digest === digest) return row !== undefined;
  throw new EmgateError(
    "CONFLICT",
    `migration ${name} ran in this database with another text: within a major version migrations are only added`,
  );
}

/** A view of that name could be a query without an end. */
async function readApplied(
  database: D1Database,
): Promise<{ readonly rows: readonly Applied[]; readonly sizeBytes: number }> {
  const schema = "SELECT type FROM sqlite_master WHERE name = ? COLLATE NOCASE";
  const { results, meta } = await database.prepare(schema).bind(TABLE).run<{ type: string }>();
  const sizeBytes = meta.size_after;
  const [found] = results;
  if (found === undefined) return { rows: [], sizeBytes };
  if (found.type !== "table")
    throw new EmgateError("CONFLICT", `${TABLE} is a ${found.type} of the plugin's`);
  return { rows: (await database.prepare(SELECT).all<Applied>()).results, sizeBytes };
}

/** D1's text about the SQL; what is not about that, or holds a stack, stays here. */
function describeFailure(
  error: unknown,
  name: string,
  { plugin, version }: Pick<MigrationTarget, "plugin" | "version">,
): unknown {
  const text = error instanceof Error ? error.message : "";
  if (!/^D1_[A-Z_]+: /.test(text) || /\n\s+at /.test(text)) return error;
  const told = text.slice(0, MAX_TOLD_CHARS);
  return new EmgateError("PLUGIN_ERROR", `migration ${name} of ${plugin} ${version} failed: ${told}`);
}
