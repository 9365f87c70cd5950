// What the control state hands to the rest of the gateway: snapshots under a lease.
// Plain data: it crosses RPC from the Durable Objects and is cached by the isolate that asked.
import { z } from "zod";
import type { ErrorCode } from "./errors.ts";
import type { HookName, PluginMethod } from "./hooks.ts";
import type { JsonObject } from "./json.ts";
import type { Manifest } from "./manifest.ts";

/** What becomes of a publication when a gate's plugin fails. */
export const GATE_POLICIES = ["refuse", "allow"] as const;
export type GatePolicy = (typeof GATE_POLICIES)[number];
/** Whether a release that asks for nothing more goes live without a person's consent. */
export const UPDATE_POLICIES = ["ask", "auto"] as const;
export type UpdatePolicy = (typeof UPDATE_POLICIES)[number];
/** Whether calls are recorded; `local`: where the gateway runs on somebody's own machine. */
export const RECORDING_POLICIES = ["local", "on", "off"] as const;

export const sitePolicySchema = z.strictObject({
  gate: z.enum(GATE_POLICIES),
  updates: z.enum(UPDATE_POLICIES),
  recordings: z.enum(RECORDING_POLICIES),
});
export type SitePolicy = z.infer<typeof sitePolicySchema>;
export const DEFAULT_POLICY: SitePolicy = { gate: "refuse", updates: "ask", recordings: "local" };

export interface SiteInfo {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly locale: string;
  readonly createdAt: string;
}

/** A plugin on a site. `installId` is new at each install: a reinstalled plugin finds nothing old. */
export interface Install {
  readonly plugin: string;
  readonly installId: string;
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  readonly enabled: boolean;
  readonly position: number;
  /** What an admin set; the manifest's defaults stand behind it. */
  readonly settings: JsonObject;
}

/** Why the watchdog of a local runtime switched a plugin off; an admin may enable it again. */
export interface PluginStop {
  readonly code: ErrorCode;
  readonly hook: PluginMethod;
  /** In our own words. */
  readonly reason: string;
}

/** Another version that waits for consent; the one that is installed stays meanwhile. */
export interface HeldUpdate {
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  /** ISO 8601, UTC. */
  readonly heldAt: string;
}

/** The one live grant of an install; a token never leaves the gateway. */
export interface LiveGrant {
  readonly jti: string;
  readonly token: string;
  /** Of the token, for warnings; whether it is good is decided by the token itself. Seconds since the epoch. */
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** The jti of the grant that this one renews: the same authority for the same code, so its calls may end. */
  readonly renews: string | null;
}

/**
 * The breaker of a plugin that is not called for now. From `retryAtMs` on one call may try it: while nothing is known
 * of that, the breaker is half-open. A closed one is no breaker at all.
 */
export interface Breaker {
  /** Which opening it is. Milliseconds since the epoch, by the site's clock, like `retryAtMs`. */
  readonly openedAtMs: number;
  readonly retryAtMs: number;
  /** Openings in a row: each makes the time until the next try longer. */
  readonly openings: number;
  /** Failed calls in a row, as far as they were counted, and the last one's error and hook. */
  readonly failures: number;
  readonly error: ErrorCode;
  readonly hook: HookName;
}

/** What an isolate has seen of a plugin: that it fails and should not be called, or that a try went well. */
export type BreakerNotice = BreakerSighting & {
  readonly plugin: string;
  /** Which install of which code it was: another one starts anew. */
  readonly installId: string;
  readonly code: string;
  /** The opening that the isolate knew of; any other has made this no news. Null: the breaker was closed. */
  readonly openedAtMs: number | null;
};
export type BreakerSighting =
  | {
      readonly saw: "failures";
      readonly failures: number;
      readonly error: ErrorCode;
      readonly hook: HookName;
    }
  | { readonly saw: "success" };

export interface InstalledPlugin extends Install {
  /** The binding of the database that the installed version's major has, or null. */
  readonly database: string | null;
  /** Null until an admin consents; after a revoke, null again. */
  readonly grant: LiveGrant | null;
  readonly update: HeldUpdate | null;
  /** Null where nobody but an admin has disabled it. `at`: ISO 8601, UTC. */
  readonly stopped: (PluginStop & { readonly at: string }) | null;
  /** Null while it is closed. */
  readonly breaker: Breaker | null;
  /** While its state is moved to another version: the id of that freeze. Else null. */
  readonly frozen: string | null;
}

/** A version that was granted something on the site. */
export interface LiveRelease {
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  /** The token of its last grant; null where an admin took a grant back since. */
  readonly token: string | null;
  /** Milliseconds since the epoch: when another version went live in its place, 0 once what it kept is erased; null while none has. */
  readonly leftAtMs: number | null;
}

/** What of an install's past still matters. */
export interface PluginHistory {
  /** The version that went live last: whose state it is that the next one finds. */
  readonly current: LiveRelease | null;
  /** The one that was live before it. */
  readonly before: LiveRelease | null;
  /** The binding of the database that each major has, those that are only kept too; without those that end soon. */
  readonly databases: readonly { readonly major: number; readonly name: string }[];
}

/** Whose a database is: one install of a plugin, in one major version. */
export interface DatabaseHolder {
  readonly site: string;
  readonly plugin: string;
  readonly installId: string;
  readonly major: number;
}

/** Whose keys and database within a site. */
export type StateOwner = Omit<DatabaseHolder, "site">;

/** What a plugin keeps in one major version. `endsAtMs`: milliseconds since the epoch; null: while it is in use. */
export interface PluginState extends StateOwner {
  /** The install stands, and is in this major or has a version of it held. */
  readonly isInUse: boolean;
  /** It is on its way out already. */
  readonly isErasing: boolean;
  readonly endsAtMs: number | null;
}

/** A database that was handed out for an install, before the install stands. */
export interface Allotment {
  readonly installId: string;
  /** Of its binding. */
  readonly name: string;
}

/** A site's word that a database is needed: until then, in milliseconds since the epoch; null: while it is in use. */
export interface DatabaseClaim {
  readonly endsAtMs: number | null;
}

/** A database of the pool: `wiping` ones had a holder, and what it left is about to go. */
export const DATABASE_STATES = ["free", "taken", "wiping"] as const;
export type DatabaseState = (typeof DATABASE_STATES)[number];

/** `site`, `plugin` and `major` are the holder's, null where it is free. `since`: ISO 8601, UTC. */
export interface PoolDatabase {
  readonly name: string;
  readonly state: DatabaseState;
  readonly site: string | null;
  readonly plugin: string | null;
  readonly major: number | null;
  readonly since: string;
}

/** A site's control state, in the order in which plugins are called. */
export interface SiteSnapshot {
  readonly site: SiteInfo;
  readonly plugins: readonly InstalledPlugin[];
  readonly policy: SitePolicy;
}

/** A public signing key (RFC 8037), by kid. */
export interface PublicKey {
  readonly kid: string;
  readonly jwk: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string };
}

/** The deployment's control state: its issuer name, the keys whose grants are good, the bundles that may not run. */
export interface DeploymentSnapshot {
  readonly issuer: string;
  readonly keys: readonly PublicKey[];
  /** Digests of bundles that were withdrawn for a security reason, on every site. */
  readonly yanked: readonly string[];
}

/** Whether a token still stands. `expiresAtMs` in milliseconds since the epoch; null: until it is revoked. */
export interface TokenStanding {
  readonly live: boolean;
  readonly expiresAtMs: number | null;
}

/** A signing key: `current` signs, `previous` ones still verify, `retired` ones no more. */
export const KEY_STATES = ["current", "previous", "retired"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** Answer of `lease(rev)`: a span, never an absolute time, since clocks differ (architecture.md). */
export type LeaseAnswer<T> =
  | { readonly rev: number; readonly ttlMs: number; readonly snapshot: T }
  | { readonly rev: number; readonly ttlMs: number; readonly unchanged: true };

/** One delivery: durable work of a hook for one plugin. */
export interface Delivery {
  readonly id: string;
  readonly plugin: string;
  /** The install that it is for; null, as in rows of an earlier release: whichever there is. */
  readonly installId: string | null;
  readonly hook: HookName;
  /** The event as JSON text, as it was queued. */
  readonly event: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly continuation: number;
}

/** How a delivery's call ended, as far as its row must know. */
export type DeliveryResult =
  | { readonly status: "done"; readonly again?: { readonly afterMs: number; readonly cursor?: unknown } }
  | { readonly status: "failed"; readonly code: string; readonly retry: boolean }
  /** Its plugin's breaker is open: no attempt was made, and one may be from then on (milliseconds since the epoch). */
  | { readonly status: "waits"; readonly untilMs: number }
  /** The plugin's state is being moved: it is tried again soon, and this was no attempt. */
  | { readonly status: "frozen" }
  | { readonly status: "gone" };
