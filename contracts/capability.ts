// What a capability is given: whose call it serves, what was granted, and whether that still stands.

import type { Authority } from "./grant.ts";
import type { HookName } from "./hooks.ts";
import type { Page } from "./page.ts";
import type { Clock, ContentSource } from "./ports.ts";

/**
 * Whether the grant behind a call still stands. `state` is synchronous, so that a guard and its effect share a
 * turn; `stale` means that the lease is over and must be taken again before the question has an answer.
 */
export interface Liveness {
  state(): "live" | "revoked" | "stale";
  refresh(): Promise<void>;
}

/** Whose call it is. */
export interface Subject {
  readonly site: string;
  readonly plugin: string;
  readonly installId: string;
  readonly version: string;
  readonly hook: HookName | null;
  readonly invocationId: string;
}

/** Everything that one invocation's capabilities rest on. */
export interface InvocationTerms {
  readonly subject: Subject;
  readonly authority: Authority;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly liveness: Liveness;
  readonly clock: Clock;
  /** The event's own page where the event carries it whole; read:pages covers it though it is a draft. */
  readonly eventPage: () => Page | null;
  /** Its id, for events that carry a summary. */
  readonly eventPageId: string | null;
  /** Core's content, or null where core offers none. */
  readonly content: () => ContentSource | null;
}

/** `props` of a capability bound to a Worker: for which plugin of which site it acts. */
export interface CapabilityProps {
  readonly site: string;
  readonly plugin: string;
}
