// Starts the project's Worker: builds it unless a build is kept, and runs it.
// Never waits for one when the other can go on: a build is another process's work.
import { buildWorker } from "./build-worker.ts";
import type { LocalWorker, WorkerOptions } from "./run-miniflare.ts";

export type { LocalWorker, WorkerOptions } from "./run-miniflare.ts";

export async function startWorker(options: WorkerOptions): Promise<LocalWorker> {
  const [built, { runMiniflare }] = await Promise.all([buildWorker(), import("./run-miniflare.ts")]);
  return await runMiniflare(built, options);
}
