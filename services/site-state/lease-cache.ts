// The holder's half of a lease: one snapshot a key, good for a span that starts before it was asked for.
// A lease past its span is never used; a lease past half of it is renewed behind the caller's back.
import { EmgateError } from "../../contracts/errors.ts";
import { LEASE_MARGIN_MS } from "../../contracts/limits.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { LeaseAnswer } from "../../contracts/site.ts";

const RENEWAL_PATIENCE_MS = 1_000;
/** Questions of one take; an answer can be too old to use when it comes. */
const MAX_ASKS = 2;
/** Questions of one take whose answers were forgotten at once, by changes that came through this isolate. */
const MAX_FORGOTTEN = 10;
/** Leases that an isolate holds at once. */
const MAX_HELD = 2_000;

interface HeldLease<T> {
  readonly rev: number;
  readonly snapshot: T;
  readonly takenAtMs: number;
  readonly goodUntilMs: number;
}

/** Asks the owner of `key` for a lease, naming the revision that is known. */
export type AskForLease<T> = (key: string, known: number | null) => Promise<LeaseAnswer<T>>;

export class LeaseCache<T> {
  readonly #clock: Clock;
  readonly #held = new Map<string, HeldLease<T>>();
  /** When a renewal began; one whose request died is tried again after a second. */
  readonly #renewingSinceMs = new Map<string, number>();
  /** How often a key was forgotten: an answer to a question from before is not news. */
  readonly #forgets = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The snapshot if its lease is good now; synchronous, so that a guard and its effect share a turn. */
  peek(key: string): T | null {
    const lease = this.#held.get(key);
    return lease !== undefined && this.#clock() < lease.goodUntilMs ? lease.snapshot : null;
  }

  /** The same, where no renewal is due either. */
  peekFresh(key: string): T | null {
    const lease = this.#held.get(key);
    return lease !== undefined && !this.#isPastHalf(lease) ? lease.snapshot : null;
  }

  /** The snapshot if it was taken within `withinMs`, though its lease may be over: for what gives no one a right. */
  recall(key: string, withinMs: number): T | null {
    const lease = this.#held.get(key);
    return lease !== undefined && this.#clock() < lease.takenAtMs + withinMs ? lease.snapshot : null;
  }

  /** Drops the lease, so that the next one who takes it sees what was just written. */
  forget(key: string): void {
    this.#held.delete(key);
    this.#forgets.set(key, (this.#forgets.get(key) ?? 0) + 1);
  }

  /**
   * The snapshot, under a lease that is good when it is answered; asks the owner when there is none. A lease in
   * its second half is renewed through `waitUntil`, so that a busy site never waits for one.
   *
   * @throws UNAVAILABLE when the owner's answers outlast their own span
   */
  async take(key: string, ask: AskForLease<T>, waitUntil: (work: Promise<unknown>) => void): Promise<T> {
    const good = this.peek(key);
    if (good === null) return this.#renew(key, ask);
    const lease = this.#held.get(key);
    if (lease !== undefined && this.#isPastHalf(lease) && !this.#isRenewing(key)) {
      this.#renewingSinceMs.set(key, this.#clock());
      // Best effort: a renewal that fails is tried again, in the open, when the lease is over.
      waitUntil(
        this.#renew(key, ask)
          .catch(() => undefined)
          .finally(() => this.#renewingSinceMs.delete(key)),
      );
    }
    return good;
  }

  async #renew(key: string, ask: AskForLease<T>): Promise<T> {
    for (let late = 0, forgotten = 0; late < MAX_ASKS && forgotten < MAX_FORGOTTEN; ) {
      const forgets = this.#forgets.get(key);
      await this.#askOwner(key, ask);
      const good = this.peek(key);
      if (good !== null) return good;
      if (this.#forgets.get(key) === forgets) late += 1;
      else forgotten += 1;
    }
    throw new EmgateError("UNAVAILABLE", "the control state answers too slowly for a lease");
  }

  async #askOwner(key: string, ask: AskForLease<T>): Promise<void> {
    const known = this.#held.get(key);
    const forgets = this.#forgets.get(key);
    // Noted before asking: the owner counts the span from its answer, which is never earlier.
    const takenAtMs = this.#clock();
    const answer = await ask(key, known?.rev ?? null);
    if (this.#forgets.get(key) !== forgets) return;
    const snapshot = "snapshot" in answer ? answer.snapshot : known?.snapshot;
    if (snapshot === undefined) throw new Error("lease: «unchanged» for a revision that was never held");
    const lease = {
      rev: answer.rev,
      snapshot,
      takenAtMs,
      goodUntilMs: takenAtMs + answer.ttlMs - LEASE_MARGIN_MS,
    };
    const current = this.#held.get(key);
    if (current !== undefined && !supersedes(lease, current)) return;
    this.#evict();
    this.#held.set(key, lease);
  }

  /** Keys come from URLs and tokens; those longest unasked go first. A later answer just counts as the first. */
  #evict(): void {
    if (this.#held.size < MAX_HELD) return;
    const now = this.#clock();
    for (const [key, lease] of this.#held) if (now >= lease.goodUntilMs) this.#held.delete(key);
    for (const key of this.#held.keys()) {
      if (this.#held.size < MAX_HELD) break;
      this.#held.delete(key);
    }
    // Answers that are on their way to a forgotten key are refused by this count, so it outlives the lease.
    if (this.#forgets.size >= MAX_HELD) this.#forgets.clear();
  }

  #isRenewing(key: string): boolean {
    const sinceMs = this.#renewingSinceMs.get(key);
    return sinceMs !== undefined && this.#clock() < sinceMs + RENEWAL_PATIENCE_MS;
  }

  #isPastHalf(lease: HeldLease<T>): boolean {
    return this.#clock() > lease.takenAtMs + (lease.goodUntilMs - lease.takenAtMs) / 2;
  }
}

/**
 * Answers may overtake each other: an older revision never replaces a newer one, nor a shorter lease a longer
 * one. But what was asked after the newer lease was over is news: the owner was set back, as by a restore.
 */
function supersedes<T>(lease: HeldLease<T>, current: HeldLease<T>): boolean {
  if (lease.takenAtMs >= current.goodUntilMs) return true;
  return lease.rev === current.rev ? lease.goodUntilMs > current.goodUntilMs : lease.rev > current.rev;
}
