// Tells the watchdog of a local runtime which plugin is at work, before it runs and when it has ended for good,
// so that a plugin which holds the runtime up has a name. On Cloudflare nothing is told: there is no watchdog.
import type { PluginRun, RunBegin, RunVerdict } from "../../contracts/watchdog.ts";
import type { Sandbox, SandboxAnswer, SandboxJob, SandboxRun } from "./sandbox.ts";

/** The watchdog, and what it needs to hear that a plugin's work has ended. */
export interface RunWatch {
  begin(run: RunBegin): Promise<RunVerdict>;
  answered(id: number, started: boolean): Promise<void>;
  /** What the plugin's isolate tells when a call's work is over, with all that was left behind. */
  tailOf(run: PluginRun): Fetcher;
}

/** A watchdog watches after it has ended a runtime, so a runtime that was told «off» is not watched while it lives. */
let isOff = false;
const UNWATCHED: RunVerdict = { verdict: "off", id: -1 };

export class WatchedSandbox implements Sandbox {
  readonly #inner: Sandbox;
  readonly #watch: RunWatch;

  constructor(inner: Sandbox, watch: RunWatch) {
    this.#inner = inner;
    this.#watch = watch;
  }

  call(job: SandboxJob): SandboxRun {
    if (isOff) return this.#inner.call(job);
    const run = this.#begin(job);
    return {
      answer: run.then(({ answer }) => answer),
      ended: run.then(({ ended }) => ended),
    };
  }

  async #begin(job: SandboxJob): Promise<SandboxRun> {
    const { site, plugin, hook, timeoutMs } = job;
    const askedAtMs = Date.now();
    const begin = { site, plugin, hook, waitMs: timeoutMs };
    // A watchdog that cannot be reached watches nothing; that is no reason to run nothing.
    const { verdict, id } = await this.#watch.begin(begin).catch(() => UNWATCHED);
    const leftMs = Math.max(0, timeoutMs - (Date.now() - askedAtMs));
    switch (verdict) {
      case "off":
        isOff = id !== UNWATCHED.id;
        return this.#inner.call({ ...job, timeoutMs: leftMs });
      case "busy":
      case "stopped":
        return unrun({ status: verdict });
      case "go":
        return this.#runWatched({ ...job, timeoutMs: leftMs }, id);
    }
  }

  #runWatched(job: SandboxJob, id: number): SandboxRun {
    const run = this.#inner.call({ ...job, tail: this.#watch.tailOf(job) });
    const answer = run.answer.then(async (answer) => {
      // Told before the answer is used: later the request may be over. One that never started sends no tail.
      const isDoubtful = answer.status === "broken" || answer.status === "unread";
      const started = !isDoubtful || (await run.ended) === "ran";
      await this.#watch.answered(id, started).catch(() => undefined);
      return answer;
    });
    return { answer, ended: run.ended };
  }
}

function unrun(answer: SandboxAnswer): SandboxRun {
  return { answer: Promise.resolve(answer), ended: Promise.resolve("unstarted") };
}
