// Back to the version that was live before, under the grant that it had: its own state is found as it was.
// Nobody consents anew, so nothing is granted that was not, nor for longer, nor what an admin took back since.
import { EmgateError } from "../../../contracts/errors.ts";
import { type Authority, authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { majorOf } from "../../../contracts/ids.ts";
import type { Rollback, RollbackProposal } from "../../../contracts/rpc.ts";
import type {
  DeploymentSnapshot,
  InstalledPlugin,
  LiveRelease,
  PluginHistory,
} from "../../../contracts/site.ts";
import { intersectAuthorities, judgeGrant, readGrant } from "../../grants/index.ts";
import { assertNotYanked, authorityDeclared, claimsContinuing } from "../../registry/index.ts";
import { formerOf, isStateGone } from "../../site-state/index.ts";
import { siteStateOf } from "../env.ts";
import type { ActionContext } from "./action-context.ts";
import { allotFor } from "./allot-for.ts";
import { putGrant } from "./put-grant.ts";
import { readInstall, type Target } from "./read-state.ts";

/** @throws as `rollbackPlugin`, and changes nothing */
export async function describeRollback(context: ActionContext, target: Target): Promise<RollbackProposal> {
  return (await prepareRollback(context, target)).proposal;
}

/**
 * Acknowledged when nothing of the version before can act any more.
 *
 * @throws NOT_FOUND where no other version was live, CONFLICT where that one was withdrawn, is not the one that was
 *   shown, or what it kept is gone; GRANT_REVOKED, GRANT_EXPIRED or GRANT_INVALID where its grant stands for nothing
 */
export async function rollbackPlugin(
  context: ActionContext,
  {
    to,
    reason,
    ...target
  }: Target & { readonly to?: string | undefined; readonly reason?: string | undefined },
): Promise<Rollback> {
  const { env } = context;
  const { site, plugin } = target;
  const { proposal, install, former, claims, authority, history, issuer } = await prepareRollback(
    context,
    target,
  );
  if (to !== undefined && to !== former.version) {
    const expected = `to: a rollback would go to ${former.version}, not to ${to}; look at it again`;
    throw new EmgateError("CONFLICT", expected);
  }
  const release = { plugin, ...former };
  // The one that was kept, which nobody else is given from here on.
  const allotment = await allotFor(env, site, release);
  const kept = history.databases.find(({ major }) => major === majorOf(former.version));
  if (allotment !== null && allotment.name !== kept?.name) throw stateGone(plugin, former);
  const issued = { issuer, nowMs: Date.now() };
  const continued = claimsContinuing(
    site,
    { ...release, from: install.version, grant: null },
    claims,
    authority,
    issued,
  );
  const previous = install.grant?.jti ?? null;
  const { epoch, drainedMs } = await putGrant(context, continued, { action: "rollback", previous, reason });
  return { ...proposal, jti: continued.jti, epoch, drainedMs };
}

interface PreparedRollback {
  readonly proposal: RollbackProposal;
  readonly install: InstalledPlugin;
  readonly former: LiveRelease;
  readonly history: PluginHistory;
  /** Of the grant that the version had last. */
  readonly claims: GrantClaims;
  readonly authority: Authority;
  readonly issuer: string;
}

async function prepareRollback(context: ActionContext, target: Target): Promise<PreparedRollback> {
  const { site, plugin } = target;
  const { install, deployment } = await readInstall(context, target);
  const history = await siteStateOf(context.env, site).history(plugin);
  const former = formerOf(install, history);
  if (former === null) {
    throw new EmgateError("NOT_FOUND", `no other version of ${plugin} was live on this site before`);
  }
  const { version, manifest } = former;
  assertNotYanked({ plugin, version, code: former.code }, deployment.yanked);
  const claims = await readFormerClaims(site, plugin, former, deployment);
  if (majorOf(version) !== majorOf(install.version) && isStateLost(former, history)) {
    throw stateGone(plugin, former);
  }
  const authority = intersectAuthorities(authorityOf(claims), authorityDeclared(manifest));
  const proposal = {
    plugin,
    from: install.version,
    to: version,
    authorization: claims.authorization_details.map(({ scope, caveats }) => ({ scope, caveats })),
    expiresAt: new Date(claims.exp * 1000).toISOString(),
  };
  return { proposal, install, former, history, claims, authority, issuer: deployment.issuer };
}

/** The grant that it had, if that would be good today. */
async function readFormerClaims(
  site: string,
  plugin: string,
  { token, version, code, manifestDigest: manifest }: LiveRelease,
  deployment: DeploymentSnapshot,
): Promise<GrantClaims> {
  const instead = `emgate update ${plugin} --site ${site} --to ${version}, then emgate grant`;
  if (token === null) {
    const why = `a grant of ${plugin} was taken back since ${version} was live`;
    throw new EmgateError("GRANT_REVOKED", `${why}: ${instead}`);
  }
  const read = await readGrant(token, deployment);
  const { issuer } = deployment;
  const refusal = read.ok
    ? judgeGrant(
        read.claims,
        { issuer, jti: read.claims.jti, site, plugin, version, code, manifest },
        Date.now(),
      )
    : read;
  if (read.ok && refusal === null) return read.claims;
  const why = `the grant that ${plugin} ${version} had is not good any more (${refusal?.reason})`;
  throw new EmgateError(refusal?.code ?? "GRANT_INVALID", `${why}: ${instead}`);
}

/** Keys and database of another major are kept for a week after it was live. */
function isStateLost(former: LiveRelease, { databases }: PluginHistory): boolean {
  const { version, manifest } = former;
  if (isStateGone(former, Date.now())) return true;
  const hasDatabase = databases.some(({ major }) => major === majorOf(version));
  return !hasDatabase && manifest.scopes.some(({ scope }) => scope === "use:db");
}

function stateGone(plugin: string, { version }: LiveRelease): EmgateError {
  return new EmgateError("CONFLICT", `what ${plugin} ${version} had kept is gone: it is kept for 7 days`);
}
