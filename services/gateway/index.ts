// The gateway Worker's entry: exports only.
import { http } from "./http.ts";

export { Deployment, SiteState } from "../site-state/index.ts";
export { CoreContent, Deliveries, Hooks, Html, Invocation, Kv, Log, Pages } from "./entrypoints.ts";

export default { fetch: http.fetch };
