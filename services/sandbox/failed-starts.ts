// Which isolates did not start. A failed start sticks to its id, so a new try takes a new id, its salt.
// Each id is billed for a day, so a plugin that always fails must not get many.

/** Milliseconds until a plugin that could not be run gets its next id, doubled with each. */
const RESTART_AFTER_MS = 60_000;
/** The same where its code could not be read: nothing was started, and storage comes back soon. */
const RELOAD_AFTER_MS = 2_000;
const MAX_RESTART_DELAY_MS = 86_400_000;

interface FailedStart {
  readonly salt: number;
  readonly what: "start" | "load";
  readonly retryAtMs: number;
}

/** By site, plugin and code. Lost with this isolate, which is fine: its successor starts at the first id again. */
const failedStarts = new Map<string, FailedStart>();

/** The salt of `name`'s isolate id now: the one that failed until its time is over, then the next. */
export function saltOf(name: string, nowMs: number): number {
  // The usual case, without hashing a name that was put together for this call.
  if (failedStarts.size === 0) return 0;
  const failed = failedStarts.get(name);
  if (failed === undefined) return 0;
  return nowMs < failed.retryAtMs ? failed.salt : failed.salt + 1;
}

/** Notes the first failure under `salt`; those that follow under the same id are its echo. */
export function noteFailedStart(name: string, salt: number, what: FailedStart["what"], nowMs: number): void {
  const failed = failedStarts.get(name);
  if (failed !== undefined && failed.salt >= salt) return;
  const delayMs = what === "start" ? RESTART_AFTER_MS * 2 ** salt : RELOAD_AFTER_MS;
  failedStarts.set(name, { salt, what, retryAtMs: nowMs + Math.min(delayMs, MAX_RESTART_DELAY_MS) });
}

/** Whether it was the code that could not be read, which is no fault of the plugin's. */
export function wasUnread(name: string, salt: number): boolean {
  const failed = failedStarts.get(name);
  return failed !== undefined && failed.salt === salt && failed.what === "load";
}
