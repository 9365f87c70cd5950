export { claimsOf, type GrantTerms, type PreparedConsent, prepareConsent } from "./consent.ts";
export { type Migration, migrateDatabase } from "./migrate.ts";
export { registryMigrations } from "./migrations.ts";
export { findRelease, type RegistryPorts, type Release, readBundle, registerVersion } from "./versions.ts";
