// Notices a gateway that stopped answering: a plugin that computes without end holds workerd's one thread.
// Never ends anything itself; what to do then is the caller's.
import { setTimeout as sleep } from "node:timers/promises";
import { isHealthy } from "./wait-for-health.ts";

const PAUSE_MS = 500;

/** Calls `onBlocked` once, when /health has not answered for `blockedMs`; the returned function stops it. */
export function watchResponsiveness(url: string, blockedMs: number, onBlocked: () => void): () => void {
  let stopped = false;
  const watch = async (): Promise<void> => {
    let answeredAtMs = performance.now();
    while (!stopped) {
      if (await isHealthy(url)) answeredAtMs = performance.now();
      if (stopped) return;
      if (performance.now() - answeredAtMs > blockedMs) return onBlocked();
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  };
  void watch();
  return () => {
    stopped = true;
  };
}
