// What the control state hands to the rest of the gateway: snapshots under a lease.
// Plain data: it crosses RPC from the Durable Objects and is cached by the isolate that asked.
import type { HookName } from "./hooks.ts";
import type { Manifest } from "./manifest.ts";

/** What becomes of a publication when a gate's plugin fails. */
export const GATE_POLICIES = ["refuse", "allow"] as const;
export type GatePolicy = (typeof GATE_POLICIES)[number];

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
}

/** The one live grant of an install; a token never leaves the gateway. */
export interface LiveGrant {
  readonly jti: string;
  readonly token: string;
}

export interface InstalledPlugin extends Install {
  /** Null until an admin consents; after a revoke, null again. */
  readonly grant: LiveGrant | null;
}

/** A site's control state, in the order in which plugins are called. */
export interface SiteSnapshot {
  readonly site: SiteInfo;
  readonly plugins: readonly InstalledPlugin[];
  readonly gatePolicy: GatePolicy;
}

/** A public signing key (RFC 8037), by kid. */
export interface PublicKey {
  readonly kid: string;
  readonly jwk: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string };
}

/** The deployment's control state: its issuer name and the keys whose grants are good. */
export interface DeploymentSnapshot {
  readonly issuer: string;
  readonly keys: readonly PublicKey[];
}

/** Answer of `lease(rev)`: a span, never an absolute time, since clocks differ (architecture.md). */
export type LeaseAnswer<T> =
  | { readonly rev: number; readonly ttlMs: number; readonly snapshot: T }
  | { readonly rev: number; readonly ttlMs: number; readonly unchanged: true };

/** One delivery: durable work of a hook for one plugin. */
export interface Delivery {
  readonly id: string;
  readonly plugin: string;
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
  | { readonly status: "gone" };
