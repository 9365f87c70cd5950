// What a plugin is told about its call.
// Information only: nothing here carries authority.
import type { PluginMethod } from "./hooks.ts";
import type { Scope } from "./scopes.ts";

/** The `context` argument of a hook. */
export interface HookContext {
  readonly hook: PluginMethod;
  readonly site: string;
  readonly siteUrl: string;
  readonly siteName: string;
  readonly plugin: string;
  readonly version: string;
  readonly invocationId: string;
  /** Milliseconds since the epoch; capability calls are refused from then on. */
  readonly deadline: number;
  readonly locale: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** 1 for the first try of a delivery, and for every other hook. */
  readonly attempt: number;
  /** The same for every try of one delivery. */
  readonly idempotencyKey: string;
  /** The scopes in effect, for `api.can`. */
  readonly scopes: readonly Scope[];
  /** Members of `api` that are left out because their optional scope was not granted, such as `kv.put`. */
  readonly missing?: readonly string[];
}
