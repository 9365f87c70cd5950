// What an admin does with grants: look at the consent, try it, sign it, renew it, take it back.
// Nothing is signed that differs from what was shown, and nothing beyond what the manifest asks.
import { isWithinCaveats } from "../../../contracts/caveats.ts";
import type { Consent, Difference, DryRunResult, ScopeChange } from "../../../contracts/consent.ts";
import { EmgateError } from "../../../contracts/errors.ts";
import { authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import type { GrantStatus, Revocation } from "../../../contracts/rpc.ts";
import type { Scope } from "../../../contracts/scopes.ts";
import type { DeploymentSnapshot, InstalledPlugin } from "../../../contracts/site.ts";
import { attenuate, readGrant } from "../../grants/index.ts";
import {
  assertNotYanked,
  claimsContinuing,
  claimsOf,
  consentTargetOf,
  type GrantTerms,
  prepareConsent,
} from "../../registry/index.ts";
import type { StoredGrant } from "../../site-state/index.ts";
import { exportsOf, siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import { describeGrant, grantStatus } from "./describe-plugin.ts";
import { goLive } from "./go-live.ts";
import { putGrant } from "./put-grant.ts";
import { readInstall, readState, type Target } from "./read-state.ts";

interface WithLifetime {
  readonly expiresInSeconds?: number | undefined;
}

/** @throws CONFLICT for a version that was withdrawn: nobody is asked for what cannot be granted */
export async function describeConsent(context: ActionContext, args: Target & GrantTerms): Promise<Consent> {
  return (await proposeGrant(context, args)).prepared.consent;
}

/** Each hook once, under what would be granted, in an I/O context that ends with it. @throws CONFLICT as above */
export async function dryRunGrant(
  context: ActionContext,
  args: Target & GrantTerms,
): Promise<readonly DryRunResult[]> {
  const { target, prepared } = await proposeGrant(context, args);
  return exportsOf(context.ctx)
    .DryRun({ props: { site: args.site } })
    .run(args.plugin, target.code, [...prepared.authority]);
}

/**
 * Signs what is asked for and makes it the plugin's live grant.
 *
 * @throws CONFLICT when it is not what was shown, and for a version that was withdrawn; PLUGIN_ERROR where its
 *   migrations or its `migrate` fail
 */
export async function grantPlugin(
  context: ActionContext,
  args: Target & GrantTerms & WithLifetime & { readonly consent?: string | undefined },
): Promise<GrantStatus> {
  const { target, deployment, prepared } = await proposeGrant(context, args);
  if (args.consent !== undefined && args.consent !== prepared.consent.digest) {
    throw new EmgateError(
      "CONFLICT",
      "consent: what would be granted is not what was shown; look at it again",
    );
  }
  const claims = claimsOf(args.site, target, prepared, issuedNow(context, deployment, args));
  // For another version it is a new consent; what this one had stays what it was.
  const takesBack = target.from === null && leavesOut(prepared.consent.difference);
  await goLive(context, target, claims, { action: "grant", previous: prepared.previous, takesBack });
  return describeGrant(claims, "live");
}

/**
 * Signs the grant in force again for the version that is installed, as it is. `jti` names the grant that was shown.
 *
 * @throws NOT_FOUND, GRANT_INVALID, and CONFLICT when another grant is in force or the version was withdrawn
 */
export async function renewGrant(
  context: ActionContext,
  args: Target & WithLifetime & { readonly jti?: string | undefined },
): Promise<GrantStatus> {
  const { install, deployment } = await readInstall(context, args);
  const target = consentTargetOf(install, "installed");
  assertNotYanked(target, deployment.yanked);
  const shown = await readLiveClaims(install, deployment);
  if (args.jti !== undefined && args.jti !== shown.jti) {
    throw new EmgateError(
      "CONFLICT",
      "jti: the grant in force is not the one that was shown; look at it again",
    );
  }
  const granted = authorityOf(shown);
  const prepared = await prepareConsent(args.site, target, deployment, {
    scopes: [...granted.keys()],
    only: true,
    caveats: Object.fromEntries(granted),
  });
  const claims = claimsOf(args.site, target, prepared, issuedNow(context, deployment, args));
  await putGrant(context, claims, { action: "renew", previous: prepared.previous });
  return describeGrant(claims, "live");
}

/** Whether something of what was granted is not granted any more. */
function leavesOut({ removed, narrowed, widened }: Difference): boolean {
  const gaveUp = ({ before, after }: ScopeChange) => !isWithinCaveats(before ?? {}, after ?? {});
  return removed.length > 0 || narrowed.length > 0 || widened.some(gaveUp);
}

/** Takes back the grant, or some of its scopes. @throws NOT_FOUND when there is nothing to take back */
export async function revokeGrant(
  context: ActionContext,
  {
    site,
    plugin,
    scopes,
    reason,
  }: Target & { readonly scopes?: readonly Scope[] | undefined; readonly reason?: string | undefined },
): Promise<Revocation> {
  if (scopes !== undefined) {
    const narrowed = await narrowGrant(context, { site, plugin }, scopes, reason);
    if (narrowed !== null) return narrowed;
  }
  const revoked = await siteStateOf(context.env, site).revoke(plugin, actorOf(context), reason);
  forgetSite(site);
  const { jti, revokedAt, epoch, drainedMs } = revoked;
  return { plugin, jti, revokedAt, epoch, drainedMs, replacedBy: null };
}

export async function listGrants(context: ActionContext, site: string): Promise<GrantStatus[]> {
  const state = await readState(context, site);
  const stored = await siteStateOf(context.env, site).grants();
  return Promise.all(
    stored.map(async (grant) => {
      const read = await readGrant(grant.token, state.deployment);
      const install = grant.live && state.snapshot.plugins.find(({ plugin }) => plugin === grant.plugin);
      if (!read.ok) return describeUnread(grant, install ? install.version : "");
      return describeGrant(read.claims, install ? grantStatus(state, install, read.claims) : "revoked");
    }),
  );
}

/** What the row alone tells: the claims of a token that no key stands for any more are not believed. */
function describeUnread(grant: StoredGrant, versionInstalled: string): GrantStatus {
  return {
    plugin: grant.plugin,
    version: grant.version ?? versionInstalled,
    jti: grant.jti,
    scope: "",
    authorization: [],
    grantedBy: "",
    issuedAt: new Date(grant.issuedAtSeconds * 1000).toISOString(),
    expiresAt: new Date(grant.expiresAtSeconds * 1000).toISOString(),
    expiresInDays: null,
    continues: null,
    status: grant.live ? "invalid" : "revoked",
  };
}

/** The version to grant, the newest on the site, and what an admin is shown of it. @throws CONFLICT */
async function proposeGrant(context: ActionContext, args: Target & GrantTerms) {
  const { install, deployment } = await readInstall(context, args);
  const target = consentTargetOf(install, "newest");
  assertNotYanked(target, deployment.yanked);
  return { target, deployment, prepared: await prepareConsent(args.site, target, deployment, args) };
}

/** Null where nothing would be left: then the grant is revoked whole. */
async function narrowGrant(
  context: ActionContext,
  target: Target,
  scopes: readonly Scope[],
  reason: string | undefined,
): Promise<Revocation | null> {
  const { install, deployment } = await readInstall(context, target);
  const claims = await readLiveClaims(install, deployment);
  const granted = authorityOf(claims);
  const missing = scopes.find((scope) => !granted.has(scope));
  if (missing !== undefined) {
    throw new EmgateError("NOT_FOUND", `${missing} is not granted to plugin ${target.plugin} on this site`);
  }
  if (claims.exp * 1000 <= Date.now()) {
    throw new EmgateError(
      "GRANT_EXPIRED",
      `the grant of ${target.plugin} has ended: renew it, or revoke it whole`,
    );
  }
  const left = attenuate(granted, { scopes: [...granted.keys()].filter((scope) => !scopes.includes(scope)) });
  if (left.size === 0) return null;
  const revokedAt = new Date().toISOString();
  const issued = issuedNow(context, deployment, {});
  const narrower = claimsContinuing(target.site, consentTargetOf(install, "installed"), claims, left, issued);
  const record = {
    action: "narrow",
    previous: claims.jti,
    takesBack: true,
    reason,
    detail: { removed: scopes },
  } as const;
  const { epoch, drainedMs } = await putGrant(context, narrower, record);
  return { plugin: target.plugin, jti: claims.jti, revokedAt, epoch, drainedMs, replacedBy: narrower.jti };
}

/** The claims of the grant in force, expired or not. */
async function readLiveClaims(
  install: InstalledPlugin,
  deployment: DeploymentSnapshot,
): Promise<GrantClaims> {
  const { plugin, grant } = install;
  if (grant === null) throw new EmgateError("NOT_FOUND", `plugin ${plugin} has no live grant on this site`);
  const read = await readGrant(grant.token, deployment);
  if (read.ok) return read.claims;
  throw new EmgateError(
    read.code,
    `the grant of ${plugin} cannot be read (${read.reason}): revoke it whole, or grant anew`,
  );
}

function issuedNow(
  context: ActionContext,
  { issuer }: DeploymentSnapshot,
  { expiresInSeconds }: WithLifetime,
) {
  const lifetime = expiresInSeconds === undefined ? {} : { lifetimeSeconds: expiresInSeconds };
  return { issuer, by: actorOf(context), nowMs: Date.now(), ...lifetime };
}
