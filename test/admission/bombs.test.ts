// A bundle made to hold admission up gets its verdict like any other, and within seconds.
// Each is checked in a thread that is ended when it does not answer.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, it } from "vitest";
import { type StaticVerdict, VERDICTS } from "../../contracts/admission.ts";
import { BOMBS } from "./bombs/bombs.ts";

/** Milliseconds after which a thread counts as stuck; on a quiet machine each takes under 2,000. */
const STUCK_MS = 10_000;
let thread: Worker | null = null;

type Answer = Pick<StaticVerdict, "verdict"> & { readonly ms: number; readonly chars: number };

afterAll(async () => {
  await thread?.terminate();
});

it.each(Object.keys(BOMBS))("has a verdict for %s", async (name) => {
  const { verdict, ms, chars } = await checkApart(name);
  console.log(`${name}: ${verdict} of ${chars} characters in ${ms} ms`);
  expect(VERDICTS).toContain(verdict);
});

async function checkApart(name: string): Promise<Answer> {
  thread ??= new Worker(join(import.meta.dirname, "bombs/check-bomb.ts"));
  const worker = thread;
  const answer = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => answer.reject(new Error(`no verdict after ${STUCK_MS} ms`)), STUCK_MS);
  worker.once("message", answer.resolve).once("error", answer.reject);
  worker.postMessage(name);
  try {
    return await answer.promise;
  } catch (error) {
    thread = null;
    await worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
    worker.off("message", answer.resolve).off("error", answer.reject);
  }
}
