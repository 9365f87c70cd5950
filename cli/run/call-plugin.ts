// Makes the one call of a run, and ends it for sure.
// Never waits for a plugin that holds the whole runtime: the runtime is killed then.
import { setTimeout as sleep } from "node:timers/promises";
import { toWireError } from "../../contracts/errors.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { CallOutcome, OutcomeError, RunReport } from "../../contracts/outcome.ts";
import type { Gateway } from "../runtime/index.ts";
import { watchResponsiveness } from "../runtime/watch-responsiveness.ts";

/** Milliseconds beyond the hook's own limit after which the gateway has failed to end the call. */
const GRACE_MS = 10_000;
/** Milliseconds in which the end of a process is noticed. */
const CRASH_NOTICE_MS = 500;
/** Milliseconds beyond the hook's CPU limit; a busy machine is slower than a plugin is guilty. */
const BLOCKED_GRACE_MS = 5_000;

const CRASHED = "the sandbox's process ended during the call; a plugin that takes too much memory does that";

/** The call's report, whatever becomes of the plugin: an endless loop and a heap bomb have one too. */
export async function callPlugin(
  { url, processes }: Gateway,
  hook: HookName,
  call: () => Promise<RunReport>,
): Promise<RunReport> {
  const startedAtMs = performance.now();
  const stops: (() => void)[] = [];
  const cutOff = new Promise<RunReport>((resolve) => {
    const end = (outcome: CallOutcome, error: OutcomeError): void => {
      const durationMs = Math.round(performance.now() - startedAtMs);
      resolve({ outcome, result: null, error, calls: [], logs: [], durationMs });
      processes.kill();
    };
    const { timeoutMs, cpuMs } = hookTable[hook];
    const endBlocked = () => end("timeout", { code: "CPU_LIMIT", message: describeBlocked(hook, cpuMs) });
    stops.push(watchResponsiveness(url, cpuMs + BLOCKED_GRACE_MS, endBlocked));
    const timer = setTimeout(endBlocked, timeoutMs + GRACE_MS);
    stops.push(() => clearTimeout(timer));
    processes.onCrash(() => end("error", { code: "PLUGIN_ERROR", message: CRASHED }));
  });
  try {
    return await Promise.race([call().catch((thrown) => explainFailure(thrown, cutOff)), cutOff]);
  } finally {
    for (const stop of stops) stop();
  }
}

/** A lost connection is heard of before the end of the process that held it. */
async function explainFailure(thrown: unknown, cutOff: Promise<RunReport>): Promise<RunReport> {
  if (toWireError(thrown).code !== "UNAVAILABLE") throw thrown;
  const silence = sleep(CRASH_NOTICE_MS, null, { ref: false });
  const report = await Promise.race([cutOff, silence]);
  if (report === null) throw thrown;
  return report;
}

function describeBlocked(hook: HookName, cpuMs: number): string {
  return `the plugin computed without end and was stopped; ${hook} has ${cpuMs} ms of CPU time`;
}
