// The owner's half of a lease: hands out snapshots with a span, and waits until nothing older can act.
// It remembers nothing about holders but when the last lease went out (docs/architecture.md, «Leases and revocation»).
import { EmgateError } from "../../contracts/errors.ts";
import { LEASE_MARGIN_MS, LEASE_TTL_MS, MAX_LEASE_TTL_MS, MIN_LEASE_TTL_MS } from "../../contracts/limits.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { LeaseAnswer } from "../../contracts/site.ts";

/** Where the longest span that may still be out is kept, for the object's next life. */
const LONGEST_SPAN = "leaseMs";

/** What an object of the control state needs of its environment. */
export interface LeaseEnv {
  /** Milliseconds that a lease is good for, in digits. */
  readonly EMGATE_LEASE_MS?: string;
}

/** The object's own storage, which outlives it. */
export type LeaseMemory = Pick<SyncKvStorage, "get" | "put">;

export class LeaseDesk {
  readonly #clock: Clock;
  readonly #setting: string | undefined;
  readonly #memory: LeaseMemory;
  /** Counts as a lease too: an object that restarted between lease and revoke must still wait. */
  readonly #startedAtMs: number;
  /** The longest span that earlier lives may have handed out; they may have run under another setting. */
  readonly #inheritedMs: number;
  #rememberedMs: number;
  #lastLeaseAtMs: number | null = null;

  constructor(clock: Clock, env: LeaseEnv, memory: LeaseMemory) {
    this.#clock = clock;
    this.#setting = env.EMGATE_LEASE_MS;
    this.#memory = memory;
    this.#startedAtMs = clock();
    // Where nothing is kept, none but spans of the usual length were ever handed out.
    this.#inheritedMs = memory.get<number>(LONGEST_SPAN) ?? LEASE_TTL_MS;
    this.#rememberedMs = this.#inheritedMs;
  }

  /**
   * Answers a holder that knows revision `known`; `snapshot` is read only when it knows an older one.
   *
   * @throws INTERNAL when EMGATE_LEASE_MS is no span that may be
   */
  answer<T>(known: number | null, rev: number, snapshot: () => T): LeaseAnswer<T> {
    const ttlMs = parseSpan(this.#setting);
    this.#lastLeaseAtMs = this.#clock();
    this.#rememberSpan(ttlMs, this.#lastLeaseAtMs);
    const span = { rev, ttlMs };
    return known === rev ? { ...span, unchanged: true } : { ...span, snapshot: snapshot() };
  }

  /**
   * Sleeps until no holder may act on what was leased before a change; answers the milliseconds it took.
   * Call it in the same turn as the write, so that no lease of the old state can come between. For a change
   * that another call made, `changedAtMs` says when: leases since then are of the new state.
   */
  async drain(changedAtMs: number = this.#clock()): Promise<number> {
    const startedMs = this.#clock();
    const lastUseMs = this.#lastUseMs(changedAtMs) + LEASE_MARGIN_MS;
    if (lastUseMs <= startedMs) return 0;
    await scheduler.wait(lastUseMs - startedMs);
    return this.#clock() - startedMs;
  }

  /**
   * The end of the last span that began before the change, in this life or an earlier one. Those of earlier lives
   * are counted from this one's start, whenever the change was: another machine's clock may have told that.
   */
  #lastUseMs(changedAtMs: number): number {
    const inheritedMs = this.#startedAtMs + this.#inheritedMs;
    if (this.#lastLeaseAtMs === null) return inheritedMs;
    const ownMs = Math.min(this.#lastLeaseAtMs, changedAtMs) + parseSpan(this.#setting);
    return Math.max(inheritedMs, ownMs);
  }

  /** A longer span is written down before it is handed out; a shorter one once the longer ones are over. */
  #rememberSpan(ttlMs: number, nowMs: number): void {
    const isInheritanceOver = nowMs >= this.#startedAtMs + this.#inheritedMs;
    const longestMs = isInheritanceOver ? ttlMs : Math.max(ttlMs, this.#inheritedMs);
    if (longestMs === this.#rememberedMs) return;
    this.#memory.put(LONGEST_SPAN, longestMs);
    this.#rememberedMs = longestMs;
  }
}

function parseSpan(setting: string | undefined): number {
  if (setting === undefined) return LEASE_TTL_MS;
  const spanMs = /^\d{1,9}$/.test(setting) ? Number(setting) : Number.NaN;
  if (spanMs >= MIN_LEASE_TTL_MS && spanMs <= MAX_LEASE_TTL_MS) return spanMs;
  const expected = `EMGATE_LEASE_MS: expected milliseconds from ${MIN_LEASE_TTL_MS} to ${MAX_LEASE_TTL_MS}`;
  throw new EmgateError("INTERNAL", `${expected}, got «${setting}»`);
}
