export { claimsContinuing, claimsOf, type Issuance } from "./claims.ts";
export {
  authorityDeclared,
  type ConsentTarget,
  consentTargetOf,
  type GrantTerms,
  type PreparedConsent,
  prepareConsent,
} from "./consent.ts";
export { judgeUpdate, type UpdateQuestion, type UpdateVerdict } from "./judge-update.ts";
export { type Migration, migrateDatabase } from "./migrate.ts";
export { registryMigrations } from "./migrations.ts";
export { parseSettings } from "./settings.ts";
export {
  assertNotYanked,
  chooseRelease,
  findRelease,
  type RegistryPorts,
  type Release,
  readBundle,
  readMigrations,
  registerVersion,
} from "./versions.ts";
