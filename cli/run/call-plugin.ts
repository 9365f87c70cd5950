// Makes the one call of a run, and ends it for sure.
// Never waits for a plugin that holds the whole runtime: the runtime is killed then.
import { setTimeout as sleep } from "node:timers/promises";
import { toWireError } from "../../contracts/errors.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { CallOutcome, OutcomeError, RunReport } from "../../contracts/outcome.ts";
import { troubleTable } from "../../contracts/watchdog.ts";
import type { Gateway } from "../runtime/index.ts";

/** Milliseconds beyond the hook's own limit after which the gateway has failed to end the call. */
const GRACE_MS = 10_000;
/** Milliseconds in which the end of a process is noticed. */
const CRASH_NOTICE_MS = 500;

/** The call's report, whatever becomes of the plugin: an endless loop and a heap bomb have one too. */
export async function callPlugin(
  { watchdog, processes }: Gateway,
  hook: HookName,
  call: () => Promise<RunReport>,
): Promise<RunReport> {
  const startedAtMs = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cutOff = new Promise<RunReport>((resolve) => {
    const end = (outcome: CallOutcome, error: OutcomeError): void => {
      const durationMs = Math.round(performance.now() - startedAtMs);
      resolve({ outcome, result: null, error, calls: [], logs: [], durationMs });
    };
    // Nothing else runs here, so it is known at once who it was.
    watchdog.onIncident(({ trouble }) => {
      const { text, code } = troubleTable[trouble];
      if (code === null) end("error", { code: "UNAVAILABLE", message: `the runtime ${text}` });
      else end(code === "CPU_LIMIT" ? "timeout" : "error", { code, message: `the plugin ${text}` });
    });
    timer = setTimeout(() => {
      end("timeout", { code: "DEADLINE_EXCEEDED", message: `${hook} was not ended within its time` });
      processes.kill();
    }, hookTable[hook].timeoutMs + GRACE_MS);
  });
  try {
    return await Promise.race([call().catch((thrown) => explainFailure(thrown, cutOff)), cutOff]);
  } finally {
    clearTimeout(timer);
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
