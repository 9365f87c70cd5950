// What a capability is given: whose call it serves, what was granted, and whether that still stands.

import type { Authority } from "./grant.ts";
import type { PluginMethod } from "./hooks.ts";
import type { CallWork } from "./limits.ts";
import type { Page } from "./page.ts";
import type { Clock, ContentSource } from "./ports.ts";
import type { Scope } from "./scopes.ts";

/**
 * Whether the grant behind a call still stands. `state` is synchronous, so that a guard and its effect share a
 * turn; `stale` means that the lease is over and must be taken again before the question has an answer, `frozen` that
 * the plugin's state is being moved to another version: nothing of it may be read or written meanwhile.
 */
export interface Liveness {
  state(): "live" | "frozen" | "revoked" | "stale";
  refresh(): Promise<void>;
}

/** What a put is about to keep, and what may be kept in all. */
export interface Booking {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since the epoch; null: kept until it is deleted. */
  readonly expiresAtMs: number | null;
  readonly maxBytes: number;
  readonly maxKeys: number;
}

export interface BookingAnswer {
  /** The bound that it would pass, and then nothing was booked; null: it is booked. */
  readonly exceeded: "bytes" | "keys" | null;
  /** True: the one who hears it is to count the keys that were there before any was booked. */
  readonly toCount: boolean;
}

/**
 * Counts what a plugin's major version keeps; the counter is the site's and outlives the call. Two calls may write
 * and delete one key at once: a booking is released only where no write can have come between.
 */
export interface StorageQuota {
  /** Books a key if all that is booked stays within the bounds; it only grows until it is released or ends. */
  reserve(booking: Booking): Promise<BookingAnswer["exceeded"]>;
  /** Says that a booked write has ended, well or not; `begun` false: it was refused before it was made. */
  settle(key: string, begun: boolean): Promise<void>;
  /** Asked before a delete: what `release` needs, or null while a write is on its way. */
  mark(key: string): Promise<number | null>;
  /** After the delete: forgets what was booked for `key`, if nothing was booked since `mark`. */
  release(key: string, mark: number): Promise<void>;
}

/** Whose call it is. */
export interface Subject {
  readonly site: string;
  readonly plugin: string;
  readonly installId: string;
  readonly version: string;
  readonly hook: PluginMethod | null;
  readonly invocationId: string;
}

/** Keeps what an invocation's calls were answered, by reference and as it is; synchronous, and never throws. */
export interface CallRecorder {
  noteAnswer(call: RecordableCall, answer: unknown): void;
  noteError(call: RecordableCall, error: unknown): void;
}

export interface RecordableCall {
  readonly capability: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Everything that one invocation's capabilities rest on. */
export interface InvocationTerms {
  readonly subject: Subject;
  readonly authority: Authority;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** What the call may cost the gateway. */
  readonly work: CallWork;
  /** What the plugin was handed with the call: it counts as bytes in. Undefined where nothing was. */
  readonly event: unknown;
  readonly liveness: Liveness;
  readonly clock: Clock;
  /** The event's own page where the event carries it whole; read:pages covers it though it is a draft. */
  readonly eventPage: () => Page | null;
  /** Its id, for events that carry a summary. */
  readonly eventPageId: string | null;
  /** Core's content, or null where core offers none. */
  readonly content: () => ContentSource | null;
  readonly quota: StorageQuota;
  /** Told of each call that a guard refused, by scope and in our own words; synchronous, and never throws. */
  readonly noteDenial: (denial: { readonly scope: Scope | null; readonly reason: string }) => void;
  /** Absent: the call is not recorded. */
  readonly recorder?: CallRecorder | undefined;
}

/** `props` of a capability bound to a Worker: for which plugin of which site it acts. */
export interface CapabilityProps {
  readonly site: string;
  readonly plugin: string;
}
