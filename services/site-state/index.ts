export type { NewDelivery } from "./deliveries.ts";
export { Deployment, type DeploymentEnv, type Identity, type NewToken } from "./deployment.ts";
export { type AskForLease, LeaseCache } from "./lease-cache.ts";
export { LeaseDesk } from "./lease-desk.ts";
export { type Drained, type NewGrant, type NewInstall, SiteState, type StoredGrant } from "./site-state.ts";
