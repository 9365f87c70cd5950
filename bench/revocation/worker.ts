// What do leases cost? A warm dispatch with leases as they are beside the same with one that never ends, and
// the price of taking one. The gateway's own code with both in one process.
import type { HookEventInput } from "../../contracts/hooks.ts";
import type { Page } from "../../contracts/page.ts";
import { type Env, siteStateOf } from "../../services/gateway/env.ts";
import { forgetSite, takeLease } from "../../services/gateway/leases.ts";
import type { AdminSessionTarget } from "../../services/gateway/sessions/admin-session.ts";
import { wireHooks } from "../../services/gateway/wiring.ts";
import { dispatchHook, type HookRuntime, type SiteLease } from "../../services/hooks/index.ts";
import { addPlugin, type BenchPlugin } from "../add-plugin.ts";
import { type Comparison, compare, price } from "../measure.ts";
import { openAdmin } from "../open-admin.ts";

export * from "../../services/gateway/index.ts";

/** Capability calls of a hook: each asks the lease again. */
const CALLS = [0, 1, 10] as const;
/** Plugins of a site whose lease is taken; each brings its manifest and its grant. */
const INSTALLED = [1, 100] as const;

const event: HookEventInput<"beforePublish"> = {
  pageId: "posts:p1",
  collection: "posts",
  slug: "a-page",
  title: "A page to publish",
  html: "<p>Some text that goes on for a while.</p>".repeat(50),
};
/** What core would answer, without a hop: what is measured is the gateway. */
const content = {
  get: async (): Promise<Page | null> => null,
  list: async () => ({ pages: [] }),
};

export interface Report {
  readonly dispatch: readonly (Comparison & { readonly calls: number })[];
  readonly leases: readonly {
    readonly plugins: number;
    readonly coldUs: number;
    readonly unchangedUs: number;
  }[];
}

export default {
  async fetch(_request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    try {
      const admin = openAdmin(ctx, env);
      await admin.migrate();
      const dispatch: Report["dispatch"][number][] = [];
      for (const calls of CALLS) dispatch.push({ calls, ...(await compareDispatch(ctx, env, admin, calls)) });
      const leases: Report["leases"][number][] = [];
      for (const plugins of INSTALLED)
        leases.push({ plugins, ...(await priceLeases(ctx, env, admin, plugins)) });
      return Response.json({ dispatch, leases } satisfies Report);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
};

async function compareDispatch(
  ctx: ExecutionContext,
  env: Env,
  admin: AdminSessionTarget,
  calls: number,
): Promise<Comparison> {
  const site = `calls-${calls}`;
  await admin.createSite({ site });
  await addPlugin(admin, site, reader(`calls-${calls}`, calls));
  const leased = wireHooks(ctx, env);
  const lease = await leased.takeLease(site);
  const frozen = { ...leased, takeLease: async () => frozenOf(lease) };
  const call = (runtime: HookRuntime) => async () => {
    const { trace } = await dispatchHook(runtime, site, "beforePublish", event, { content });
    const [plugin] = trace.plugins;
    if (plugin?.outcome !== "ok" || plugin.calls.length !== calls) {
      throw new Error(`the plugin failed: ${JSON.stringify(trace)}`);
    }
  };
  return compare(call(frozen), call(leased));
}

/** A lease that nothing renews and nothing ends. */
function frozenOf(lease: SiteLease): SiteLease {
  return { ...lease, liveness: () => ({ state: () => "live", refresh: async () => undefined }) };
}

/** The call that takes a lease: with nothing in the cache, and by the owner's «unchanged». */
async function priceLeases(ctx: ExecutionContext, env: Env, admin: AdminSessionTarget, plugins: number) {
  const site = `plugins-${plugins}`;
  await admin.createSite({ site });
  for (let n = 0; n < plugins; n += 1) await addPlugin(admin, site, reader(`installed-${plugins}-${n}`, 0));
  const coldUs = await price(() => {
    forgetSite(site);
    return takeLease(ctx, env, site);
  });
  const state = siteStateOf(env, site);
  const { rev } = await state.lease(null);
  const unchangedUs = await price(() => state.lease(rev));
  return { coldUs, unchangedUs };
}

function reader(id: string, calls: number): BenchPlugin {
  const code = `export default {
    async beforePublish({ api }) {
      for (let n = 0; n < ${calls}; n += 1) await api.pages.get("posts/other");
      return true;
    },
  };`;
  return { id, scopes: ["hook:beforePublish", "read:pages"], code };
}
