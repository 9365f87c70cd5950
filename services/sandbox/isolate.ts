// What a plugin's isolate is made of and what it is called.
// No network, no environment, no eval at start-up: an isolate has nothing but its code and its arguments.
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError } from "../../contracts/errors.ts";
import consoleModule from "./console.worker.js";
import type { SandboxJob } from "./sandbox.ts";
import shell from "./shell.worker.js";

/** Fixed for all plugins: from 2026-08-04 on, Node's modules would be there by default. */
const COMPATIBILITY_DATE = "2026-08-01";
const COMPATIBILITY_FLAGS = [
  "disallow_importable_env",
  "disallow_eval_during_startup",
  // Through its own entrypoint a plugin could hand stubs on to itself, and loop past every time limit.
  "disable_ctx_exports",
];

/** Moves every id when shell or flags change, since a warm isolate keeps what it was started with. */
let shellVersion: string | null = null;

/** Reads a bundle's bytes by their digest; null where there is none. */
export type ReadBundle = (digest: string) => Promise<string | null>;

/** What of a job its isolate is made from. */
type IsolateJob = Pick<SandboxJob, "site" | "plugin" | "code" | "tail">;

/**
 * The isolate's id: site, plugin, code and shell, and nothing that changes with a grant or a call, so that it
 * stays warm. `salt` counts failed starts, which stick to an id. One whose end is heard of has a code of its own.
 */
export async function isolateIdOf({ site, plugin, code, tail }: IsolateJob, salt: number): Promise<string> {
  // A value, not a promise: one that another request made costs a turn of the event loop to await.
  shellVersion ??= (
    await sha256Hex([shell, consoleModule, COMPATIBILITY_DATE, ...COMPATIBILITY_FLAGS].join("\n"))
  ).slice(0, 12);
  const id = [site, plugin, code, shellVersion, salt].join("/");
  return tail === undefined ? id : `${id}/watched`;
}

/** The Worker's code. @throws NOT_FOUND or CONFLICT when the stored bytes are not those of the digest */
export async function loadWorkerCode(
  { code, tail }: IsolateJob,
  readBundle: ReadBundle,
): Promise<WorkerLoaderWorkerCode> {
  const source = await readBundle(code);
  if (source === null) throw new EmgateError("NOT_FOUND", `bundle ${code} is not in storage`);
  // What was signed is what runs: the bytes are compared, not the name they are stored under.
  if ((await sha256Hex(source)) !== code)
    throw new EmgateError("CONFLICT", `bundle ${code} is not what it was`);
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: COMPATIBILITY_FLAGS,
    mainModule: "shell.js",
    // The shell imports its console first, so that the plugin's top level prints there.
    modules: { "shell.js": { js: shell }, "console.js": { js: consoleModule }, "plugin.js": { js: source } },
    env: {},
    // Left out, it would inherit the gateway's network.
    globalOutbound: null,
    ...(tail && { tails: [tail] }),
  };
}
