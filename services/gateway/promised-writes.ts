// Sees to it that what an isolate gathers of a site is written soon, by one write at a time.
// It knows nothing of what is gathered, and never waits in the caller's context.
import type { RequestContext } from "./env.ts";

/** Milliseconds after which a promised write counts as lost, with the request that promised it. */
const WRITE_PATIENCE_MS = 10_000;

export class PromisedWrites {
  readonly #what: string;
  /** When a write of the site's was promised; it ends with the write. */
  readonly #promisedAtMs = new Map<string, number>();

  constructor(what: string) {
    this.#what = what;
  }

  /** Promises a write unless there is one. `write` runs in a context of its own, and calls `end`. Never throws. */
  promise(ctx: RequestContext, site: string, write: () => Promise<void>): void {
    const now = Date.now();
    if (now < (this.#promisedAtMs.get(site) ?? 0) + WRITE_PATIENCE_MS) return;
    try {
      // In a context of its own: waiting here would keep a plugin's context alive for as long.
      ctx.waitUntil(write());
      this.#promisedAtMs.set(site, now);
    } catch (error) {
      console.error(`${this.#what} could not be handed on`, error);
    }
  }

  /** From here on what is gathered needs another write. */
  end(site: string): void {
    this.#promisedAtMs.delete(site);
  }
}
