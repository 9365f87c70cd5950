// The one interface between hooks and a way of running plugins. Dynamic Workers implement it; dedicated
// Workers can too. What comes out of it is untrusted: an answer's text is parsed by whoever asked.
import type { PluginMethod } from "../../contracts/hooks.ts";
import type { HookContext } from "../../contracts/invocation.ts";

export interface SandboxJob {
  readonly site: string;
  readonly plugin: string;
  /** SHA-256 of the bundle's bytes. */
  readonly code: string;
  readonly hook: PluginMethod;
  readonly event: unknown;
  readonly context: HookContext;
  /** The invocation's one stub; the sandbox passes it on and keeps nothing of it. */
  readonly api: Rpc.RpcTargetBranded;
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly subRequests: number;
  /** Hears of the call's end, when all that the plugin left behind has ended too. */
  readonly tail?: Fetcher;
}

/**
 * What came of a job. `returned` and `threw` are the plugin's word and untrusted; `broken` is an isolate that
 * did not start or did not keep to the shell's form, `unread` one whose code storage did not give. On a local
 * runtime `busy` found no time to run, and `stopped` held the runtime up before.
 */
export type SandboxAnswer =
  | { readonly status: "returned"; readonly result: unknown }
  | { readonly status: "threw"; readonly code?: string; readonly retry?: boolean }
  | { readonly status: "missing" | "unserialisable" | "timeout" | "oversized" | "busy" | "stopped" }
  | { readonly status: "broken" | "unread"; readonly message: string };

export interface Sandbox {
  /** Runs one hook of one plugin; never throws for what the plugin does. */
  call(job: SandboxJob): SandboxRun;
}

export interface SandboxRun {
  readonly answer: Promise<SandboxAnswer>;
  /** Settles when the plugin's call has ended, which a timeout does not bring about; never rejects. */
  readonly ended: Promise<RunEnd>;
}

/** `unstarted`: no code of the plugin has run to its end, since its isolate did not start. */
export type RunEnd = "ran" | "unstarted";
