// What does each guard of a capability call cost? Calls of an invocation with the guard beside the same without it,
// in the gateway's own isolate: neither a plugin nor RPC lies between, since they would drown what is measured.

import type { CapabilityCall } from "../../capabilities/index.ts";
import { Invocation, KvStore, PagesReader } from "../../capabilities/index.ts";
import type { InvocationTerms, Liveness, StorageQuota } from "../../contracts/capability.ts";
import type { Caveats } from "../../contracts/caveats.ts";
import { CALLS_PER_YIELD } from "../../contracts/limits.ts";
import { type Page, pageSchema } from "../../contracts/page.ts";
import type { Env } from "../../services/gateway/env.ts";
import { wireHooks } from "../../services/gateway/wiring.ts";
import { checkGrant, invokeCall, type PluginCall } from "../../services/hooks/index.ts";
import { addPlugin } from "../add-plugin.ts";
import { type Comparison, compare } from "../measure.ts";
import { openAdmin } from "../open-admin.ts";

export * from "../../services/gateway/index.ts";

/** Calls of one invocation: as many as there are before it yields. */
const CALLS = CALLS_PER_YIELD - 1;
/** Milliseconds after which the lease is looked after; well below its span. */
const LEASE_CARE_MS = 200;
/** Invocations of what is timed as one: a guard is far below the steps of the clock. */
const INVOCATIONS = 8;
const SITE = "guards";
const PLUGIN = "noop";
const READ: CapabilityCall = { capability: "pages.read", method: "get", scope: "read:pages", args: [] };
const UNSCOPED: CapabilityCall = { ...READ, scope: null };
const ALWAYS: Liveness = { state: () => "live", refresh: async () => undefined };

const page: Page = pageSchema.parse({
  id: "posts:p1",
  collection: "posts",
  slug: "a-page",
  url: "/posts/a-page",
  title: "A page to publish",
  excerpt: "It has an excerpt of an ordinary length, and some content.",
  authors: ["Somebody"],
  terms: { category: ["notes"] },
  status: "published",
  html: "<p>Some text that goes on for a while.</p>".repeat(50),
});
const narrow: Caveats = { collections: ["posts"], locales: ["en"], fields: ["title", "excerpt", "html"] };

export interface GuardCost extends Comparison {
  readonly name: string;
  /** How many of what is named are timed as one. */
  readonly count: number;
}

type Way = () => Promise<unknown>;

export default {
  async fetch(_request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    try {
      const costs: GuardCost[] = [];
      await setUp(env, ctx);
      const liveness = await takeLiveness(env, ctx);
      const ways = { ...guardsOf(liveness, env, ctx), ...contextsOf(env, ctx), ...bookingsOf(env, ctx) };
      for (const [name, { count, without, withIt }] of Object.entries(ways)) {
        costs.push({ name, count, ...(await compare(without, withIt)) });
      }
      return Response.json(costs);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
};

interface Pair {
  readonly count: number;
  readonly without: Way;
  readonly withIt: Way;
}

function guardsOf(leased: Liveness, env: Env, ctx: ExecutionContext): Record<string, Pair> {
  const runtime = wireHooks(ctx, env);
  // A lease is renewed behind its holder's back, in turns of the event loop that these calls do not take.
  const underLease = (way: Way): Way => {
    let takenAtMs = 0;
    return async () => {
      if (Date.now() > takenAtMs + LEASE_CARE_MS) {
        await runtime.takeLease(SITE);
        await scheduler.wait(5);
        takenAtMs = Date.now();
      }
      await way();
    };
  };
  const perform = (call: CapabilityCall, moved?: Page, liveness = ALWAYS) =>
    repeat({ liveness }, (invocation) =>
      invocation.perform(
        call,
        () => moved,
        () => moved,
      ),
    );
  const pair = (without: Way, withIt: Way): Pair => ({ count: INVOCATIONS * CALLS, without, withIt });
  return {
    "all guards, bytes left out": pair(
      underLease(repeat({}, parseAndAct)),
      underLease(perform(READ, undefined, leased)),
    ),
    counting: pair(
      repeat({}, async () => undefined),
      repeat({}, (invocation) => invocation.takeTurn()),
    ),
    tracing: pair(
      repeat({}, (invocation) => invocation.record(nothing, nothing)),
      perform(UNSCOPED),
    ),
    scope: pair(perform(UNSCOPED), perform(READ)),
    "caveats, on a page of 2 KiB": pair(readPage({}), readPage(narrow)),
    "liveness by lease": pair(underLease(perform(READ)), underLease(perform(READ, undefined, leased))),
    "bytes of a page of 2 KiB, out and in": pair(perform(READ), perform(READ, page)),
    // One call more: the one that yields.
    "a yield": { count: 1, without: takeTurns(CALLS), withIt: takeTurns(CALLS + 1) },
  };
}

/** The same put into Workers KV with the quota's counter and without it. */
function bookingsOf(env: Env, ctx: ExecutionContext): Record<string, Pair> {
  const { site, plugin, installId, version } = everything.subject;
  const quota = wireHooks(ctx, env).quotaOf({ site, plugin, installId, version });
  const authority = new Map([["write:kv", {}]] as const);
  const put = (terms: Partial<InvocationTerms>) =>
    repeat(
      { authority, ...terms },
      (invocation) => new KvStore(env.PLUGIN_KV, invocation).put("key", "value"),
      { calls: 1, invocations: 1 },
    );
  return { "booking, a put": { count: 1, without: put({ quota: unbounded }), withIt: put({ quota }) } };
}

function contextsOf(env: Env, ctx: ExecutionContext): Record<string, Pair> {
  const runtime = wireHooks(ctx, env);
  const call = (): PluginCall => ({
    site: SITE,
    plugin: PLUGIN,
    hook: "onSchedule",
    event: {},
    invocationId: "bench",
    totalDeadlineMs: Date.now() + 25_000,
    attempt: 1,
    idempotencyKey: "bench",
  });
  return {
    "an I/O context of its own, a whole call": {
      count: 1,
      without: async () => assertOk(await invokeCall(runtime, call())),
      withIt: async () => assertOk(await runtime.invokeApart(call(), undefined)),
    },
  };
}

function assertOk({ outcome }: { readonly outcome: string }): void {
  if (outcome !== "ok") throw new Error(`the plugin failed: ${outcome}`);
}

function nothing(): undefined {
  return undefined;
}

/** What is left of a capability call without any guard. */
async function parseAndAct(): Promise<undefined> {
  const parsed = await nothing();
  return await ((_parsed: undefined) => parsed)(parsed);
}

function takeTurns(calls: number): Way {
  return repeat({}, (invocation) => invocation.takeTurn(), { calls, invocations: 1 });
}

function readPage(caveats: Caveats): Way {
  const terms = { authority: new Map([["read:pages", caveats]] as const), eventPage: () => page };
  return repeat(terms, (invocation) => new PagesReader(invocation).get(page.id));
}

/** So many calls of each of some new invocations. */
function repeat(
  terms: Partial<InvocationTerms>,
  call: (invocation: Invocation) => Promise<unknown>,
  { calls, invocations } = { calls: CALLS, invocations: INVOCATIONS },
): Way {
  return async () => {
    for (let opened = 0; opened < invocations; opened += 1) {
      const invocation = new Invocation({ ...everything, deadlineMs: Date.now() + 25_000, ...terms });
      for (let made = 0; made < calls; made += 1) await call(invocation);
    }
  };
}

/** A counter that takes what comes. */
const unbounded: StorageQuota = {
  reserve: async () => null,
  settle: async () => {},
  mark: async () => 0,
  release: async () => {},
};
const everything: Omit<InvocationTerms, "deadlineMs"> = {
  subject: {
    site: SITE,
    plugin: PLUGIN,
    installId: "install",
    version: "1.0.0",
    hook: "onSchedule",
    invocationId: "bench",
  },
  authority: new Map([["read:pages", {}]]),
  work: { calls: 1_000, bytesIn: 2 ** 40, bytesOut: 2 ** 40 },
  event: undefined,
  liveness: ALWAYS,
  clock: Date.now,
  eventPage: () => null,
  eventPageId: null,
  content: () => null,
  quota: unbounded,
  noteDenial: nothing,
};

async function setUp(env: Env, ctx: ExecutionContext): Promise<void> {
  const admin = openAdmin(ctx, env);
  await admin.migrate();
  await admin.createSite({ site: SITE });
  await addPlugin(admin, SITE, {
    id: PLUGIN,
    scopes: ["hook:onSchedule"],
    code: "export default { onSchedule() {} };",
  });
}

/** What the plugin's capability calls would ask of its site's lease. */
async function takeLiveness(env: Env, ctx: ExecutionContext): Promise<Liveness> {
  const lease = await wireHooks(ctx, env).takeLease(SITE);
  const install = lease.site.plugins.find(({ plugin }) => plugin === PLUGIN);
  if (install === undefined) throw new Error("the plugin is not installed");
  const grant = await checkGrant(SITE, install, lease, "onSchedule", Date.now);
  if (!grant.ok) throw new Error(`the plugin's grant is not good: ${grant.reason}`);
  return lease.liveness({ plugin: PLUGIN, code: install.code, jti: grant.jti, kid: grant.kid });
}
