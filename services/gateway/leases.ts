// The leases that this isolate holds, of sites and of the deployment, and what is asked of them.
// One cache an isolate: every request shares what any of them learned, for as long as it is good.
import type { Liveness } from "../../contracts/capability.ts";
import { EmgateError, toWireError } from "../../contracts/errors.ts";
import type { DeploymentSnapshot, SiteSnapshot } from "../../contracts/site.ts";
import type { SiteLease } from "../hooks/index.ts";
import { LeaseCache } from "../site-state/index.ts";
import { DEPLOYMENT_NAME, deploymentOf, type Env, type RequestContext, siteStateOf } from "./env.ts";

const sites = new LeaseCache<SiteSnapshot>(Date.now);
const deployments = new LeaseCache<DeploymentSnapshot>(Date.now);

/** @throws NOT_FOUND for a site that does not exist, UNAVAILABLE when its state cannot be reached */
export async function takeLease(ctx: RequestContext, env: Env, site: string): Promise<SiteLease> {
  const [siteSnapshot, deployment] = await Promise.all([
    sites.take(site, (key, known) => ask(siteStateOf(env, key).lease(known)), waitUntil(ctx)),
    takeDeployment(ctx, env),
  ]);
  return {
    site: siteSnapshot,
    deployment,
    liveness: (plugin, jti, kid) => livenessOf(ctx, env, site, { plugin, jti, kid }),
  };
}

/** After a change that came through this isolate: whoever made it sees it in the next call. */
export function forgetSite(site: string): void {
  sites.forget(site);
}

export async function takeDeployment(ctx: RequestContext, env: Env): Promise<DeploymentSnapshot> {
  return deployments.take(
    DEPLOYMENT_NAME,
    (_key, known) => ask(deploymentOf(env).lease(known)),
    waitUntil(ctx),
  );
}

/** Live means: the plugin is enabled, its live grant is this one, and the key that signed it is not retired. */
function livenessOf(
  ctx: RequestContext,
  env: Env,
  site: string,
  grant: { readonly plugin: string; readonly jti: string; readonly kid: string },
): Liveness {
  return {
    state() {
      const snapshot = sites.peek(site);
      const deployment = deployments.peek(DEPLOYMENT_NAME);
      if (snapshot === null || deployment === null) return "stale";
      const install = snapshot.plugins.find(({ plugin }) => plugin === grant.plugin);
      const stands = install?.enabled === true && install.grant?.jti === grant.jti;
      return stands && deployment.keys.some(({ kid }) => kid === grant.kid) ? "live" : "revoked";
    },
    async refresh() {
      await takeLease(ctx, env, site);
    },
  };
}

/** A refusal of the object's own stays what it is; anything else means that it could not be asked. */
async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // Thrown anew and without a cause: the object's own error names its id, and causes cross RPC.
    const { code, message } = toWireError(error);
    if (code !== "INTERNAL") throw new EmgateError(code, message);
    console.error("control state unreachable", error);
    throw new EmgateError("UNAVAILABLE", "the site's control state cannot be reached");
  }
}

function waitUntil(ctx: RequestContext): (work: Promise<unknown>) => void {
  return (work) => ctx.waitUntil(work);
}
