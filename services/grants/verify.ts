// Decides whether a grant is good: who signed it, and whether it is for this install, now.
// Fail-closed and pure: every refusal is a code with a reason, and no claim is read before the signature.
import { compactVerify, importJWK } from "jose";
import type { ErrorCode } from "../../contracts/errors.ts";
import { GRANT_ALGORITHM, type GrantClaims, grantClaimsSchema } from "../../contracts/grant.ts";
import {
  MAX_CLOCK_SKEW_SECONDS,
  MAX_GRANT_BYTES,
  MAX_GRANT_LIFETIME_SECONDS,
} from "../../contracts/limits.ts";
import type { DeploymentSnapshot, PublicKey } from "../../contracts/site.ts";
import { decodePayload, splitCompact } from "./compact.ts";

/** Why a grant is refused; `reason` is for the audit log, never for the plugin. */
export interface GrantRefusal {
  readonly ok: false;
  readonly code: Extract<ErrorCode, "GRANT_INVALID" | "GRANT_EXPIRED" | "GRANT_REVOKED">;
  readonly reason: string;
  /** Named where the key set lacks it: a key may be newer than the set. */
  readonly unknownKid?: string;
}

/** A signature that holds over well-formed claims; not yet a permission. */
export interface SignedClaims {
  readonly ok: true;
  readonly kid: string;
  readonly claims: GrantClaims;
}

/** The install that a grant must be for. */
export interface ExpectedGrant {
  readonly issuer: string;
  readonly jti: string;
  readonly site: string;
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifest: string;
}

/** Signature, spelling and shape: what does not change with time, so the answer may be cached by jti. */
export async function readGrant(
  token: string,
  deployment: Pick<DeploymentSnapshot, "keys">,
): Promise<SignedClaims | GrantRefusal> {
  if (token.length > MAX_GRANT_BYTES) return refuse("GRANT_INVALID", "longer than 8 KiB");
  const parts = splitCompact(token);
  if (parts === null) return refuse("GRANT_INVALID", "not a grant's compact form");
  const key = deployment.keys.find(({ kid }) => kid === parts.header.kid);
  if (key === undefined) {
    const refusal = refuse("GRANT_INVALID", "signed by a key that is unknown or retired");
    return { ...refusal, unknownKid: parts.header.kid };
  }
  if (!(await isSignedBy(token, key))) return refuse("GRANT_INVALID", "signature does not hold");
  const parsed = grantClaimsSchema.safeParse(decodePayload(parts.payload));
  if (!parsed.success) return refuse("GRANT_INVALID", "claims are not a grant's");
  return { ok: true, kid: key.kid, claims: parsed.data };
}

/**
 * Whether signed claims permit this install to run at `nowMs`; null means yes.
 * Everything must match: a grant for another site, plugin, version or digest is no grant.
 */
export function judgeGrant(claims: GrantClaims, expected: ExpectedGrant, nowMs: number): GrantRefusal | null {
  const now = nowMs / 1000;
  if (claims.iss !== expected.issuer) return refuse("GRANT_INVALID", "issued by another deployment");
  if (claims.site !== expected.site) return refuse("GRANT_INVALID", "for another site");
  if (claims.sub !== expected.plugin) return refuse("GRANT_INVALID", "for another plugin");
  if (claims.jti !== expected.jti) return refuse("GRANT_INVALID", "not the site's live grant");
  if (claims.bnd.ver !== expected.version) return refuse("GRANT_INVALID", "for another version");
  if (claims.bnd.code !== expected.code) return refuse("GRANT_INVALID", "for another bundle");
  if (claims.bnd.manifest !== expected.manifest) return refuse("GRANT_INVALID", "for another manifest");
  if (claims.iat > now + MAX_CLOCK_SKEW_SECONDS) return refuse("GRANT_INVALID", "issued in the future");
  if (claims.nbf > now + MAX_CLOCK_SKEW_SECONDS) return refuse("GRANT_INVALID", "not valid yet");
  if (claims.exp <= claims.nbf || claims.exp - claims.iat > MAX_GRANT_LIFETIME_SECONDS) {
    return refuse("GRANT_INVALID", "lifetime out of bounds");
  }
  // Asked this way round, so that a clock which tells no time (NaN) permits nothing.
  if (!(now < claims.exp)) return refuse("GRANT_EXPIRED", "expired");
  return null;
}

async function isSignedBy(token: string, key: PublicKey): Promise<boolean> {
  try {
    const publicKey = await importJWK({ ...key.jwk }, GRANT_ALGORITHM);
    await compactVerify(token, publicKey, { algorithms: [GRANT_ALGORITHM] });
    return true;
  } catch {
    return false;
  }
}

function refuse(code: GrantRefusal["code"], reason: string): GrantRefusal {
  return { ok: false, code, reason };
}
