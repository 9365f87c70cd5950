// Asks a gateway's /health, once or until it answers.
// Never takes any other answer than a success for health.
import { setTimeout as sleep } from "node:timers/promises";
import { EmgateError } from "../../contracts/errors.ts";

const ASK_TIMEOUT_MS = 2_000;
const PAUSE_MS = 50;

/** True when the gateway at `url` answers with success within two seconds. */
export async function isHealthy(url: string, timeoutMs = ASK_TIMEOUT_MS): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** @throws EmgateError UNAVAILABLE when it does not answer within `timeoutMs` */
export async function waitForHealth(url: string, timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await isHealthy(url))) {
    if (Date.now() > until) {
      throw new EmgateError("UNAVAILABLE", `the gateway at ${url} started but does not answer /health`);
    }
    await sleep(PAUSE_MS);
  }
}
