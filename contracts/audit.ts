// The audit log: who did what, when and why, to which plugin, under which grant. Append-only.
// Entries hold codes and our own words; never a token, a plugin's text or a stack.
import { z } from "zod";
import type { PluginMethod } from "./hooks.ts";
import { pluginIdSchema } from "./ids.ts";
import { MAX_AUDIT_PAGE } from "./limits.ts";
import type { Scope } from "./scopes.ts";

/**
 * `key`, `token`, `site`, `yank`, `database`, registered versions (`change`) and restarts of a local runtime
 * (`watchdog`) are of the deployment, the others of a site.
 */
export const AUDIT_KINDS = [
  "consent",
  "revocation",
  "change",
  "denial",
  "expiry",
  "key",
  "token",
  "site",
  "yank",
  "database",
  "watchdog",
  "breaker",
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What is written; the store adds `id` and the time. */
export interface NewAuditEntry {
  readonly kind: AuditKind;
  /** Verb of what was done: grant, renew, narrow, revoke, disable, rotate, … */
  readonly action: string;
  /** Who: `role:id` of a token, `plugin:id`, or `system`. */
  readonly actor: string;
  readonly plugin?: string | undefined;
  readonly hook?: PluginMethod | undefined;
  readonly scope?: Scope | undefined;
  /** The grant that it was done to, or that was denied. */
  readonly jti?: string | undefined;
  readonly reason?: string | undefined;
  /** Plain JSON: what changed, from what to what. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** As it is read. Absent fields are null. */
export interface AuditEntry {
  /** Grows with each entry of one log. */
  readonly id: number;
  /** ISO 8601, UTC: of the first where several were counted. */
  readonly at: string;
  readonly kind: AuditKind;
  readonly action: string;
  readonly actor: string;
  readonly plugin: string | null;
  readonly hook: PluginMethod | null;
  readonly scope: Scope | null;
  readonly jti: string | null;
  readonly reason: string | null;
  /** Equal denials of one minute are one entry. */
  readonly count: number;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

/** Oldest first; `cursor` is there while more follow. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly cursor?: number;
}

export const auditQuerySchema = z.strictObject({
  plugin: pluginIdSchema.optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  /** ISO 8601: entries from then on. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** The `cursor` of the page before. */
  cursor: z.number().int().min(0).optional(),
  limit: z.number().int().min(1).max(MAX_AUDIT_PAGE).default(100),
});
export type AuditQuery = z.infer<typeof auditQuerySchema>;

/** One kind of denial, with how often it happened; gathered by an isolate and written together. */
export interface Denial {
  readonly plugin: string;
  readonly hook: PluginMethod | null;
  readonly scope: Scope | null;
  readonly jti: string | null;
  /** In our own words, of which there are few: equal denials are one entry. */
  readonly reason: string;
  readonly count: number;
}
