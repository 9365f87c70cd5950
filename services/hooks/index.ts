export { deliver } from "./deliver.ts";
export { type DispatchOptions, dispatchHook } from "./dispatch.ts";
export { DRY_RUN_SUFFIX, dryRunHooks } from "./dry-run.ts";
export { checkGrant, type GrantInForce } from "./grants-in-force.ts";
export type { InvocationReport } from "./invocation-report.ts";
export { invokeCall } from "./invoke.ts";
export { parseEvent } from "./parse-event.ts";
export type { HookRuntime, LiveIdentity, PluginCall, SiteLease } from "./runtime.ts";
export { isCallable } from "./subscribers.ts";
