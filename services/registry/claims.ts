// The claims of a grant: of one that an admin was shown, and of one that continues another without being wider.
// It signs nothing; the Deployment object does, and checks the claims again.
import { type Authority, authorityOf, GRANT_AUDIENCE, type GrantClaims } from "../../contracts/grant.ts";
import { MAX_GRANT_LIFETIME_SECONDS } from "../../contracts/limits.ts";
import { detailsOf, isWithinAuthority } from "../grants/index.ts";
import { authorityDeclared, type ConsentTarget, type PreparedConsent } from "./consent.ts";

/** Who signs, when and for how long; the time is of the deployment's clock. */
export interface Issuance {
  readonly issuer: string;
  readonly nowMs: number;
  /** Seconds, at most 90 days. */
  readonly lifetimeSeconds?: number | undefined;
  /** The digest of what the admin was shown, where that is not what was prepared here. */
  readonly consentDigest?: string | undefined;
}

/** The claims of a grant that an admin consents to now, for 90 days unless told. */
export function claimsOf(
  site: string,
  target: ConsentTarget,
  prepared: PreparedConsent,
  issued: Issuance & { readonly by: string },
): GrantClaims {
  return assembleClaims(site, target, {
    issuer: issued.issuer,
    ...lifetimeOf(issued.nowMs, issued.lifetimeSeconds ?? MAX_GRANT_LIFETIME_SECONDS),
    gby: issued.by,
    cns: issued.consentDigest ?? prepared.consent.digest,
    prv: prepared.previous,
    authority: prepared.authority,
  });
}

/**
 * The claims of a grant that continues `claims` for `target` without a whole consent being shown.
 *
 * - With `by` and no `lifetimeSeconds` it is a narrowing: it ends when the old one does.
 * - With `by` and `lifetimeSeconds` it is a renewal, `consentDigest` being what that person was shown.
 * - Without `by` it is an automatic update: the person and the digest of the consent that it rests on stay, and
 *   it never ends later than the old one, since nobody consented to more.
 *
 * @throws Error (misuse) for an authority that is empty, or wider than the old grant or than what `target` asks,
 * and for claims of another plugin or site
 */
export function claimsContinuing(
  site: string,
  target: ConsentTarget,
  claims: GrantClaims,
  authority: Authority,
  issued: Issuance & { readonly by?: string | undefined },
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
  const { by, nowMs, lifetimeSeconds } = issued;
  const { iat, exp } = lifetimeOf(nowMs, lifetimeSeconds ?? claims.exp - Math.floor(nowMs / 1000));
  return assembleClaims(site, target, {
    issuer: issued.issuer,
    iat,
    exp: by === undefined ? Math.min(exp, claims.exp) : exp,
    gby: by ?? claims.gby,
    cns: by === undefined ? claims.cns : (issued.consentDigest ?? claims.cns),
    prv: claims.jti,
    authority,
  });
}

function lifetimeOf(nowMs: number, lifetimeSeconds: number): { readonly iat: number; readonly exp: number } {
  const iat = Math.floor(nowMs / 1000);
  return { iat, exp: iat + Math.min(lifetimeSeconds, MAX_GRANT_LIFETIME_SECONDS) };
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
