// The schema of CORE_DB, as the text of its migrations in the order they run.
// It never runs them: who owns the database does.
import pages from "./migrations/0001_pages.sql";

/** Each statement ends with a semicolon at the end of a line; there is none elsewhere in the text. */
export const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  { name: "0001_pages.sql", sql: pages },
];
