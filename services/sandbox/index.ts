export type { ReadBundle } from "./isolate.ts";
export { LoaderSandbox } from "./loader-sandbox.ts";
export type { Sandbox, SandboxAnswer, SandboxJob, SandboxRun } from "./sandbox.ts";
export { type RunWatch, WatchedSandbox } from "./watched-sandbox.ts";
