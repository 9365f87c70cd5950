// The guard that every capability method goes through, and the record of what one invocation did.
// Nothing passes it after its invocation ended, past its deadline or its work, without its scope or after a revoke.
import type { CapabilityProps, InvocationTerms, Subject } from "../contracts/capability.ts";
import type { Caveats } from "../contracts/caveats.ts";
import { EmgateError, type ErrorCode, PermissionDenied } from "../contracts/errors.ts";
import type { Dropped } from "../contracts/html-patch.ts";
import { MAX_TRACED_CALLS } from "../contracts/limits.ts";
import type { TracedCall } from "../contracts/outcome.ts";
import type { Scope } from "../contracts/scopes.ts";
import { callEnded, grantRevoked, reasonOf, scopeLacking } from "./denial.ts";
import { WorkAccount } from "./work-account.ts";

/** Why a plugin is not called, and its stubs refuse, while its state is moved to another version. */
export const STATE_MOVES = "the plugin's state is being moved to another version";

/** What a method asks the guard for. `scope` null stands for what every plugin has, such as its log. */
export interface CapabilityCall {
  readonly capability: string;
  readonly method: string;
  readonly scope: Scope | null;
  /** As the plugin put them, for a recording; they have not been looked at. */
  readonly args: readonly unknown[];
}

/** What a capability fails with where core or the gateway did not do its part. */
const HOST_FAULTS: ReadonlySet<ErrorCode> = new Set(["CONTENT_UNAVAILABLE", "UNAVAILABLE", "INTERNAL"]);

/**
 * How an entrypoint's method reaches its family: opens an invocation for the plugin that `props` name, by the
 * site's live grant, lets `use` make its one call, and closes it.
 */
export type OpenBound<Env, Family> = <T>(
  ctx: ExecutionContext<CapabilityProps>,
  env: Env,
  use: (family: Family) => Promise<T>,
) => Promise<T>;

/** One call of a hook, or one call on a bound capability: shared by all capabilities it opens. */
export class Invocation {
  readonly terms: InvocationTerms;
  readonly #calls: TracedCall[] = [];
  readonly #work: WorkAccount;
  #closed = false;
  #deniedScope: Scope | null = null;
  #metHostFault = false;
  readonly #dropped: Dropped[] = [];

  constructor(terms: InvocationTerms) {
    this.terms = terms;
    this.#work = new WorkAccount(terms);
  }

  get subject(): Subject {
    return this.terms.subject;
  }

  /** The calls that were made, the first 100 of them. */
  get calls(): readonly TracedCall[] {
    return this.#calls;
  }

  /** The scope that the last denied call lacked; the plugin's own account of it is not asked. */
  get deniedScope(): Scope | null {
    return this.#deniedScope;
  }

  /** Whether core or the gateway failed a call: what the plugin made of that is not its own fault. */
  get metHostFault(): boolean {
    return this.#metHostFault;
  }

  /** What was dropped from patches that the plugin had checked: checked again, they show nothing. */
  get dropped(): readonly Dropped[] {
    return this.#dropped;
  }

  noteDropped(dropped: readonly Dropped[]): void {
    this.#dropped.push(...dropped.slice(0, MAX_TRACED_CALLS - this.#dropped.length));
  }

  /** Ends it: from now on every call of every stub of it is refused. */
  close(): void {
    this.#closed = true;
  }

  /** Counts what costs a turn but is no method's call, such as reading a family's stub. @throws QUOTA_EXCEEDED */
  takeTurn(): Promise<void> {
    return this.#work.takeTurn();
  }

  /**
   * Parses, guards, acts. `act` is called in the same turn as the last check, with what `parse` made of the
   * arguments; `book` before it, for what must be noted elsewhere first. All get the caveats they must keep to; what
   * any throws reaches the plugin as one of our errors. What was parsed counts as bytes out, the answer as bytes in.
   */
  async perform<P, T>(
    call: CapabilityCall,
    parse: (caveats: Caveats) => P | Promise<P>,
    act: (parsed: P, caveats: Caveats) => T | Promise<T>,
    book?: (parsed: P, caveats: Caveats) => Promise<void>,
  ): Promise<T> {
    const startedMs = this.terms.clock();
    let outcome: TracedCall["outcome"] = "error";
    try {
      const result = await this.#guard(call, parse, act, book);
      outcome = "ok";
      this.terms.recorder?.noteAnswer(call, result);
      return result;
    } catch (error) {
      this.terms.recorder?.noteError(call, error);
      if (error instanceof PermissionDenied) {
        outcome = "denied";
        this.#deniedScope = call.scope;
      }
      throw error;
    } finally {
      const { capability, method } = call;
      const ms = this.terms.clock() - startedMs;
      if (this.#calls.length < MAX_TRACED_CALLS) this.#calls.push({ capability, method, outcome, ms });
    }
  }

  /** The same without a scope and without a trace: for the log, which every plugin has. */
  async record<P>(parse: () => P, act: (parsed: P) => void): Promise<void> {
    await this.#guard({ capability: "log", method: "write", scope: null, args: [] }, parse, act);
  }

  async #guard<P, T>(
    call: CapabilityCall,
    parse: (caveats: Caveats) => P | Promise<P>,
    act: (parsed: P, caveats: Caveats) => T | Promise<T>,
    book?: (parsed: P, caveats: Caveats) => Promise<void>,
  ): Promise<T> {
    try {
      await this.#work.takeTurn();
      const caveats = this.#findCaveats(call);
      const parsed = await parse(caveats);
      this.#work.takeOut(parsed);
      if (book) await book(parsed, caveats);
      if (this.terms.liveness.state() === "stale") await this.terms.liveness.refresh();
      this.#assertStanding();
      const answer = await act(parsed, caveats);
      this.#work.takeIn(answer);
      return answer;
    } catch (error) {
      // Past its number of calls a refusal has no reason: so a flood costs the audit log that number and no more.
      const reason = reasonOf(error);
      if (reason !== null) this.terms.noteDenial({ scope: call.scope, reason });
      const presented = presentable(error, call);
      if (HOST_FAULTS.has(presented.code)) this.#metHostFault = true;
      throw presented;
    }
  }

  /** A call without its scope is refused before its arguments are looked at. */
  #findCaveats({ scope }: CapabilityCall): Caveats {
    if (scope === null) return {};
    const caveats = this.terms.authority.get(scope);
    if (caveats === undefined) throw scopeLacking(scope);
    return caveats;
  }

  /** The last check before the effect: synchronous, so that nothing can come between. */
  #assertStanding(): void {
    if (this.#closed) throw callEnded();
    if (this.terms.clock() >= this.terms.deadlineMs) {
      throw new EmgateError("DEADLINE_EXCEEDED", "the deadline of this call has passed");
    }
    switch (this.terms.liveness.state()) {
      case "revoked":
        throw grantRevoked();
      case "frozen":
        throw new EmgateError("BUSY", STATE_MOVES);
      case "stale":
        throw new EmgateError("UNAVAILABLE", "the site's state cannot be reached");
      case "live":
    }
  }
}

/**
 * Our own errors by code and message; anything else is ours to look at and none of the plugin's business. What
 * caused either stays here: `cause` would cross RPC like any own property.
 */
function presentable(error: unknown, call: CapabilityCall): EmgateError {
  const name = `${call.capability}.${call.method}`;
  if (!(error instanceof EmgateError)) {
    console.error(`${name} failed`, error);
    return new EmgateError("INTERNAL", `${name} failed inside the gateway`);
  }
  if (error.cause !== undefined) {
    console.warn(`${name}: ${error.code}`, error.cause);
    delete error.cause;
  }
  return error;
}
