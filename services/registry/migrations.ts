// The registry's schema, in order.
import type { Migration } from "./migrate.ts";
import versions from "./migrations/0001_versions.sql";
import migrations from "./migrations/0002_migrations.sql";

export const registryMigrations: readonly Migration[] = [
  { name: "0001_versions.sql", sql: versions },
  { name: "0002_migrations.sql", sql: migrations },
];
