// What the tests of grants share: one valid grant, the key that signed it, and a signer that checks nothing.
import { base64url } from "jose";
import type { GrantClaims } from "../../../contracts/grant.ts";
import { canonicalJson } from "../../../contracts/json.ts";
import type { PublicKey } from "../../../contracts/site.ts";
import {
  createSigningKey,
  type ExpectedGrant,
  openSigningKey,
  type SigningKey,
} from "../../../services/grants/index.ts";

export const SECRET = base64url.encode(new Uint8Array(32).fill(7));
export const NOW_SECONDS = 1_795_000_000;
export const NOW_MS = NOW_SECONDS * 1000;
const DAY_SECONDS = 86_400;

export interface TestKey {
  readonly signing: SigningKey;
  readonly shown: PublicKey;
}

export async function makeKey(): Promise<TestKey> {
  const sealed = await createSigningKey(SECRET);
  return { signing: await openSigningKey(sealed, SECRET), shown: { kid: sealed.kid, jwk: sealed.jwk } };
}

/** The valid claims; every case changes one thing of them. */
export function makeClaims(changes: Readonly<Record<string, unknown>> = {}): GrantClaims {
  const claims = {
    iss: "emgate",
    aud: "emgate-gateway",
    sub: "seo-check",
    site: "demo",
    jti: "jti-0123456789abcdef",
    iat: NOW_SECONDS,
    nbf: NOW_SECONDS,
    exp: NOW_SECONDS + 30 * DAY_SECONDS,
    gby: "admin:1",
    scope: "read:kv read:pages",
    authorization_details: [
      { type: "emgate:capability", scope: "read:kv", caveats: {} },
      { type: "emgate:capability", scope: "read:pages", caveats: { collections: ["posts"] } },
    ],
    bnd: { ver: "1.2.3", code: "a".repeat(64), manifest: "b".repeat(64) },
    cns: "c".repeat(64),
    ...changes,
  };
  return claims as unknown as GrantClaims; // the cases' wrong claims too: the verifier is what checks them
}

/** The install that the valid grant is for. */
export function makeExpected(changes: Partial<ExpectedGrant> = {}): ExpectedGrant {
  return {
    issuer: "emgate",
    jti: "jti-0123456789abcdef",
    site: "demo",
    plugin: "seo-check",
    version: "1.2.3",
    code: "a".repeat(64),
    manifest: "b".repeat(64),
    ...changes,
  };
}

export function headerText(kid: string, changes: Readonly<Record<string, unknown>> = {}): string {
  return canonicalJson({ alg: "Ed25519", typ: "emgate-grant+jwt", kid, ...changes });
}

/** A token of exactly these texts, signed with `key` whatever they say. */
export async function signTexts(header: string, payload: string, key: SigningKey): Promise<string> {
  return signSegments(base64url.encode(header), base64url.encode(payload), key);
}

export async function signSegments(header: string, payload: string, key: SigningKey): Promise<string> {
  const data = new TextEncoder().encode(`${header}.${payload}`);
  const signature = await crypto.subtle.sign("Ed25519", key.privateKey, data);
  return `${header}.${payload}.${base64url.encode(new Uint8Array(signature))}`;
}

/** A token of these claims under the right header. */
export function signClaims(claims: unknown, key: SigningKey): Promise<string> {
  return signTexts(headerText(key.kid), canonicalJson(claims), key);
}

/** The three segments of a token. */
export function segmentsOf(token: string): [header: string, payload: string, signature: string] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [header, payload, signature];
}
