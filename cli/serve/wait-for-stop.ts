// Waits for the signal that ends a server.
// Never lets another handler end the process first: what is open gets closed.

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Resolves at the first signal; a second one ends the process at once. Handlers that were there are removed:
 * wrangler's would end the process before anything is closed.
 */
export function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of STOP_SIGNALS) process.removeAllListeners(signal);
      resolve();
    };
    for (const signal of STOP_SIGNALS) {
      process.removeAllListeners(signal);
      process.on(signal, stop);
    }
  });
}
