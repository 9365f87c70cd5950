// Signs a grant's claims. Only the Deployment object calls this: it alone holds a private key.
import { CompactSign } from "jose";
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { type GrantClaims, grantClaimsSchema } from "../../contracts/grant.ts";
import { canonicalJson } from "../../contracts/json.ts";
import { MAX_GRANT_BYTES, MAX_GRANT_LIFETIME_SECONDS } from "../../contracts/limits.ts";
import { grantHeader } from "./compact.ts";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/**
 * The compact JWT of `claims`.
 *
 * @throws INVALID_ARGUMENT for claims that the verifier would refuse, PAYLOAD_TOO_LARGE past 8 KiB
 */
export async function mintGrant(input: unknown, key: SigningKey): Promise<string> {
  const claims: GrantClaims = parseOrThrow(grantClaimsSchema, input, "grant");
  if (claims.exp <= claims.nbf || claims.exp - claims.iat > MAX_GRANT_LIFETIME_SECONDS) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      "grant.exp: expected a time after nbf, at most 90 days after iat",
    );
  }
  const payload = new TextEncoder().encode(canonicalJson(claims));
  const header = grantHeader(key.kid);
  const token = await new CompactSign(payload).setProtectedHeader({ ...header }).sign(key.privateKey);
  if (token.length > MAX_GRANT_BYTES) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `grant: expected at most ${MAX_GRANT_BYTES} bytes, got ${token.length}`,
    );
  }
  return token;
}
