export { deliver } from "./deliver.ts";
export { type DispatchOptions, dispatchHook } from "./dispatch.ts";
export { DRY_RUN_SUFFIX, dryRunHooks } from "./dry-run.ts";
export { encodeRecording, SEARCH_STAND_IN } from "./encode-recording.ts";
export { checkGrant, type GrantInForce } from "./grants-in-force.ts";
export type { InvocationReport } from "./invocation-report.ts";
export { findEnd, invokeCall } from "./invoke.ts";
export { type MoveReport, migrateState, type StateMove } from "./migrate-state.ts";
export { parseEvent } from "./parse-event.ts";
export { type HeldRecording, Recorder } from "./recorder.ts";
export {
  type HookRuntime,
  type Journal,
  type LiveIdentity,
  type MoveIdentity,
  NO_JOURNAL,
  type PluginCall,
  type SiteLease,
  type TracedInvocation,
} from "./runtime.ts";
export { isCallable } from "./subscribers.ts";
