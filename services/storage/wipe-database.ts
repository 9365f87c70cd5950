// Makes a database of the pool as it was when it was new, whatever its plugin left in it.
// One batch, so that a wiping that breaks off has done nothing; it is done again until it is through.

import { quoteName } from "./quote-name.ts";

/** What `PRAGMA table_list` and the schema tell of one thing in the database. */
interface SchemaRow {
  readonly name: string;
  readonly type: "trigger" | "view" | "table" | "virtual" | "shadow" | "index";
}

/** Passes over the database; more than one is needed only where SQL of the plugin's lands in between. */
const MAX_PASSES = 3;

/** Without the names of SQLite's own tables, and of D1's (`_cf_`), which no SQL can make. LIKE would not tell case. */
const OWN = "substr(name, 1, 7) <> 'sqlite_' AND substr(name, 1, 4) <> '_cf_'";

/** Drops everything. @throws when something is left: then it must not be handed out */
export async function wipeDatabase(database: D1Database): Promise<void> {
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const statements = await planWipe(database);
    await database.batch(statements.map((sql) => database.prepare(sql)));
    if (await isEmptyDatabase(database)) return;
  }
  throw new Error(`a database was not empty after it was wiped ${MAX_PASSES} times`);
}

/** Nothing that a plugin made, and no rows in the tables that SQLite made for it. */
export async function isEmptyDatabase(database: D1Database): Promise<boolean> {
  const { results } = await database
    .prepare(
      `SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence' OR name LIKE 'sqlite_stat%' OR ${OWN}`,
    )
    .all<{ name: string }>();
  if (results.some(({ name }) => name !== "sqlite_sequence")) return false;
  if (results.length === 0) return true;
  return (await database.prepare("SELECT 1 FROM sqlite_sequence LIMIT 1").first()) === null;
}

/**
 * Triggers before what they would fire on, views before their tables, virtual tables before the shadow tables that
 * go with them. Foreign keys may form a circle, so they are looked at when the transaction ends.
 */
async function planWipe(database: D1Database): Promise<string[]> {
  const [schema, tables] = await database.batch<SchemaRow>([
    database.prepare(`SELECT type, name FROM sqlite_master WHERE type = 'trigger' AND ${OWN}`),
    database.prepare("PRAGMA table_list"),
  ]);
  const listed = (tables?.results ?? []).filter(({ name }) => !name.startsWith("_cf_"));
  const own = listed.filter(({ name }) => !name.startsWith("sqlite_"));
  const namesOf = (type: SchemaRow["type"]) => own.filter((row) => row.type === type).map(({ name }) => name);
  const stats = listed.filter(({ name }) => name.startsWith("sqlite_stat")).map(({ name }) => name);
  const drop = (kind: string) => (name: string) => `DROP ${kind} IF EXISTS ${quoteName(name)}`;
  return [
    "PRAGMA defer_foreign_keys = on",
    ...(schema?.results ?? []).map(({ name }) => name).map(drop("TRIGGER")),
    ...namesOf("view").map(drop("VIEW")),
    ...namesOf("virtual").map(drop("TABLE")),
    ...namesOf("table").map(drop("TABLE")),
    ...stats.map(drop("TABLE")),
    ...(listed.some(({ name }) => name === "sqlite_sequence") ? ["DELETE FROM sqlite_sequence"] : []),
  ];
}
