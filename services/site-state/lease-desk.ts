// The owner's half of a lease: hands out snapshots with a span, and waits until nothing older can act.
// It remembers nothing about holders but when the last lease went out (docs/architecture.md, «Leases and revocation»).
import { LEASE_MARGIN_MS, LEASE_TTL_MS } from "../../contracts/limits.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { LeaseAnswer } from "../../contracts/site.ts";

export class LeaseDesk {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  /** Set at construction too: an object that restarted between lease and revoke must still wait. */
  #lastLeaseAtMs: number;

  constructor(clock: Clock, ttlMs: number = LEASE_TTL_MS) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#lastLeaseAtMs = clock();
  }

  /** Answers a holder that knows revision `known`; `snapshot` is read only when it knows an older one. */
  answer<T>(known: number | null, rev: number, snapshot: () => T): LeaseAnswer<T> {
    this.#lastLeaseAtMs = this.#clock();
    const span = { rev, ttlMs: this.#ttlMs };
    return known === rev ? { ...span, unchanged: true } : { ...span, snapshot: snapshot() };
  }

  /**
   * Sleeps until no holder may act on what was leased before a change; answers the milliseconds it took.
   * Call it in the same turn as the write, so that no lease of the old state can come between. For a change
   * that another call made, `changedAtMs` says when: leases since then are of the new state.
   */
  async drain(changedAtMs: number = this.#clock()): Promise<number> {
    const startedMs = this.#clock();
    const lastUseMs = Math.min(this.#lastLeaseAtMs, changedAtMs) + this.#ttlMs + LEASE_MARGIN_MS;
    await scheduler.wait(Math.max(0, lastUseMs - startedMs));
    return this.#clock() - startedMs;
  }
}
