// Brings a D1 database to this version's schema. Applied migrations are kept in the table that wrangler uses,
// so `wrangler d1 migrations apply` and this function may be used in turns.
import { splitStatements } from "../../capabilities/index.ts";

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Applies what is missing, in order, each in one transaction; answers the names of those applied. */
export async function migrateDatabase(db: D1Database, migrations: readonly Migration[]): Promise<string[]> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
         id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
         applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  const before = await readApplied(db);
  const done: string[] = [];
  for (const { name, sql } of migrations) {
    if (before.has(name)) continue;
    const statements = splitStatements(sql).map((statement) => db.prepare(statement));
    try {
      await db.batch([...statements, db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name)]);
      done.push(name);
    } catch (error) {
      // Whoever else was at it at the same time has applied it; the transaction here has changed nothing.
      if (!(await readApplied(db)).has(name)) throw error;
    }
  }
  return done;
}

async function readApplied(db: D1Database): Promise<ReadonlySet<string>> {
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}
