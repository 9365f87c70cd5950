// Runs plugins in Dynamic Workers through the Worker Loader: one isolate a plugin.
// It trusts nothing that comes back, and it stops waiting at the time limit whatever the plugin does.
import { exceedsBytes } from "../../contracts/json.ts";
import { MAX_RESULT_BYTES } from "../../contracts/limits.ts";
import type { Clock } from "../../contracts/ports.ts";
import { noteFailedStart, saltOf, wasUnread } from "./failed-starts.ts";
import { isolateIdOf, loadWorkerCode, type ReadBundle } from "./isolate.ts";
import type { RunEnd, Sandbox, SandboxAnswer, SandboxJob, SandboxRun } from "./sandbox.ts";

const NOT_THE_SHELLS: SandboxAnswer = {
  status: "broken",
  message: "the isolate's answer is not of the shell's form",
};

/** The runtime's words for a promise that nothing can resolve. */
const NEVER_ANSWERED = ["would never generate a response", "Promise will never complete"];

/** The shell's one method, as the loader's stub offers it. */
interface ShellStub extends Rpc.WorkerEntrypointBranded {
  call(hook: string, event: unknown, context: unknown, api: unknown): Promise<unknown>;
}

/** Storage did not give the bytes that were signed, now or when this id was made. */
class UnreadCode extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : "the code could not be read", { cause });
  }
}

export class LoaderSandbox implements Sandbox {
  readonly #loader: WorkerLoader;
  readonly #readBundle: ReadBundle;
  readonly #clock: Clock;

  constructor(loader: WorkerLoader, readBundle: ReadBundle, clock: Clock) {
    this.#loader = loader;
    this.#readBundle = readBundle;
    this.#clock = clock;
  }

  call(job: SandboxJob): SandboxRun {
    const work = this.#start(job);
    const ended = work.then(
      (): RunEnd => "ran",
      (error: unknown): RunEnd => (hasRun(error) ? "ran" : "unstarted"),
    );
    return { answer: answerWithin(work, job), ended };
  }

  /** The plugin's raw answer; whatever it is, it is only a value here. */
  async #start(job: SandboxJob): Promise<unknown> {
    const name = `${job.site}/${job.plugin}/${job.code}`;
    const salt = saltOf(name, this.#clock());
    const id = await isolateIdOf(job, salt);
    const worker = this.#loader.get(id, () => this.#load(job, name, salt));
    const limits = { cpuMs: job.cpuMs, subRequests: job.subRequests };
    const shell = worker.getEntrypoint<ShellStub & Rpc.WorkerEntrypointBranded>(undefined, { limits });
    try {
      const raw = await shell.call(job.hook, job.event, job.context, job.api);
      disposeOf(raw);
      return raw;
    } catch (error) {
      if (!isNeverAnswered(error)) noteFailedStart(name, salt, "start", this.#clock());
      throw wasUnread(name, salt) ? new UnreadCode(error) : error;
    }
  }

  async #load(job: SandboxJob, name: string, salt: number): Promise<WorkerLoaderWorkerCode> {
    try {
      return await loadWorkerCode(job, this.#readBundle);
    } catch (error) {
      noteFailedStart(name, salt, "load", this.#clock());
      throw error;
    }
  }
}

/** The answer, or `timeout` at the limit; the timer is cleared either way. */
async function answerWithin(work: Promise<unknown>, job: SandboxJob): Promise<SandboxAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<SandboxAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ status: "timeout" }), job.timeoutMs);
  });
  const answer = work.then(parseAnswer, (error: unknown): SandboxAnswer => {
    if (isNeverAnswered(error)) return { status: "timeout" };
    const message = error instanceof Error ? error.message : "the isolate failed";
    return { status: error instanceof UnreadCode ? "unread" : "broken", message };
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether code of the plugin has run. An error of its own crossed RPC, which marks it, whatever it says. */
function hasRun(error: unknown): boolean {
  return isNeverAnswered(error) || (error instanceof Object && "remote" in error && error.remote === true);
}

/** A promise that nothing can resolve: the runtime says so before the time is up. It would never have ended. */
function isNeverAnswered(error: unknown): boolean {
  return error instanceof Error && NEVER_ANSWERED.some((text) => error.message.includes(text));
}

/** Stubs come only from a shell that is no more ours; they would live as long as the request. */
function disposeOf(raw: unknown): void {
  if (raw instanceof Object && Symbol.dispose in raw) (raw as Disposable)[Symbol.dispose](); // RPC makes it a method
}

/** Fresh data from the plugin's text. A hostile shell can send anything; only text of our form counts. */
function parseAnswer(raw: unknown): SandboxAnswer {
  if (typeof raw !== "string") return { status: "broken", message: "the isolate did not answer in text" };
  if (exceedsBytes(raw, MAX_RESULT_BYTES)) return { status: "oversized" };
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
