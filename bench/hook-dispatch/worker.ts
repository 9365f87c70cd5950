// What does a hook call cost beside the bare Worker Loader? The gateway's own code with both in one process.
// Every case is timed in batches, in turns, so that a drifting machine drifts under all of them.
import { WorkerEntrypoint } from "cloudflare:workers";
import type { HookEventInput } from "../../contracts/hooks.ts";
import type { HookOutcome } from "../../contracts/outcome.ts";
import type { Page } from "../../contracts/page.ts";
import { type Env, exportsOf } from "../../services/gateway/env.ts";
import { wireHooks } from "../../services/gateway/wiring.ts";
import { dispatchHook } from "../../services/hooks/index.ts";
import { compare, median } from "../measure.ts";
import { openAdmin } from "../open-admin.ts";

export * from "../../services/gateway/index.ts";

const SITE = "bench";
/** Capability calls of a case, by plugin. */
const CALLS = { none: 0, one: 1, ten: 10 } as const;
const COLD_STARTS = 15;

const page: Page = {
  id: "p1",
  collection: "posts",
  slug: "a-page",
  locale: "en",
  url: "/posts/a-page",
  title: "A page to publish",
  excerpt: "It has an excerpt of an ordinary length, and some content.",
  image: null,
  authors: ["Somebody"],
  terms: { category: ["notes"] },
  status: "draft",
  publishedAt: null,
  updatedAt: "2026-01-01T00:00:00.000Z",
  html: "<p>Some text that goes on for a while.</p>".repeat(50),
  fields: {},
};

/** The floor of the capability rows: a bare loopback entrypoint that answers without a guard. */
export class BarePages extends WorkerEntrypoint {
  get(_id: string): Page {
    return page;
  }
}

export interface CaseReport {
  readonly name: string;
  readonly floorUs: number;
  readonly emgateUs: number;
  readonly ratio: number;
}

export default {
  async fetch(_request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    try {
      await setUp(env, ctx);
      return Response.json({ warm: await measureWarm(env, ctx), cold: await measureCold(env, ctx) });
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
};

/**
 * Two ways in, each beside the bare loader: `dispatch` as code of the gateway calls it, and the `Hooks`
 * entrypoint as core calls it, which is one more RPC hop with an I/O context of its own.
 */
async function measureWarm(env: Env, ctx: ExecutionContext): Promise<CaseReport[]> {
  const reports: CaseReport[] = [];
  const runtime = wireHooks(ctx, env);
  for (const [name, calls] of Object.entries(CALLS)) {
    const site = `${SITE}-${name}`;
    const hooks = exportsOf(ctx).Hooks({ props: { site } });
    const ways = {
      "dispatch, beforePublish": () => dispatchHook(runtime, site, "beforePublish", gateEvent),
      "Hooks, beforePublish": () => hooks.beforePublish(gateEvent),
      "Hooks, renderHtml": () => hooks.renderHtml(renderEvent),
    };
    for (const [way, call] of Object.entries(ways)) {
      const event = way.endsWith("renderHtml") ? renderEvent : gateEvent;
      const bare = () => callBare(env, ctx, `floor/${name}`, calls, event);
      const { baseUs, otherUs, ratio } = await compare(bare, async () => assertOk(await call()));
      reports.push({ name: `${way}, ${name}`, floorUs: baseUs, emgateUs: otherUs, ratio });
    }
  }
  return reports;
}

function assertOk({ trace }: HookOutcome): void {
  const [plugin] = trace.plugins;
  if (plugin?.outcome !== "ok") throw new Error(`the plugin failed: ${JSON.stringify(trace)}`);
}

/** The first call into a new isolate: another site for emgate, another id for the floor. */
async function measureCold(env: Env, ctx: ExecutionContext): Promise<CaseReport> {
  const floor: number[] = [];
  const emgate: number[] = [];
  for (let turn = 0; turn < COLD_STARTS; turn += 1) {
    floor.push(await time(() => callBare(env, ctx, `cold/${turn}/${Date.now()}`, 0, gateEvent)));
    const site = await createSite(env, ctx, `cold-${turn}-${Date.now()}`, "none");
    const hooks = exportsOf(ctx).Hooks({ props: { site } });
    // The lease is taken before, so that what is timed is the isolate's start and not the site's first read.
    await hooks.onSearch({ query: "warm the lease", results: [] });
    emgate.push(await time(() => hooks.beforePublish(gateEvent)));
  }
  const [floorUs, emgateUs] = [median(floor) * 1000, median(emgate) * 1000];
  return { name: "beforePublish, cold isolate", floorUs, emgateUs, ratio: emgateUs / floorUs };
}

/** Milliseconds; a cold start is too long for the clock's steps of one to matter. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const startedMs = Date.now();
  await work();
  return Date.now() - startedMs;
}

const gateEvent: HookEventInput<"beforePublish"> = { ...withoutId(page), pageId: page.id };
const renderEvent: HookEventInput<"renderHtml"> = { pageId: page.id, url: page.url, path: page.url, page };

function withoutId({ id: _id, ...rest }: Page): Omit<Page, "id"> {
  return rest;
}

interface BarePlugin extends Rpc.WorkerEntrypointBranded {
  hook(event: unknown, pages: unknown): Promise<unknown>;
}

async function callBare(
  env: Env,
  ctx: ExecutionContext,
  id: string,
  calls: number,
  event: unknown,
): Promise<unknown> {
  const worker = env.LOADER.get(id, () => ({
    compatibilityDate: "2026-08-01",
    mainModule: "plugin.js",
    modules: {
      "plugin.js": `import { WorkerEntrypoint } from "cloudflare:workers";
        export default class extends WorkerEntrypoint {
          async hook(event, pages) {
            for (let i = 0; i < ${calls}; i += 1) await pages.get("p1");
            return true;
          }
        }`,
    },
    globalOutbound: null,
  }));
  const plugin = worker.getEntrypoint<BarePlugin & Rpc.WorkerEntrypointBranded>();
  if (calls === 0) return plugin.hook(event, null);
  const loopback = ctx.exports as unknown as { BarePages(options: object): unknown }; // this module's own export
  return plugin.hook(event, loopback.BarePages({}));
}

const pluginCode = (calls: number) => `export default {
  async beforePublish({ data, api }) {
    for (let i = 0; i < ${calls}; i += 1) await api.pages.get(data.pageId);
    return true;
  },
  async renderHtml({ data, api }) {
    for (let i = 0; i < ${calls}; i += 1) await api.html.transform({});
  },
};`;

async function setUp(env: Env, ctx: ExecutionContext): Promise<void> {
  const admin = openAdmin(ctx, env);
  await admin.migrate();
  for (const [name, calls] of Object.entries(CALLS)) {
    const scopes = ["hook:beforePublish", "hook:renderHtml", "read:pages", "transform:html"];
    const manifest = {
      apiVersion: 1,
      id: `bench-${name}`,
      name: `bench ${name}`,
      version: "1.0.0",
      scopes: scopes.map((scope) => ({ scope, reason: "measured" })),
    };
    await admin.registerVersion({ manifest: JSON.stringify(manifest), code: pluginCode(calls) });
    await createSite(env, ctx, `${SITE}-${name}`, name);
  }
}

async function createSite(env: Env, ctx: ExecutionContext, site: string, name: string): Promise<string> {
  const admin = openAdmin(ctx, env);
  await admin.createSite({ site });
  await admin.install({ site, plugin: `bench-${name}` });
  await admin.grant({ site, plugin: `bench-${name}` });
  return site;
}
