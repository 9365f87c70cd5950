// The RPC entrypoints of this Worker. Each acts for the site in its props, which only a configuration or this
// Worker itself can write; all prototype methods are callable from outside, so there are no others.
import { WorkerEntrypoint } from "cloudflare:workers";
import {
  dbEntrypoint,
  htmlEntrypoint,
  kvEntrypoint,
  logEntrypoint,
  pagesEntrypoint,
} from "../../capabilities/index.ts";
import type { Caveats } from "../../contracts/caveats.ts";
import type { DryRunResult } from "../../contracts/consent.ts";
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { API_VERSION, HOOKS, type HookName, hookTable } from "../../contracts/hooks.ts";
import { siteIdSchema } from "../../contracts/ids.ts";
import type { HookOutcome } from "../../contracts/outcome.ts";
import type { ContentSource, ListPagesOptions } from "../../contracts/ports.ts";
import type { HookCallOptions, HooksApi, HooksDescription } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { Delivery, PluginState, StateOwner } from "../../contracts/site.ts";
import { contentSource } from "../core/index.ts";
import {
  DRY_RUN_SUFFIX,
  deliver,
  dispatchHook,
  dryRunHooks,
  invokeCall,
  migrateState,
  type PluginCall,
  type StateMove,
} from "../hooks/index.ts";
import { assertNotYanked } from "../registry/index.ts";
import { isEmptyDatabase, wipeDatabase } from "../storage/index.ts";
import { writeDenials } from "./denials.ts";
import { type DatabaseProps, databaseOf, type Env, type RunTailProps, type SiteProps } from "./env.ts";
import { writeJournal } from "./journal.ts";
import { presentError } from "./present-error.ts";
import { assertTurn } from "./rate-limits.ts";
import { countOlderKeys, type Erased, eraseState, eraseUnowned } from "./upkeep.ts";
import { tellRunsEnded } from "./watchdog.ts";
import {
  openBoundDatabase,
  openBoundHtml,
  openBoundKv,
  openBoundLog,
  openBoundPages,
  wireCore,
  wireDryRun,
  wireHooks,
  wireMove,
  wireTrial,
} from "./wiring.ts";

/** What core binds: `[[services]] entrypoint = "Hooks", props = { site = "…" }`. */
export class Hooks extends WorkerEntrypoint<Env, SiteProps> implements HooksApi {
  beforePublish(event: unknown, options?: HookCallOptions) {
    return callHook(this.ctx, this.env, "beforePublish", event, options);
  }
  afterPublish(event: unknown, options?: HookCallOptions) {
    return callHook(this.ctx, this.env, "afterPublish", event, options);
  }
  renderHtml(event: unknown, options?: HookCallOptions) {
    return callHook(this.ctx, this.env, "renderHtml", event, options);
  }
  onSearch(event: unknown, options?: HookCallOptions) {
    return callHook(this.ctx, this.env, "onSearch", event, options);
  }
  onSchedule(event: unknown, options?: HookCallOptions) {
    return callHook(this.ctx, this.env, "onSchedule", event, options);
  }
  /** @throws HOOK_UNKNOWN for a hook that there is not */
  dispatch(hook: string, event: unknown, options?: HookCallOptions): Promise<HookOutcome> {
    return callHook(this.ctx, this.env, hook as HookName, event, options); // looked up by dispatchHook
  }
  async describe(): Promise<HooksDescription> {
    const limits = Object.fromEntries(
      HOOKS.map((hook) => [hook, { timeoutMs: hookTable[hook].timeoutMs, totalMs: hookTable[hook].totalMs }]),
    ) as HooksDescription["limits"]; // HOOKS names every key
    return { api: API_VERSION, hooks: HOOKS, limits };
  }
}

/** One plugin's call in an I/O context of its own, which ends when it is answered. */
export class Invocation extends WorkerEntrypoint<Env, SiteProps> {
  run(call: PluginCall, options: HookCallOptions = {}) {
    return invokeCall(wireHooks(this.ctx, this.env), { ...call, site: siteOf(this.ctx) }, options.content);
  }
  /** One that somebody tries out: the site keeps nothing of it. */
  tryOut(call: PluginCall) {
    return invokeCall(wireTrial(this.ctx, this.env), { ...call, site: siteOf(this.ctx) });
  }
}

/** A dry run in an I/O context of its own: what a plugin leaves behind there ends with it. */
export class DryRun extends WorkerEntrypoint<Env, SiteProps> {
  async run(
    plugin: string,
    code: string,
    authority: readonly (readonly [Scope, Caveats])[],
  ): Promise<DryRunResult[]> {
    const site = siteOf(this.ctx);
    const runtime = wireDryRun(this.ctx, this.env, site);
    const lease = await runtime.takeLease(site);
    const install = lease.site.plugins.find((candidate) => candidate.plugin === plugin);
    const version = install?.code === code ? install : install?.update;
    if (install === undefined || version?.code !== code) {
      throw new EmgateError("CONFLICT", `plugin ${plugin} changed meanwhile; look at it again`);
    }
    assertNotYanked({ plugin, version: version.version, code }, lease.deployment.yanked);
    const tried = { ...install, ...version, installId: crypto.randomUUID(), enabled: true };
    return dryRunHooks(runtime, lease, `${site}${DRY_RUN_SUFFIX}`, tried, new Map(authority));
  }
}

/** The move of a frozen plugin's state to another version, in an I/O context that ends with it. */
export class StateMoves extends WorkerEntrypoint<Env, SiteProps> {
  run(move: StateMove) {
    return migrateState(wireMove(this.ctx, this.env, move), siteOf(this.ctx), move);
  }
}

/** One delivery in an I/O context of its own; the site's alarm calls it. */
export class Deliveries extends WorkerEntrypoint<Env, SiteProps> {
  deliver(delivery: Delivery) {
    return deliver(wireHooks(this.ctx, this.env), siteOf(this.ctx), delivery);
  }
}

/** Writes what was denied on a site, in an I/O context that no plugin shares. */
export class AuditTrail extends WorkerEntrypoint<Env, SiteProps> {
  async flush(): Promise<void> {
    this.ctx.waitUntil(writeDenials(this.env, siteOf(this.ctx)));
  }
}

/** Writes what plugins of a site logged and came to, in an I/O context that no plugin shares. */
export class JournalWriter extends WorkerEntrypoint<Env, SiteProps> {
  async flush(): Promise<void> {
    this.ctx.waitUntil(writeJournal(this.env, siteOf(this.ctx)));
  }
}

/** Hears from a watched plugin's isolate that a call is over, with all that the plugin left behind. */
export class RunTail extends WorkerEntrypoint<Env, RunTailProps> {
  override async tail(events: TraceItem[]): Promise<void> {
    const { site, plugin } = this.ctx.props;
    await tellRunsEnded(this.env, { site, plugin, count: events.length });
  }
}

/** Looks after one database of the pool; the deployment's object calls it, which knows whose turn it is. */
export class DatabaseUpkeep extends WorkerEntrypoint<Env, DatabaseProps> {
  isEmpty(): Promise<boolean> {
    return isEmptyDatabase(poolDatabaseOf(this.ctx, this.env));
  }
  wipe(): Promise<void> {
    return wipeDatabase(poolDatabaseOf(this.ctx, this.env));
  }
}

/** Counts and erases what plugins of one site keep; the site's object and an admin's session call it, a portion a call. */
export class StateUpkeep extends WorkerEntrypoint<Env, SiteProps> {
  countKeys(owner: StateOwner): Promise<void> {
    return countOlderKeys(this.env, siteOf(this.ctx), owner);
  }
  erase(state: PluginState): Promise<Erased> {
    return eraseState(this.env, siteOf(this.ctx), state);
  }
  eraseUnowned(plugin: string): Promise<Erased> {
    return eraseUnowned(this.env, siteOf(this.ctx), plugin);
  }
}

/** The reference core's content of one site. */
export class CoreContent extends WorkerEntrypoint<Env, SiteProps> implements ContentSource {
  async get(id: string) {
    return contentSource(await wireCore(this.ctx, this.env, siteOf(this.ctx))).get(id);
  }
  async list(options: ListPagesOptions) {
    return contentSource(await wireCore(this.ctx, this.env, siteOf(this.ctx))).list(options);
  }
}

/** Capabilities for Workers that are bound: `props = { site = "…", plugin = "…" }`. */
export class Pages extends pagesEntrypoint(openBoundPages) {}
export class Kv extends kvEntrypoint(openBoundKv) {}
export class Db extends dbEntrypoint(openBoundDatabase) {}
export class Html extends htmlEntrypoint(openBoundHtml) {}
export class Log extends logEntrypoint(openBoundLog) {}

async function callHook<H extends HookName>(
  ctx: ExecutionContext<SiteProps>,
  env: Env,
  hook: H,
  event: unknown,
  options: HookCallOptions | null | undefined,
): Promise<HookOutcome<H>> {
  try {
    const site = siteOf(ctx);
    await assertTurn(env, "RATE_SITES", site);
    const content = options?.content;
    const outcome = await dispatchHook(wireHooks(ctx, env), site, hook, event, content ? { content } : {});
    return outcome as HookOutcome<H>; // dispatchHook answers in the mode of the hook it was given
  } catch (error) {
    throw presentError(error);
  }
}

function poolDatabaseOf(ctx: ExecutionContext<DatabaseProps>, env: Env): D1Database {
  const database = databaseOf(env, ctx.props.database);
  if (database !== null) return database;
  throw new EmgateError("NOT_FOUND", "props.database: expected a database of the pool");
}

/** The site that the binding is for. A binding without one may call nothing. */
function siteOf(ctx: ExecutionContext<SiteProps>): string {
  const site: unknown = ctx.props?.site;
  if (site === undefined)
    throw new EmgateError("INVALID_ARGUMENT", "this binding has no props: { site } is expected");
  return parseOrThrow(siteIdSchema, site, "props.site");
}
