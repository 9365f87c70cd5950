// Waits for the signal that ends a server, or for the end of the npm that started it.
// Never lets another handler end the process first: what is open gets closed.

/** Milliseconds between two looks at the parent. */
const PARENT_CHECK_MS = 500;

const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Resolves at the first signal; a second one ends the process at once. Handlers that were there are removed:
 * wrangler's would end the process before anything is closed.
 */
export function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    const watch = watchNpm(() => stop());
    const stop = (): void => {
      clearInterval(watch);
      for (const signal of STOP_SIGNALS) process.removeAllListeners(signal);
      resolve();
    };
    for (const signal of STOP_SIGNALS) {
      process.removeAllListeners(signal);
      process.on(signal, stop);
    }
  });
}

/**
 * A signal to npm ends npm and its shell, and never comes here: a server that `npm start` began would stay,
 * holding its port. Outside npm a parent may go, as where a shell starts a server and ends.
 */
function watchNpm(onGone: () => void): NodeJS.Timeout | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, PARENT_CHECK_MS).unref();
}
