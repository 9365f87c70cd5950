// How a plugin and its grants are shown to an admin: status, scopes, what ends when.
// Reads tokens to show their claims; a token itself is never shown.
import { daysLeftToWarn } from "../../../contracts/expiry.ts";
import { authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { hooksOf } from "../../../contracts/manifest.ts";
import type { BreakerStatus, GrantStatus, PluginStatus } from "../../../contracts/rpc.ts";
import type { Breaker, InstalledPlugin } from "../../../contracts/site.ts";
import { differenceOf, judgeGrant, readGrant } from "../../grants/index.ts";
import { authorityDeclared } from "../../registry/index.ts";
import type { ControlState } from "./read-state.ts";

export async function describePlugin(
  { snapshot, deployment }: ControlState,
  install: InstalledPlugin,
): Promise<PluginStatus> {
  const { plugin, version, enabled, position, manifest, grant, update, stopped } = install;
  const read = grant === null ? null : await readGrant(grant.token, deployment);
  const granted = read?.ok ? authorityOf(read.claims) : new Map();
  return {
    plugin,
    name: manifest.name,
    version,
    enabled,
    position,
    hooks: hooksOf(manifest),
    scopes: { asked: manifest.scopes.map(({ scope }) => scope), granted: [...granted.keys()] },
    expiresAt: read?.ok ? toIso(read.claims.exp) : null,
    expiresInDays: read?.ok ? daysLeftToWarn(read.claims.iat, read.claims.exp, Date.now()) : null,
    update: update && {
      version: update.version,
      heldAt: update.heldAt,
      isWider: differenceOf(authorityDeclared(manifest), authorityDeclared(update.manifest)).isWider,
    },
    stopped,
    breaker: install.breaker && describeBreaker(install.breaker, Date.now()),
    status: pluginStatus(),
  };

  function pluginStatus(): PluginStatus["status"] {
    if (!enabled) return "disabled";
    if (deployment.yanked.includes(install.code)) return "yanked";
    if (read === null) return "needs-consent";
    if (!read.ok) return "invalid";
    const status = grantStatus({ snapshot, deployment }, install, read.claims);
    return status === "revoked" ? "invalid" : status;
  }
}

/** From its time on a call may try the plugin: nobody knows how that ends before it has. */
function describeBreaker(breaker: Breaker, nowMs: number): BreakerStatus {
  const { openedAtMs, retryAtMs, failures, error } = breaker;
  return {
    state: nowMs < retryAtMs ? "open" : "half-open",
    failures,
    openedAt: new Date(openedAtMs).toISOString(),
    retryAt: new Date(retryAtMs).toISOString(),
    lastError: error,
  };
}

/** Whether the install's live grant is good now. */
export function grantStatus(
  { snapshot, deployment }: ControlState,
  install: InstalledPlugin,
  claims: GrantClaims,
): GrantStatus["status"] {
  const { plugin, version, code, manifestDigest: manifest, grant } = install;
  const { issuer } = deployment;
  const site = snapshot.site.id;
  const expected = { issuer, jti: grant?.jti ?? "", site, plugin, version, code, manifest };
  const refusal = judgeGrant(claims, expected, Date.now());
  if (refusal === null) return "live";
  return refusal.code === "GRANT_EXPIRED" ? "expired" : "invalid";
}

export function describeGrant(claims: GrantClaims, status: GrantStatus["status"]): GrantStatus {
  return {
    plugin: claims.sub,
    version: claims.bnd.ver,
    jti: claims.jti,
    scope: claims.scope,
    authorization: claims.authorization_details.map(({ scope, caveats }) => ({ scope, caveats })),
    grantedBy: claims.gby,
    issuedAt: toIso(claims.iat),
    expiresAt: toIso(claims.exp),
    expiresInDays: status === "live" ? daysLeftToWarn(claims.iat, claims.exp, Date.now()) : null,
    continues: claims.prv ?? null,
    status,
  };
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
