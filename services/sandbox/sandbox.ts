// The one interface between hooks and a way of running plugins. Dynamic Workers implement it; dedicated
// Workers can too. What comes out of it is untrusted: an answer's text is parsed by whoever asked.
import { z } from "zod";
import type { HookName } from "../../contracts/hooks.ts";
import type { HookContext } from "../../contracts/invocation.ts";

export interface SandboxJob {
  readonly site: string;
  readonly plugin: string;
  /** SHA-256 of the bundle's bytes. */
  readonly code: string;
  readonly hook: HookName;
  readonly event: unknown;
  readonly context: HookContext;
  /** The invocation's one stub; the sandbox passes it on and keeps nothing of it. */
  readonly api: Rpc.RpcTargetBranded;
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly subRequests: number;
}

export const pluginAnswerSchema = z.union([
  z.object({ status: z.literal("returned"), result: z.unknown() }),
  z.object({
    status: z.literal("threw"),
    message: z.string().max(2000),
    code: z.string().max(64).optional(),
    retry: z.boolean().optional(),
  }),
  z.object({ status: z.enum(["missing", "unserialisable"]), message: z.string().max(2000) }),
]);

/** What came of a job. `broken` is an isolate that did not start or did not keep to the shell's form. */
export type SandboxAnswer =
  | z.infer<typeof pluginAnswerSchema>
  | { readonly status: "timeout" }
  | { readonly status: "oversized" }
  | { readonly status: "broken"; readonly message: string };

export interface Sandbox {
  /** Runs one hook of one plugin; never throws for what the plugin does. */
  call(job: SandboxJob): SandboxRun;
}

export interface SandboxRun {
  readonly answer: Promise<SandboxAnswer>;
  /** Settles when the plugin's own work has ended, which a timeout does not bring about. */
  readonly ended: Promise<void>;
}
