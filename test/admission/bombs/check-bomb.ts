// Checks bombs by name, for whoever stands outside with a clock: a thread can be ended, a function cannot.
import { parentPort } from "node:worker_threads";
import { check } from "../submission.ts";
import { BOMBS } from "./bombs.ts";

parentPort?.on("message", async (name: string) => {
  const code = BOMBS[name]?.() ?? "";
  const startedMs = performance.now();
  const { verdict, stages } = await check(code);
  parentPort?.postMessage({
    verdict,
    stages,
    chars: code.length,
    ms: Math.round(performance.now() - startedMs),
  });
});
