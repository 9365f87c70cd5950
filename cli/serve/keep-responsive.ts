// Keeps a served gateway answering: a plugin that computes without end would hold it for good, since workerd
// enforces no CPU limit on this machine.
// Never loses what was written; the databases are on disk.
import type { Gateway } from "../runtime/index.ts";
import { watchResponsiveness } from "../runtime/watch-responsiveness.ts";

/** Milliseconds without an answer; several times what any hook may compute in production. */
const BLOCKED_MS = 15_000;

/** Restarts the Worker whenever it is held up; the returned function stops watching. */
export function keepResponsive(gateway: Gateway, warn: (message: string) => void): () => void {
  let stop = (): void => undefined;
  const watch = (): void => {
    stop = watchResponsiveness(gateway.url, BLOCKED_MS, () => {
      warn(
        `nothing answered for ${BLOCKED_MS / 1000} s: a plugin computes without end. The Worker is restarted`,
      );
      gateway.processes.kill();
      watch();
    });
  };
  watch();
  return () => stop();
}
