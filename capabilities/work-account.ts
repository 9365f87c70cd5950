// What one invocation has cost so far: its capability calls, and the bytes that went in and out by them.
// It refuses what would pass the hook's numbers; it knows nothing of scopes, grants or whether the call is over.
import type { InvocationTerms } from "../contracts/capability.ts";
import { EmgateError } from "../contracts/errors.ts";
import { measureData } from "../contracts/json.ts";
import { CALLS_PER_YIELD, MS_PER_YIELD } from "../contracts/limits.ts";

type AccountTerms = Pick<InvocationTerms, "clock" | "event" | "subject" | "work">;

export class WorkAccount {
  readonly #terms: AccountTerms;
  #calls = 0;
  /** The last yield that was begun, after all those before it: who comes meanwhile waits too. */
  #yielded: Promise<void> = Promise.resolve();
  #yieldedAtMs: number;
  /** Null until somebody asks: a call without capabilities does not pay for the counting of its event. */
  #bytesIn: number | null = null;
  #bytesOut = 0;

  constructor(terms: AccountTerms) {
    this.#terms = terms;
    this.#yieldedAtMs = terms.clock();
  }

  /**
   * Counts a call, then lets it pass, at once or after a yield, or refuses it. A flood takes no refusal for an
   * answer: past twice the limit a call waits for what never comes. Nothing holds on to that promise, so nothing of
   * the call is kept here, and the rest ends with the I/O context.
   *
   * @throws QUOTA_EXCEEDED
   */
  async takeTurn(): Promise<void> {
    this.#calls += 1;
    const turn = this.#calls;
    const { calls } = this.#terms.work;
    if (turn > 2 * calls) await new Promise(() => {});
    await this.#yieldAt(turn);
    if (turn > calls) throw this.#exceeded(`${calls} capability calls`);
  }

  /** Counts what a plugin hands over, before anything is done with it. @throws QUOTA_EXCEEDED, and counts nothing */
  takeOut(data: unknown): void {
    const { bytesOut } = this.#terms.work;
    const room = bytesOut - this.#bytesOut;
    const size = measureData(data, room);
    if (size > room) throw this.#exceeded(`${bytesOut} bytes out, in what capabilities are handed,`);
    this.#bytesOut += size;
  }

  /** Counts what a plugin is about to be answered. @throws QUOTA_EXCEEDED, and counts nothing */
  takeIn(data: unknown): void {
    const { event, work } = this.#terms;
    this.#bytesIn ??= measureData(event, work.bytesIn);
    const room = work.bytesIn - this.#bytesIn;
    const size = measureData(data, room);
    if (size > room) throw this.#exceeded(`${work.bytesIn} bytes in, with the event and all answers,`);
    this.#bytesIn += size;
  }

  /**
   * A loop over awaited calls, refused ones too, never reaches the event loop: timers and other requests would
   * starve. Yields follow each other, so that of thousands of calls made at once some dozens are worked off at a time.
   */
  #yieldAt(turn: number): Promise<void> {
    const nowMs = this.#terms.clock();
    if (turn % CALLS_PER_YIELD === 0 || nowMs - this.#yieldedAtMs >= MS_PER_YIELD) {
      this.#yieldedAtMs = nowMs;
      this.#yielded = this.#yielded.then(() => scheduler.wait(0));
    }
    return this.#yielded;
  }

  #exceeded(what: string): EmgateError {
    const { hook } = this.#terms.subject;
    const where = hook === null ? "a bound capability" : hook;
    return new EmgateError("QUOTA_EXCEEDED", `at most ${what} in one call of ${where}`);
  }
}
