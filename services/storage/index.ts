export { type AllotmentPorts, allotDatabase } from "./allot-database.ts";
export { applyMigrations, type MigrationTarget } from "./apply-migrations.ts";
export { countKeys } from "./count-keys.ts";
export { eraseKeys, eraseLeftovers } from "./erase-keys.ts";
export { type ExportPorts, exportPage } from "./export/export-state.ts";
export { isEmptyDatabase, wipeDatabase } from "./wipe-database.ts";
