// The bindings of wrangler.toml and the entrypoints of this Worker, typed by hand in this one place.
// Types, and the casts that they take.
import type { DurableObject } from "cloudflare:workers";
import type { Caveats } from "../../contracts/caveats.ts";
import type { DryRunResult } from "../../contracts/consent.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import type { HookCallOptions, HooksApi } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { Delivery, DeliveryResult, PluginState, StateOwner } from "../../contracts/site.ts";
import type { InvocationReport, MoveReport, PluginCall, StateMove } from "../hooks/index.ts";
import type { RegistryPorts } from "../registry/index.ts";
import type { Deployment, SiteLog, SiteState } from "../site-state/index.ts";
import type { Erased } from "./upkeep.ts";

export interface Env {
  readonly LOADER: WorkerLoader;
  readonly DB: D1Database;
  readonly CORE_DB: D1Database;
  readonly PLUGIN_KV: KVNamespace;
  readonly BUNDLES: R2Bucket;
  readonly SITE_STATE: DurableObjectNamespace;
  readonly SITE_LOG: DurableObjectNamespace;
  readonly DEPLOYMENT: DurableObjectNamespace;
  /** The gateway's own limits (rate-limits.ts). */
  readonly RATE_CALLERS: RateLimit;
  readonly RATE_SIGN_INS: RateLimit;
  readonly RATE_SITES: RateLimit;
  readonly RATE_PLUGINS: RateLimit;
  /** The name this deployment signs grants under. */
  readonly EMGATE_ISSUER: string;
  /** Milliseconds that a lease is good for; absent: 2000. */
  readonly EMGATE_LEASE_MS?: string;
  /** 32 random bytes in base64url: seals the signing keys. */
  readonly EMGATE_KEY: string;
  /** SHA-256 of the first operator's token, in hex. */
  readonly EMGATE_OPERATOR_SHA256: string;
  /** The watchdog of a runtime on somebody's own machine (contracts/watchdog.ts); absent on Cloudflare. */
  readonly EMGATE_WATCHDOG?: Fetcher;
}

/** A database of the pool by its binding's name, which is never from outside; null where there is none. */
export function databaseOf(env: Env, name: string): D1Database | null {
  if (!name.startsWith("PLUGIN_DB_")) return null;
  return (env as unknown as Record<string, D1Database | undefined>)[name] ?? null; // as many as wrangler.toml has
}

/** A Durable Object as its callers see it. The platform's own mapping of types gives up on nested JSON. */
type Remote<T> = {
  readonly [M in keyof T]: T[M] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

/** The one object of the whole deployment. */
export const DEPLOYMENT_NAME = "deployment";

export function siteStateOf(env: Env, site: string): Remote<Omit<SiteState, keyof DurableObject>> {
  return env.SITE_STATE.getByName(site) as unknown as Remote<SiteState>;
}

export function siteLogOf(env: Env, site: string): Remote<Omit<SiteLog, keyof DurableObject>> {
  return env.SITE_LOG.getByName(site) as unknown as Remote<SiteLog>;
}

export function deploymentOf(env: Env): Remote<Omit<Deployment, keyof DurableObject>> {
  return env.DEPLOYMENT.getByName(DEPLOYMENT_NAME) as unknown as Remote<Deployment>;
}

/** Where registered versions are kept. */
export function registryOf({ DB: db, BUNDLES: bundles }: Env): RegistryPorts {
  return { db, bundles };
}

/** `props` of the entrypoints that act for one site. */
export interface SiteProps {
  readonly site: string;
}

/** `props` of the entrypoint that looks after one database of the pool. */
export interface DatabaseProps {
  /** The name of its binding. */
  readonly database: string;
}

/** `props` of the entrypoint that hears when a watched plugin's work has ended. */
export interface RunTailProps extends SiteProps {
  readonly plugin: string;
}

/** This Worker's own entrypoints, as `ctx.exports` offers them. */
export interface GatewayExports {
  Hooks(options: { props: SiteProps }): HooksApi;
  Invocation(options: { props: SiteProps }): {
    run(call: PluginCall, options?: HookCallOptions): Promise<InvocationReport>;
    tryOut(call: PluginCall): Promise<InvocationReport>;
  };
  DryRun(options: { props: SiteProps }): {
    run(
      plugin: string,
      code: string,
      authority: readonly (readonly [Scope, Caveats])[],
    ): Promise<readonly DryRunResult[]>;
  };
  StateMoves(options: { props: SiteProps }): { run(move: StateMove): Promise<MoveReport> };
  Deliveries(options: { props: SiteProps }): { deliver(delivery: Delivery): Promise<DeliveryResult> };
  AuditTrail(options: { props: SiteProps }): { flush(): Promise<void> };
  JournalWriter(options: { props: SiteProps }): { flush(): Promise<void> };
  StateUpkeep(options: { props: SiteProps }): {
    countKeys(owner: StateOwner): Promise<void>;
    erase(state: PluginState): Promise<Erased>;
    eraseUnowned(plugin: string): Promise<Erased>;
  };
  CoreContent(options: { props: SiteProps }): ContentSource;
  RunTail(options: { props: RunTailProps }): Fetcher;
}

/** What a request offers: time past its answer, and this Worker's entrypoints. */
export type RequestContext = Pick<ExecutionContext, "waitUntil"> & { readonly exports: unknown };

/** `ctx.exports` is typed by the main module, which nothing below it may import. */
export function exportsOf(ctx: RequestContext): GatewayExports {
  return ctx.exports as GatewayExports;
}
