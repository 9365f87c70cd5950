// What an admin does with a site's plugins beside granting: install, update, switch off and on, remove.
// Where a change takes something back, its answer means that nothing acts on the state before it.
import type { UpdateReport } from "../../../contracts/consent.ts";
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import type { Authority, GrantClaims } from "../../../contracts/grant.ts";
import type { Acknowledged, PluginStatus } from "../../../contracts/rpc.ts";
import { differenceOf, readGrant } from "../../grants/index.ts";
import {
  authorityDeclared,
  chooseRelease,
  claimsContinuing,
  consentTargetOf,
  judgeUpdate,
  type Release,
} from "../../registry/index.ts";
import { isSameRelease } from "../../site-state/index.ts";
import { deploymentOf, registryOf, siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import { allotFor } from "./allot-for.ts";
import { describePlugin } from "./describe-plugin.ts";
import { goLive, runMigrations } from "./go-live.ts";
import { readInstall, readState, type Target } from "./read-state.ts";

interface WithReason extends Target {
  readonly reason?: string | undefined;
}

/**
 * Puts a registered version on the site; where another one is granted, it is held until an admin consents.
 *
 * @throws CONFLICT for one that was withdrawn, POOL_EMPTY where it needs a database and none is free
 */
export async function installPlugin(
  context: ActionContext,
  { site, plugin, version }: Target & { readonly version?: string | undefined },
): Promise<PluginStatus> {
  const { env } = context;
  const { yanked } = await deploymentOf(env).read();
  const release = await chooseRelease(registryOf(env), plugin, version, yanked);
  await putVersion(context, site, release);
  const state = await readInstall(context, { site, plugin });
  return describePlugin(state, state.install);
}

export async function listPlugins(context: ActionContext, site: string): Promise<PluginStatus[]> {
  const state = await readState(context, site);
  return Promise.all(state.snapshot.plugins.map((install) => describePlugin(state, install)));
}

/**
 * Goes to another version as the site's policy has it: at once where that asks for nothing more, else held until
 * an admin consents. Without a live grant it takes the installed one's place at once, and waits for consent there.
 *
 * @throws CONFLICT for a version that was withdrawn; going on from one that was is what an incident needs.
 * POOL_EMPTY where it needs a database and none is free: the version that is there stays, and it is tried again later
 */
export async function updatePlugin(
  context: ActionContext,
  { site, plugin, to, dryRun }: Target & { readonly to?: string | undefined; readonly dryRun: boolean },
): Promise<UpdateReport> {
  const { env } = context;
  const { install, snapshot, deployment } = await readInstall(context, { site, plugin });
  const release = await chooseRelease(registryOf(env), plugin, to, deployment.yanked);
  const report = { plugin, from: install.version, to: release.version };
  if (isSameRelease(install, release)) {
    // Going back to what runs is how an admin lets go of an update that waits.
    if (!dryRun) await putVersion(context, site, release);
    const asked = authorityDeclared(install.manifest);
    const reason = "it is the version that is installed";
    return { ...report, diff: differenceOf(asked, asked), status: "unchanged", reason };
  }
  const read = install.grant === null ? null : await readGrant(install.grant.token, deployment);
  const claims = read?.ok ? read.claims : null;
  const policy = snapshot.policy.updates;
  const verdict = judgeUpdate({ claims, oldManifest: install.manifest, release, policy }, Date.now());
  const { difference: diff, status, reason } = verdict;
  if (dryRun) return { ...report, diff, status, reason };
  await putVersion(context, site, release);
  if (verdict.status !== "live" || claims === null) return { ...report, diff, status, reason };
  const failure = await continueGrant(context, site, release, claims, verdict.authority);
  return failure === null
    ? { ...report, diff, status, reason }
    : { ...report, diff, status: "held", reason: failure };
}

/** With a database of its own where it asks for one; that is all there is to undo where it fails. */
async function putVersion(context: ActionContext, site: string, release: Release): Promise<void> {
  const { env } = context;
  const allotment = await allotFor(env, site, release);
  await siteStateOf(env, site).install(release, actorOf(context), allotment);
  forgetSite(site);
}

/**
 * Signs what is left of the grant for the held update. It rests on the consent of the grant that it continues.
 * Answers null, or why it is held all the same: its migrations or its `migrate` fail.
 *
 * @throws CONFLICT where another version is held by now: that one was not judged
 */
async function continueGrant(
  context: ActionContext,
  site: string,
  release: Release,
  claims: GrantClaims,
  authority: Authority,
): Promise<string | null> {
  const { plugin } = release;
  const { install, deployment } = await readInstall(context, { site, plugin });
  const target = consentTargetOf(install, "newest");
  if (!isSameRelease(target, release)) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} changed meanwhile; look at it again`);
  }
  const issued = { issuer: deployment.issuer, nowMs: Date.now() };
  const continued = claimsContinuing(site, target, claims, authority, issued);
  try {
    await goLive(context, target, continued, { action: "update", previous: claims.jti });
    return null;
  } catch (error) {
    const { code, message } = toWireError(error);
    if (code === "PLUGIN_ERROR") return message;
    throw error;
  } finally {
    forgetSite(site);
  }
}

/** @throws CONFLICT while what it keeps is erased, PLUGIN_ERROR where its tables cannot be made anew after that */
export async function setPluginEnabled(
  context: ActionContext,
  { site, plugin, reason }: WithReason,
  enabled: boolean,
): Promise<Acknowledged> {
  if (enabled) await restoreTables(context, { site, plugin });
  const { changed, epoch, drainedMs } = await siteStateOf(context.env, site).setEnabled(
    plugin,
    enabled,
    actorOf(context),
    reason,
  );
  forgetSite(site);
  return { plugin, changed, epoch, drainedMs };
}

/** A database that was erased while the plugin was off has lost its tables: what made them runs again. */
async function restoreTables(context: ActionContext, target: Target): Promise<void> {
  const { install, deployment } = await readInstall(context, target);
  const { enabled, grant, database } = install;
  if (enabled || grant === null || database === null) return;
  const read = await readGrant(grant.token, deployment);
  // Without a good grant it runs nothing; a new one brings its migrations.
  if (read.ok) await runMigrations(context, install, read.claims, database);
}

/** Nothing is waited for: an isolate that has not heard of it holds calls back a little longer. */
export async function resetBreaker(
  context: ActionContext,
  { site, plugin, reason }: WithReason,
): Promise<Acknowledged> {
  const reset = await siteStateOf(context.env, site).resetBreaker(plugin, actorOf(context), reason);
  forgetSite(site);
  return { plugin, ...reset };
}

/**
 * Takes the plugin off the site. What it keeps stays out of reach of another install; it is erased when its last
 * effects have landed, or after `keepDataSeconds`. Where the pool does not hear of it, it asks the site by itself later.
 */
export async function uninstallPlugin(
  context: ActionContext,
  { site, plugin, reason, keepDataSeconds }: WithReason & { readonly keepDataSeconds?: number | undefined },
): Promise<Acknowledged> {
  const { env } = context;
  const { epoch, drainedMs, installId } = await siteStateOf(env, site).uninstall(
    plugin,
    actorOf(context),
    reason,
    keepDataSeconds === undefined ? null : keepDataSeconds * 1000,
  );
  forgetSite(site);
  if (keepDataSeconds === undefined) {
    // Best effort: the plugin is gone whatever comes of it.
    await deploymentOf(env)
      .giveBackDatabases({ site, plugin, installId })
      .catch((error: unknown) => console.error("databases were not given back", error));
  }
  return { plugin, changed: true, epoch, drainedMs };
}
