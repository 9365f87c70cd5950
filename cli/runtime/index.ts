// What other folders use of the local runtime.
export { type Gateway, type GatewayOptions, startGateway } from "./start-gateway.ts";
export type { Incident } from "./watchdog/watchdog.ts";
