// Puts the parts together: the one place that knows both the bindings and who needs them.
// It decides nothing; every rule lives in the part that it wires.
import {
  Api,
  Database,
  HtmlTransformer,
  Invocation,
  KvStore,
  MigrateApi,
  type OpenBound,
  type OpenDatabase,
  ownerNameOf,
  PagesReader,
  PluginLog,
} from "../../capabilities/index.ts";
import type { CapabilityProps, StorageQuota } from "../../contracts/capability.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { majorOf } from "../../contracts/ids.ts";
import { BOUND_CALL_WORK } from "../../contracts/limits.ts";
import type { LogLine } from "../../contracts/outcome.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import type { StateOwner } from "../../contracts/site.ts";
import type { CoreContext } from "../core/index.ts";
import { checkGrant, findEnd, type HookRuntime, NO_JOURNAL, type StateMove } from "../hooks/index.ts";
import { readBundle } from "../registry/index.ts";
import { LoaderSandbox, type Sandbox, WatchedSandbox } from "../sandbox/index.ts";
import { noteBreaker } from "./breakers.ts";
import { noteDenial } from "./denials.ts";
import { databaseOf, type Env, exportsOf, type RequestContext, siteLogOf, siteStateOf } from "./env.ts";
import { keepLines, openJournal } from "./journal.ts";
import { recallDatabase, takeLease, takeSiteInfo } from "./leases.ts";
import { assertTurn, takeTurn } from "./rate-limits.ts";
import { openRunWatch } from "./watchdog.ts";

/** Milliseconds that one call of a bound capability may take; each is an invocation of its own. */
const BOUND_CALL_MS = 25_000;

/** Everything that calling hooks needs, for this request. */
export function wireHooks(ctx: RequestContext, env: Env): HookRuntime {
  return {
    clock: Date.now,
    sandbox: openSandbox(ctx, env),
    takeLease: (site, hook) => takeLease(ctx, env, site, hook),
    openApi: (invocation, log) =>
      new Api(invocation, { kv: env.PLUGIN_KV, database: ownDatabase(env, invocation), log }),
    contentOf: (site) => contentOf(ctx, env, site),
    invokeApart: (call, content) =>
      exportsOf(ctx)
        .Invocation({ props: { site: call.site } })
        .run(call, content === undefined ? {} : { content }),
    quotaOf: (call) => quotaOf(ctx, env, call),
    takeTurn: (site, plugin) => takeTurn(env, "RATE_PLUGINS", `${site}/${plugin}`),
    hasBreaker: true,
    noteBreaker: (site, notice) => noteBreaker(ctx, env, site, notice),
    takeRun: (site, plugin, rate) => siteLogOf(env, site).takeRun(plugin, rate),
    noteDenial: (site, denial) => noteDenial(ctx, site, denial),
    enqueue: (site, deliveries) => siteStateOf(env, site).enqueue(deliveries),
    journal: openJournal(ctx, env),
  };
}

/** The same for a call that somebody tries out: what it logs and comes to is told, nothing of it kept, no failure counted. */
export function wireTrial(ctx: RequestContext, env: Env): HookRuntime {
  return { ...wireHooks(ctx, env), journal: NO_JOURNAL, hasBreaker: false };
}

/**
 * The same for a dry run on `site`: it reads what the site has, and keeps nothing that a plugin does. Keys go
 * under a name of the run's own and end by themselves; there is no database; nothing is audited, logged or counted.
 */
export function wireDryRun(ctx: RequestContext, env: Env, site: string): HookRuntime {
  return {
    ...wireTrial(ctx, env),
    openApi: (invocation, log) =>
      new Api(invocation, { kv: forgetful(env.PLUGIN_KV), database: () => null, log }),
    contentOf: () => contentOf(ctx, env, site),
    quotaOf: countInMemory,
    takeTurn: () => true,
    takeRun: async () => true,
    noteDenial: () => {},
  };
}

/** The same for `migrate`: it has the new major's state, and that of the one before to read. */
export function wireMove(ctx: RequestContext, env: Env, { from, database }: StateMove): HookRuntime {
  const open = (name: string | null) => () => (name === null ? null : databaseOf(env, name));
  return {
    ...wireHooks(ctx, env),
    openApi: (invocation, log) =>
      new MigrateApi(
        invocation,
        { kv: env.PLUGIN_KV, database: open(database), log },
        { version: from.version, database: open(from.database) },
      ),
  };
}

function openSandbox(ctx: RequestContext, env: Env): Sandbox {
  const sandbox = new LoaderSandbox(env.LOADER, (digest) => readBundle(env.BUNDLES, digest), Date.now);
  const watch = openRunWatch(ctx, env);
  return watch === null ? sandbox : new WatchedSandbox(sandbox, watch);
}

/** The reference core of a site that exists. @throws NOT_FOUND, UNAVAILABLE */
export async function wireCore(ctx: RequestContext, env: Env, site: string): Promise<CoreContext> {
  const { url, locale } = await takeSiteInfo(ctx, env, site);
  const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work);
  return { db: env.CORE_DB, site, clock: Date.now, siteUrl: url, defaultLocale: locale, waitUntil };
}

/**
 * Core's content for a site: the service bound as CONTENT_<SITE> (upper case, `_` for `-`), which a core
 * outside this Worker offers, else the reference core's.
 */
export function contentOf(ctx: RequestContext, env: Env, site: string): ContentSource {
  const name = `CONTENT_${site.toUpperCase().replaceAll("-", "_")}`;
  const bound = (env as unknown as Record<string, ContentSource | undefined>)[name]; // optional, named by the site
  return bound ?? exportsOf(ctx).CoreContent({ props: { site } });
}

export const openBoundKv: OpenBound<Env, KvStore> = (ctx, env, use) =>
  callBound(ctx, env, (invocation) => use(new KvStore(env.PLUGIN_KV, invocation)));

export const openBoundDatabase: OpenBound<Env, Database> = (ctx, env, use) =>
  callBound(ctx, env, (invocation) => use(new Database(ownDatabase(env, invocation), invocation)));

export const openBoundPages: OpenBound<Env, PagesReader> = (ctx, env, use) =>
  callBound(ctx, env, (invocation) => use(new PagesReader(invocation)));

export const openBoundHtml: OpenBound<Env, HtmlTransformer> = (ctx, env, use) =>
  callBound(ctx, env, (invocation) => use(new HtmlTransformer(invocation)));

export const openBoundLog: OpenBound<Env, PluginLog> = (ctx, env, use) =>
  callBound(ctx, env, async (invocation) => {
    const lines: LogLine[] = [];
    const result = await use(new PluginLog(invocation, (line) => lines.push(line)));
    keepLines(ctx, invocation.subject.site, invocation.subject, lines);
    return result;
  });

/** The one database that an invocation's install has in its major version. */
function ownDatabase(env: Env, { subject }: Invocation): OpenDatabase {
  return () => {
    const name = recallDatabase(subject);
    return name === null ? null : databaseOf(env, name);
  };
}

/** One call of a capability that is bound to a Worker: the same grant, guard and end as within a hook. */
async function callBound<T>(
  ctx: ExecutionContext<CapabilityProps>,
  env: Env,
  use: (invocation: Invocation) => Promise<T>,
): Promise<T> {
  const { site, plugin } = ctx.props ?? {};
  if (typeof site !== "string" || typeof plugin !== "string") {
    throw new EmgateError("PERMISSION_DENIED", "this binding has no props: { site, plugin } are expected");
  }
  await assertTurn(env, "RATE_PLUGINS", `${site}/${plugin}`);
  const lease = await takeLease(ctx, env, site);
  const install = lease.site.plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined || !install.enabled) {
    throw new EmgateError("PERMISSION_DENIED", `plugin ${plugin} is not enabled on site ${site}`);
  }
  const grant = await checkGrant(site, install, lease, null, Date.now);
  if (!grant.ok) {
    const { code, reason } = grant;
    noteDenial(ctx, site, { plugin, hook: null, scope: null, jti: install.grant?.jti ?? null, reason });
    throw new EmgateError(code, `the grant of ${plugin} on site ${site} is not good`);
  }
  const { installId, code } = install;
  const liveness = lease.liveness({ plugin, code, jti: grant.jti, kid: grant.kid });
  const invocation = new Invocation({
    subject: {
      site,
      plugin,
      installId,
      version: install.version,
      hook: null,
      invocationId: crypto.randomUUID(),
    },
    authority: grant.authority,
    deadlineMs: Date.now() + BOUND_CALL_MS,
    work: BOUND_CALL_WORK,
    event: undefined,
    liveness,
    clock: Date.now,
    eventPage: () => null,
    eventPageId: null,
    content: () => contentOf(ctx, env, site),
    quota: quotaOf(ctx, env, { site, ...install }),
    noteDenial: (denial) => noteDenial(ctx, site, { ...denial, plugin, hook: null, jti: grant.jti }),
  });
  try {
    const answer = await use(invocation);
    // An answer says that it is done, which is not so where the state was moved away under it.
    const end = await findEnd(liveness);
    if (end !== null) throw new EmgateError(end.code, end.message);
    return answer;
  } finally {
    invocation.close();
  }
}

/** Counted by install and major version: a plugin that is installed again, or comes to a new major, starts anew. */
function quotaOf(
  ctx: RequestContext,
  env: Env,
  { site, version, ...install }: Parameters<HookRuntime["quotaOf"]>[0],
): StorageQuota {
  const major = majorOf(version);
  const owner = ownerNameOf({ ...install, major });
  return {
    async reserve(booking) {
      const { exceeded, toCount } = await siteLogOf(env, site).reserve(owner, booking);
      if (toCount) ctx.waitUntil(countInBackground(ctx, { site, ...install, major }));
      return exceeded;
    },
    settle: (key, begun) => siteLogOf(env, site).settle(owner, key, begun),
    mark: (key) => siteLogOf(env, site).mark(owner, key),
    release: (key, mark) => siteLogOf(env, site).release(owner, key, mark),
  };
}

/** In an I/O context of its own: what a plugin's call has left of its time is no measure for it. */
async function countInBackground(
  ctx: RequestContext,
  { site, plugin, installId, major }: StateOwner & { readonly site: string },
): Promise<void> {
  try {
    await exportsOf(ctx).StateUpkeep({ props: { site } }).countKeys({ plugin, installId, major });
  } catch (error) {
    console.error("older keys were not counted; a later put goes on with it", error);
  }
}

/** Workers KV whose values end after a minute, the shortest it knows. */
function forgetful(kv: KVNamespace): KVNamespace {
  return {
    get: kv.get.bind(kv),
    getWithMetadata: kv.getWithMetadata.bind(kv),
    delete: kv.delete.bind(kv),
    list: kv.list.bind(kv),
    put: (key: string, value: string, { metadata }: KVNamespacePutOptions = {}) =>
      kv.put(key, value, { expirationTtl: 60, ...(metadata !== undefined && { metadata }) }),
  } as KVNamespace; // overloads have no other spelling
}

function countInMemory(): StorageQuota {
  const booked = new Map<string, number>();
  return {
    async reserve({ key, bytes, maxBytes, maxKeys }) {
      if (!booked.has(key) && booked.size >= maxKeys) return "keys";
      const others = [...booked].reduce((sum, [other, size]) => (other === key ? sum : sum + size), 0);
      if (others + bytes > maxBytes) return "bytes";
      booked.set(key, bytes);
      return null;
    },
    settle: async () => {},
    mark: async () => 0,
    async release(key) {
      booked.delete(key);
    },
  };
}
