// What an admin is shown before a grant is signed: the scopes in words, and the difference to what was granted.
// Types only; services/grants computes the difference, services/registry the rest.
import type { Caveats } from "./caveats.ts";
import type { ErrorCode } from "./errors.ts";
import type { HookName } from "./hooks.ts";
import type { CallOutcome } from "./outcome.ts";
import type { Risk, Scope } from "./scopes.ts";

/** One scope that differs. `before` is null for one that is new, `after` for one that goes. */
export interface ScopeChange {
  readonly scope: Scope;
  readonly before: Caveats | null;
  readonly after: Caveats | null;
  /** The change in words, such as «new: This plugin can …». */
  readonly text: string;
}

/** What one authority has over another. A scope whose caveats changed both ways counts as widened. */
export interface Difference {
  readonly added: readonly ScopeChange[];
  readonly removed: readonly ScopeChange[];
  readonly widened: readonly ScopeChange[];
  readonly narrowed: readonly ScopeChange[];
  /** True when something is added or widened: then an admin must consent. */
  readonly isWider: boolean;
}

export interface ConsentLine {
  readonly scope: Scope;
  readonly risk: Risk;
  /** Why the risk is a level higher than the scope's own: what it is granted together with. */
  readonly because: readonly string[];
  readonly text: string;
  /** The author's reason, from plugin.json. */
  readonly reason: string;
  readonly optional: boolean;
}

/** What an admin is shown before signing; `digest` is what `cns` will hold. */
export interface Consent {
  readonly plugin: string;
  readonly name: string;
  /** The version that would be granted: a held update where there is one. */
  readonly version: string;
  /** The version that runs now, where it is another. */
  readonly from: string | null;
  readonly lines: readonly ConsentLine[];
  /** Against the grant in force. */
  readonly difference: Difference;
  /** Declared scopes that would not be granted, or only narrowed: what a dry run is for. */
  readonly withheld: readonly Scope[];
  readonly digest: string;
}

/** One hook of a dry run: what came of it under the narrowed grant. */
export interface DryRunResult {
  readonly hook: HookName;
  readonly outcome: CallOutcome;
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

/** Answer of an update: what changes, what becomes of the new version, and why. */
export interface UpdateReport {
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
  readonly diff: Difference;
  /**
   * `live`: the new version goes on under what is left of the grant. `held`: it waits for consent; where a grant is
   * live, the version that it is for stays meanwhile, without one the new version takes its place at once.
   * `unchanged`: it is the version that is installed.
   */
  readonly status: "live" | "held" | "unchanged";
  /** Why, in words that complete «held: …». */
  readonly reason: string;
}
