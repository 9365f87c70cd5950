// The leases that this isolate holds, of sites, of the deployment and of tokens, and what is asked of them.
// One cache an isolate: every request shares what any of them learned, for as long as it is good.
import type { Liveness, Subject } from "../../contracts/capability.ts";
import { EmgateError, toWireError } from "../../contracts/errors.ts";
import type { HookName } from "../../contracts/hooks.ts";
import { majorOf } from "../../contracts/ids.ts";
import { IDLE_LEASE_MS, UNKNOWN_KID_PATIENCE_MS } from "../../contracts/limits.ts";
import type { DeploymentSnapshot, SiteInfo, SiteSnapshot, TokenStanding } from "../../contracts/site.ts";
import { isCallable, type LiveIdentity, type MoveIdentity, type SiteLease } from "../hooks/index.ts";
import { LeaseCache } from "../site-state/index.ts";
import { DEPLOYMENT_NAME, deploymentOf, type Env, type RequestContext, siteStateOf } from "./env.ts";

/** Kids that are remembered as unknown; forged tokens must not fill the memory. */
const MAX_UNKNOWN_KIDS = 1_000;

const sites = new LeaseCache<SiteSnapshot>(Date.now);
const deployments = new LeaseCache<DeploymentSnapshot>(Date.now);
const tokens = new LeaseCache<TokenStanding>(Date.now);
/** When the keys were last fetched for a kid that they lacked. */
const refetchedAtMs = new Map<string, number>();

/**
 * The site's and the deployment's state. With `hook` given, a lease that is over may do for a minute where it
 * says that no plugin would be called: nothing acts on it.
 *
 * @throws NOT_FOUND for a site that does not exist, UNAVAILABLE when its state cannot be reached
 */
export async function takeLease(
  ctx: RequestContext,
  env: Env,
  site: string,
  hook?: HookName,
): Promise<SiteLease> {
  const [known, keys] = [sites.peekFresh(site), deployments.peekFresh(DEPLOYMENT_NAME)];
  if (known !== null && keys !== null) return openLease(ctx, env, known, keys);
  const idle = hook === undefined ? null : recallIdle(site, hook);
  if (idle !== null) return openLease(ctx, env, idle.site, idle.deployment);
  const [snapshot, deployment] = await Promise.all([takeSite(ctx, env, site), takeDeployment(ctx, env)]);
  return openLease(ctx, env, snapshot, deployment);
}

/** Name, address and locale, which no one's rights depend on: up to a minute old. @throws as takeLease */
export async function takeSiteInfo(ctx: RequestContext, env: Env, site: string): Promise<SiteInfo> {
  return (sites.recall(site, IDLE_LEASE_MS) ?? (await takeSite(ctx, env, site))).site;
}

/**
 * The binding of the database that a call's install has, or null where that is not known. Up to a minute old: an
 * install's major never gets another one, and whether the call may still act is the guard's question.
 */
export function recallDatabase({ site, installId, version }: Subject): string | null {
  const install = sites.recall(site, IDLE_LEASE_MS)?.plugins.find((known) => known.installId === installId);
  if (install === undefined || majorOf(install.version) !== majorOf(version)) return null;
  return install.database;
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

/** The same after a change of keys or yanks that came through this isolate. */
export function forgetDeployment(): void {
  deployments.forget(DEPLOYMENT_NAME);
}

/** Whether the token behind a session still stands. */
export async function takeToken(ctx: RequestContext, env: Env, id: string): Promise<TokenStanding> {
  return tokens.take(id, (key, known) => ask(deploymentOf(env).leaseToken(key, known)), waitUntil(ctx));
}

function takeSite(ctx: RequestContext, env: Env, site: string): Promise<SiteSnapshot> {
  return sites.take(site, (key, known) => ask(siteStateOf(env, key).lease(known)), waitUntil(ctx));
}

function openLease(
  ctx: RequestContext,
  env: Env,
  site: SiteSnapshot,
  deployment: DeploymentSnapshot,
): SiteLease {
  return {
    site,
    deployment,
    refetchKeys: (kid) => refetchKeys(ctx, env, kid),
    liveness: (grant) => livenessOf(ctx, env, site.site.id, grant),
    moveLiveness: (move) => moveLivenessOf(ctx, env, site.site.id, move),
  };
}

/** What is known of a site where nobody subscribes to a hook that visitors wait for, else null. */
function recallIdle(site: string, hook: HookName) {
  if (hook !== "renderHtml" && hook !== "onSearch") return null;
  const known = sites.recall(site, IDLE_LEASE_MS);
  const deployment = deployments.recall(DEPLOYMENT_NAME, IDLE_LEASE_MS);
  if (known === null || deployment === null) return null;
  const isIdle = known.plugins.every((install) => install.grant === null || !isCallable(install, hook));
  return isIdle ? { site: known, deployment } : null;
}

async function refetchKeys(ctx: RequestContext, env: Env, kid: string): Promise<DeploymentSnapshot> {
  const now = Date.now();
  // Another plugin's grant, or another request, has asked just now: its answer is in the lease.
  if (now < (refetchedAtMs.get(kid) ?? 0) + UNKNOWN_KID_PATIENCE_MS) return takeDeployment(ctx, env);
  if (refetchedAtMs.size >= MAX_UNKNOWN_KIDS) refetchedAtMs.clear();
  refetchedAtMs.set(kid, now);
  forgetDeployment();
  return takeDeployment(ctx, env);
}

/**
 * Live means: the plugin is enabled with this code, its live grant is this one or renews it, and key and code
 * stand. A renewal is the same consent again: a call under the grant before may end.
 */
function livenessOf(ctx: RequestContext, env: Env, site: string, call: LiveIdentity): Liveness {
  return {
    state() {
      const snapshot = sites.peek(site);
      const deployment = deployments.peek(DEPLOYMENT_NAME);
      if (snapshot === null || deployment === null) return "stale";
      const install = snapshot.plugins.find(({ plugin }) => plugin === call.plugin);
      const stands =
        install?.enabled === true &&
        install.code === call.code &&
        (install.grant?.jti === call.jti || install.grant?.renews === call.jti) &&
        deployment.keys.some(({ kid }) => kid === call.kid) &&
        !deployment.yanked.includes(call.code);
      if (!stands) return "revoked";
      return install.frozen === null ? "live" : "frozen";
    },
    async refresh() {
      await takeLease(ctx, env, site);
    },
  };
}

/** Live means: the freeze that the move was begun under stands, and with it that nothing else of the plugin acts. */
function moveLivenessOf(ctx: RequestContext, env: Env, site: string, move: MoveIdentity): Liveness {
  return {
    state() {
      const snapshot = sites.peek(site);
      const deployment = deployments.peek(DEPLOYMENT_NAME);
      if (snapshot === null || deployment === null) return "stale";
      const install = snapshot.plugins.find(({ plugin }) => plugin === move.plugin);
      const stands = install?.frozen === move.freeze && !deployment.yanked.includes(move.code);
      return stands ? "live" : "revoked";
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
    throw new EmgateError("UNAVAILABLE", "the control state cannot be reached");
  }
}

function waitUntil(ctx: RequestContext): (work: Promise<unknown>) => void {
  return (work) => ctx.waitUntil(work);
}
