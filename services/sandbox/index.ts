export type { ReadBundle } from "./isolate.ts";
export { LoaderSandbox } from "./loader-sandbox.ts";
export type { Sandbox, SandboxAnswer, SandboxJob, SandboxRun } from "./sandbox.ts";
