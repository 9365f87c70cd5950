// What an admin does with a site's plugins: install, look, consent, revoke.
// State is read from its owner here, not from a lease: an admin sees what is, not what was two seconds ago.
import { EmgateError } from "../../../contracts/errors.ts";
import { authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { hooksOf } from "../../../contracts/manifest.ts";
import type { Consent, GrantStatus, PluginStatus, Revocation } from "../../../contracts/rpc.ts";
import type { DeploymentSnapshot, InstalledPlugin, SiteSnapshot } from "../../../contracts/site.ts";
import { judgeGrant, readGrant } from "../../grants/index.ts";
import { claimsOf, findRelease, type GrantTerms, prepareConsent } from "../../registry/index.ts";
import { deploymentOf, siteStateOf } from "../env.ts";
import { forgetSite, takeDeployment } from "../leases.ts";
import type { ActionContext } from "./action-context.ts";

interface Target {
  readonly site: string;
  readonly plugin: string;
}

/** Puts a registered version on the site; it is not called until an admin consents. */
export async function installPlugin(
  context: ActionContext,
  { site, plugin, version }: Target & { readonly version?: string | undefined },
): Promise<PluginStatus> {
  const { env } = context;
  const release = await findRelease({ db: env.DB, bundles: env.BUNDLES }, plugin, version);
  await siteStateOf(env, site).install(release);
  forgetSite(site);
  const installed = await findInstall(context, site, plugin);
  return describePlugin(site, installed.install, installed.deployment);
}

export async function listPlugins(context: ActionContext, site: string): Promise<PluginStatus[]> {
  const { snapshot, deployment } = await readState(context, site);
  return Promise.all(snapshot.plugins.map((install) => describePlugin(site, install, deployment)));
}

export async function describeConsent(context: ActionContext, args: Target & GrantTerms): Promise<Consent> {
  const { install, deployment } = await findInstall(context, args.site, args.plugin);
  return (await prepareConsent(args.site, install, deployment, args)).consent;
}

/** Signs what is asked for and makes it the plugin's live grant. @throws CONFLICT when it is not what was shown */
export async function grantPlugin(
  context: ActionContext,
  args: Target &
    GrantTerms & { readonly expiresInSeconds?: number | undefined; readonly consent?: string | undefined },
): Promise<GrantStatus> {
  const { env, identity } = context;
  const { install, deployment } = await findInstall(context, args.site, args.plugin);
  const prepared = await prepareConsent(args.site, install, deployment, args);
  if (args.consent !== undefined && args.consent !== prepared.consent.digest) {
    throw new EmgateError(
      "CONFLICT",
      "consent: what would be granted is not what was shown; look at it again",
    );
  }
  const claims = claimsOf(args.site, install, prepared, {
    issuer: deployment.issuer,
    by: `${identity.role}:${identity.id}`,
    nowMs: Date.now(),
    ...(args.expiresInSeconds !== undefined && { lifetimeSeconds: args.expiresInSeconds }),
  });
  const token = await deploymentOf(env).signGrant(claims);
  const { plugin, code, manifestDigest } = install;
  const { previous } = prepared;
  await siteStateOf(env, args.site).putGrant({
    plugin,
    jti: claims.jti,
    token,
    code,
    manifestDigest,
    previous,
  });
  forgetSite(args.site);
  return describeGrant(claims, "live");
}

/** @throws NOT_FOUND when the plugin is not installed or has no live grant */
export async function revokeGrant({ env }: ActionContext, { site, plugin }: Target): Promise<Revocation> {
  const { jti, revokedAt, epoch, drainedMs } = await siteStateOf(env, site).revoke(plugin);
  forgetSite(site);
  return { plugin, jti, revokedAt, epoch, drainedMs };
}

export async function listGrants(context: ActionContext, site: string): Promise<GrantStatus[]> {
  const { snapshot, deployment } = await readState(context, site);
  const stored = await siteStateOf(context.env, site).grants();
  const described = await Promise.all(
    stored.map(async ({ plugin, token, live }) => {
      const read = await readGrant(token, deployment);
      if (!read.ok) return null;
      const install = snapshot.plugins.find((candidate) => candidate.plugin === plugin);
      return describeGrant(
        read.claims,
        live && install ? statusOf(site, install, read.claims, deployment) : "revoked",
      );
    }),
  );
  return described.filter((grant) => grant !== null);
}

async function describePlugin(
  site: string,
  install: InstalledPlugin,
  deployment: DeploymentSnapshot,
): Promise<PluginStatus> {
  const read = install.grant === null ? null : await readGrant(install.grant.token, deployment);
  const { plugin, version, enabled, position, manifest } = install;
  return {
    plugin,
    name: manifest.name,
    version,
    enabled,
    position,
    hooks: hooksOf(manifest),
    scopes: {
      asked: manifest.scopes.map(({ scope }) => scope),
      granted: read?.ok ? [...authorityOf(read.claims).keys()] : [],
    },
    status: pluginStatus(),
  };

  function pluginStatus(): PluginStatus["status"] {
    if (!enabled) return "disabled";
    if (read === null) return "needs-consent";
    if (!read.ok) return "invalid";
    const status = statusOf(site, install, read.claims, deployment);
    return status === "revoked" ? "invalid" : status;
  }
}

function statusOf(
  site: string,
  install: InstalledPlugin,
  claims: GrantClaims,
  deployment: DeploymentSnapshot,
): GrantStatus["status"] {
  const { plugin, version, code, manifestDigest: manifest, grant } = install;
  const expected = {
    issuer: deployment.issuer,
    jti: grant?.jti ?? "",
    site,
    plugin,
    version,
    code,
    manifest,
  };
  const refusal = judgeGrant(claims, expected, Date.now());
  if (refusal === null) return "live";
  return refusal.code === "GRANT_EXPIRED" ? "expired" : "invalid";
}

function describeGrant(claims: GrantClaims, status: GrantStatus["status"]): GrantStatus {
  return {
    plugin: claims.sub,
    version: claims.bnd.ver,
    jti: claims.jti,
    scope: claims.scope,
    authorization: claims.authorization_details.map(({ scope, caveats }) => ({ scope, caveats })),
    grantedBy: claims.gby,
    issuedAt: new Date(claims.iat * 1000).toISOString(),
    expiresAt: new Date(claims.exp * 1000).toISOString(),
    status,
  };
}

async function findInstall(context: ActionContext, site: string, plugin: string) {
  const { snapshot, deployment } = await readState(context, site);
  const install = snapshot.plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined)
    throw new EmgateError("NOT_FOUND", `plugin ${plugin} is not installed on site ${site}`);
  return { install, deployment };
}

async function readState(
  { ctx, env }: ActionContext,
  site: string,
): Promise<{ snapshot: SiteSnapshot; deployment: DeploymentSnapshot }> {
  const answer = await siteStateOf(env, site).lease(null);
  if (!("snapshot" in answer)) throw new EmgateError("INTERNAL", "the site answered without its state");
  return { snapshot: answer.snapshot, deployment: await takeDeployment(ctx, env) };
}
