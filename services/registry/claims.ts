// The claims of a grant: of one that an admin was shown, and of one that continues another without being wider.
// It signs nothing; the Deployment object does, and checks the claims again.
import { type Authority, authorityOf, GRANT_AUDIENCE, type GrantClaims } from "../../contracts/grant.ts";
import { MAX_GRANT_LIFETIME_SECONDS } from "../../contracts/limits.ts";
import { detailsOf, isWithinAuthority } from "../grants/index.ts";
import { authorityDeclared, type ConsentTarget, type PreparedConsent } from "./consent.ts";

/** Who signs, and when; the time is of the deployment's clock. */
export interface Issuance {
  readonly issuer: string;
  readonly nowMs: number;
}

/** The claims of a grant that an admin consents to now, for 90 days unless told less. */
export function claimsOf(
  site: string,
  target: ConsentTarget,
  prepared: PreparedConsent,
  {
    issuer,
    nowMs,
    by,
    lifetimeSeconds = MAX_GRANT_LIFETIME_SECONDS,
  }: Issuance & { readonly by: string; readonly lifetimeSeconds?: number },
): GrantClaims {
  const iat = Math.floor(nowMs / 1000);
  return assembleClaims(site, target, {
    issuer,
    iat,
    exp: iat + Math.min(lifetimeSeconds, MAX_GRANT_LIFETIME_SECONDS),
    gby: by,
    cns: prepared.consent.digest,
    prv: prepared.previous,
    authority: prepared.authority,
  });
}

/**
 * The claims of a grant that continues `claims` for `target` without a whole consent being shown.
 *
 * A narrowing names who narrowed; an automatic update leaves `by` out and keeps the person of the consent that it
 * rests on. Neither ends later than the old grant, nor rests on another consent: nobody consented to more.
 *
 * @throws Error (misuse) for an authority that is empty, or wider than the old grant or than what `target` asks,
 * and for claims of another plugin or site
 */
export function claimsContinuing(
  site: string,
  target: ConsentTarget,
  claims: GrantClaims,
  authority: Authority,
  { issuer, nowMs, by = claims.gby }: Issuance & { readonly by?: string },
): GrantClaims {
  if (claims.sub !== target.plugin || claims.site !== site) {
    throw new Error("a grant can be continued for its own plugin and site only");
  }
  if (authority.size === 0) throw new Error("a grant of nothing cannot continue another");
  if (!isWithinAuthority(authority, authorityOf(claims))) {
    throw new Error("a grant that continues another must not be wider than it");
  }
  if (!isWithinAuthority(authority, authorityDeclared(target.manifest))) {
    throw new Error("a grant must not be wider than what the manifest asks");
  }
  return assembleClaims(site, target, {
    issuer,
    iat: Math.floor(nowMs / 1000),
    exp: claims.exp,
    gby: by,
    cns: claims.cns,
    prv: claims.jti,
    authority,
  });
}

function assembleClaims(
  site: string,
  target: ConsentTarget,
  grant: Pick<GrantClaims, "iat" | "exp" | "gby" | "cns"> & {
    readonly issuer: string;
    readonly prv: string | null;
    readonly authority: Authority;
  },
): GrantClaims {
  return {
    iss: grant.issuer,
    aud: GRANT_AUDIENCE,
    sub: target.manifest.id,
    site: site as GrantClaims["site"], // parsed where the call came in
    jti: crypto.randomUUID(),
    iat: grant.iat,
    nbf: grant.iat,
    exp: grant.exp,
    gby: grant.gby,
    ...detailsOf(grant.authority),
    bnd: { ver: target.version, code: target.code, manifest: target.manifestDigest },
    cns: grant.cns,
    ...(grant.prv !== null && { prv: grant.prv }),
  };
}
