export { type AllotmentPorts, allotDatabase } from "./allot-database.ts";
export { applyMigrations, type MigrationTarget } from "./apply-migrations.ts";
export { isEmptyDatabase, wipeDatabase } from "./wipe-database.ts";
