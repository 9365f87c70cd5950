// The one spelling of a grant: compact JWS (RFC 7515, 7.1) over canonical JSON.
// Nothing here checks a signature; it makes two tokens that mean the same be the same text.
import { base64url } from "jose";
import { GRANT_ALGORITHM, GRANT_TYPE } from "../../contracts/grant.ts";
import { canonicalJson } from "../../contracts/json.ts";

const kidPattern = /^[A-Za-z0-9_-]{8,64}$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The protected header, keys in canonical order; a token with any other header is not ours. */
export interface GrantHeader {
  readonly alg: typeof GRANT_ALGORITHM;
  readonly kid: string;
  readonly typ: typeof GRANT_TYPE;
}

export interface CompactParts {
  readonly header: GrantHeader;
  readonly payload: string;
  readonly signature: string;
}

export function grantHeader(kid: string): GrantHeader {
  return { alg: GRANT_ALGORITHM, kid, typ: GRANT_TYPE };
}

/** The parts of a token whose header and signature are spelled canonically, else null. */
export function splitCompact(token: string): CompactParts | null {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/.exec(token);
  if (match === null) return null;
  const [, head = "", payload = "", signature = ""] = match;
  const kid = kidOf(head);
  if (kid === null) return null;
  const header = grantHeader(kid);
  // Comparing with what we would write refuses jwk, jku, x5u, crit, b64, other algs and types at once.
  if (base64url.encode(canonicalJson(header)) !== head) return null;
  if (base64url.encode(base64url.decode(signature)) !== signature) return null;
  return { header, payload, signature };
}

/** The claims as unknown JSON when the payload is spelled canonically, else undefined. */
export function decodePayload(payload: string): unknown {
  const claims = parseJson(payload);
  if (claims === undefined) return undefined;
  try {
    // Refuses duplicate keys, whitespace, escapes, other key orders and non-canonical base64url.
    return base64url.encode(canonicalJson(claims)) === payload ? claims : undefined;
  } catch {
    // What is nested past the stack is refused like any other text that is no grant's.
    return undefined;
  }
}

function kidOf(head: string): string | null {
  const header = parseJson(head);
  if (typeof header !== "object" || header === null || !("kid" in header)) return null;
  return typeof header.kid === "string" && kidPattern.test(header.kid) ? header.kid : null;
}

function parseJson(segment: string): unknown {
  try {
    return JSON.parse(utf8.decode(base64url.decode(segment)));
  } catch {
    return undefined;
  }
}
