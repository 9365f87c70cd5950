// Runs plugins in Dynamic Workers through the Worker Loader: one isolate a plugin, one call at a time through it.
// It trusts nothing that comes back, and it stops waiting at the time limit whatever the plugin does.
import { MAX_RESULT_BYTES } from "../../contracts/limits.ts";
import { isolateIdOf, loadWorkerCode, type ReadBundle } from "./isolate.ts";
import type { Sandbox, SandboxAnswer, SandboxJob, SandboxRun } from "./sandbox.ts";

/** A failed start sticks to its id, so it is tried again under a new one, but not more often than this. */
const RESTART_AFTER_MS = 60_000;

/** Failed starts by site, plugin and code: how often, and when last. Lost with this isolate, which is fine. */
const failedStarts = new Map<string, { salt: number; atMs: number }>();

const NOT_THE_SHELLS: SandboxAnswer = {
  status: "broken",
  message: "the isolate's answer is not of the shell's form",
};

/** The shell's one method, as the loader's stub offers it. */
interface ShellStub extends Rpc.WorkerEntrypointBranded {
  call(hook: string, event: unknown, context: unknown, api: unknown): Promise<unknown>;
}

export class LoaderSandbox implements Sandbox {
  readonly #loader: WorkerLoader;
  readonly #readBundle: ReadBundle;

  constructor(loader: WorkerLoader, readBundle: ReadBundle) {
    this.#loader = loader;
    this.#readBundle = readBundle;
  }

  call(job: SandboxJob): SandboxRun {
    const work = this.#start(job);
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    return { answer: answerWithin(work, job), ended };
  }

  /** The plugin's raw answer; whatever it is, it is only a value here. */
  async #start(job: SandboxJob): Promise<unknown> {
    const name = `${job.site}/${job.plugin}/${job.code}`;
    const id = await isolateIdOf(job.site, job.plugin, job.code, failedStarts.get(name)?.salt ?? 0);
    const worker = this.#loader.get(id, () => loadWorkerCode(job.code, this.#readBundle));
    const limits = { cpuMs: job.cpuMs, subRequests: job.subRequests };
    const shell = worker.getEntrypoint<ShellStub & Rpc.WorkerEntrypointBranded>(undefined, { limits });
    return shell.call(job.hook, job.event, job.context, job.api);
  }
}

/** The answer, or `timeout` at the limit; the timer is cleared either way. */
async function answerWithin(work: Promise<unknown>, job: SandboxJob): Promise<SandboxAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<SandboxAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ status: "timeout" }), job.timeoutMs);
  });
  const answer = work.then(parseAnswer, (error: unknown): SandboxAnswer => {
    const message = error instanceof Error ? error.message : "the isolate failed";
    // A promise that nothing can resolve: the runtime says so before the time is up. It would never have ended.
    if (message.includes("would never generate a response")) return { status: "timeout" };
    noteFailedStart(job);
    return { status: "broken", message };
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Fresh data from the plugin's text. A hostile shell can send anything; only text of our form counts. */
function parseAnswer(raw: unknown): SandboxAnswer {
  if (typeof raw !== "string") return { status: "broken", message: "the isolate did not answer in text" };
  // Cheaper than counting bytes, and never more than them: enough to stop a flood before it is parsed.
  if (raw.length > MAX_RESULT_BYTES) return { status: "oversized" };
  let answer: unknown;
  try {
    answer = JSON.parse(raw);
  } catch {
    return NOT_THE_SHELLS;
  }
  if (typeof answer !== "object" || answer === null || !("status" in answer)) return NOT_THE_SHELLS;
  switch (answer.status) {
    case "returned":
      return { status: "returned", result: "result" in answer ? answer.result : undefined };
    case "threw":
      return {
        status: "threw",
        ...("code" in answer && typeof answer.code === "string" && { code: answer.code }),
        ...("retry" in answer && typeof answer.retry === "boolean" && { retry: answer.retry }),
      };
    case "missing":
    case "unserialisable":
      return { status: answer.status };
    default:
      return NOT_THE_SHELLS;
  }
}

function noteFailedStart(job: SandboxJob): void {
  const name = `${job.site}/${job.plugin}/${job.code}`;
  const failed = failedStarts.get(name);
  const nowMs = Date.now();
  if (failed === undefined) failedStarts.set(name, { salt: 0, atMs: nowMs });
  else if (nowMs > failed.atMs + RESTART_AFTER_MS)
    failedStarts.set(name, { salt: failed.salt + 1, atMs: nowMs });
}
