// migrations/*.sql of a plugin: what comes with a version beside its manifest and its code.
// Shapes only; what the SQL may say is up to services/registry, when it runs to services/storage.
import { z } from "zod";
import { MAX_MIGRATIONS, MAX_MIGRATIONS_BYTES } from "./limits.ts";

const MAX_NAME_CHARS = 100;

/** `0001_name.sql`: the number first, so that the order of the names is the order of the migrations. */
export const migrationNameSchema = z
  .string()
  .max(MAX_NAME_CHARS)
  .regex(
    /^\d{4}_[a-z0-9]+(?:[_-][a-z0-9]+)*\.sql$/,
    "expected a name such as 0001_tables.sql: four digits, then a-z, 0-9, _ and -",
  );

const migrationSchema = z.strictObject({
  name: migrationNameSchema,
  sql: z.string().max(MAX_MIGRATIONS_BYTES),
});
export type PluginMigration = z.infer<typeof migrationSchema>;

export const migrationsSchema = z
  .array(migrationSchema)
  .max(MAX_MIGRATIONS)
  .refine(
    (migrations) => migrations.every(({ name }, at) => at === 0 || (migrations[at - 1]?.name ?? "") < name),
    "expected each name once, in order",
  );
