import { beforeAll, describe, expect, it } from "vitest";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import { makeClaims, makeKey, NOW_SECONDS, signClaims, type TestKey } from "./fixture.ts";

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

function detail(scope: string, caveats: Record<string, unknown> = {}): Record<string, unknown> {
  return { type: "emgate:capability", scope, caveats };
}

/** One change each, under a signature of the right key. */
const malformed: Record<string, Readonly<Record<string, unknown>>> = {
  "no exp": { exp: undefined },
  "exp null": { exp: null },
  "gby with half of a surrogate pair": { gby: "\ud800" },
  "iss with half of a surrogate pair": { iss: "\udc00" },
  "exp 1e300": { exp: 1e300 },
  "exp past what a date can hold": { exp: 8_640_000_000_001 },
  "exp as text": { exp: String(NOW_SECONDS + 60) },
  "exp with a fraction": { exp: NOW_SECONDS + 60.5 },
  "exp below zero": { exp: -1 },
  "no iat": { iat: undefined },
  "iat as text": { iat: String(NOW_SECONDS) },
  "no nbf": { nbf: undefined },
  "nbf with a fraction": { nbf: NOW_SECONDS - 0.5 },
  "no aud": { aud: undefined },
  "another aud": { aud: "somebody-else" },
  "aud in a list": { aud: ["emgate-gateway"] },
  "aud with one more": { aud: ["emgate-gateway", "somebody-else"] },
  "aud in capitals": { aud: "EMGATE-GATEWAY" },
  "no iss": { iss: undefined },
  "iss empty": { iss: "" },
  "no sub": { sub: undefined },
  "sub that is no plugin id": { sub: "SEO-Check" },
  "site with a slash": { site: "demo/../other" },
  "no jti": { jti: undefined },
  "a short jti": { jti: "short" },
  "jti as a number": { jti: 1234567890123456 },
  "no gby": { gby: undefined },
  "no cns": { cns: undefined },
  "cns in capitals": { cns: "C".repeat(64) },
  "prv null": { prv: null },
  "an extra claim": { admin: true },
  "an extra claim by a prototype's name": { constructor: "x" },
  "no bnd": { bnd: undefined },
  "bnd without code": { bnd: { ver: "1.2.3", manifest: "b".repeat(64) } },
  "bnd with more": { bnd: { ver: "1.2.3", code: "a".repeat(64), manifest: "b".repeat(64), any: true } },
  "no authorization_details": { authorization_details: undefined },
  "authorization_details empty": { scope: "", authorization_details: [] },
  "a scope that no entry names": { scope: "read:kv read:pages write:kv" },
  "an entry that scope does not name": { scope: "read:kv" },
  "scope in another order than its entries": { scope: "read:pages read:kv" },
  "scopes unsorted": {
    scope: "read:pages read:kv",
    authorization_details: [detail("read:pages"), detail("read:kv")],
  },
  "a scope twice": {
    scope: "read:kv read:kv",
    authorization_details: [detail("read:kv"), detail("read:kv")],
  },
  "an unknown scope": { scope: "read:everything", authorization_details: [detail("read:everything")] },
  "a wildcard": { scope: "read:*", authorization_details: [detail("read:*")] },
  "a prototype's name as a scope": {
    scope: "constructor",
    authorization_details: [detail("constructor")],
  },
  "an unknown caveat": {
    scope: "read:pages",
    authorization_details: [detail("read:pages", { hosts: ["example.com"] })],
  },
  "a caveat on a scope that takes none": {
    scope: "read:kv",
    authorization_details: [detail("read:kv", { collections: ["posts"] })],
  },
  "an empty list of collections": {
    scope: "read:pages",
    authorization_details: [detail("read:pages", { collections: [] })],
  },
  "collections as text": {
    scope: "read:pages",
    authorization_details: [detail("read:pages", { collections: "posts" })],
  },
  "caveats null": {
    scope: "read:pages",
    authorization_details: [{ type: "emgate:capability", scope: "read:pages", caveats: null }],
  },
  "no caveats": {
    scope: "read:pages",
    authorization_details: [{ type: "emgate:capability", scope: "read:pages" }],
  },
  "another type of detail": {
    scope: "read:pages",
    authorization_details: [{ type: "payment_initiation", scope: "read:pages", caveats: {} }],
  },
  "a detail with more": {
    scope: "read:pages",
    authorization_details: [{ ...detail("read:pages"), actions: ["write"] }],
  },
};

describe("readGrant, claims", () => {
  it.each(Object.entries(malformed))("refuses %s", async (_name, changes) => {
    const token = await signClaims(makeClaims(changes), key.signing);
    expect(await readGrant(token, { keys: [key.shown] })).toEqual({
      ok: false,
      code: "GRANT_INVALID",
      reason: "claims are not a grant's",
    });
  });

  it.each(Object.entries(malformed))("mintGrant does not sign %s", async (_name, changes) => {
    await expect(mintGrant(makeClaims(changes), key.signing)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("accepts prv, the one claim that may be missing", async () => {
    const claims = makeClaims({ prv: "jti-before-0123456789" });
    const read = await readGrant(await signClaims(claims, key.signing), { keys: [key.shown] });
    expect(read).toMatchObject({ ok: true, claims: { prv: "jti-before-0123456789" } });
  });

  it("looks at no claim before the signature holds", async () => {
    const token = await signClaims(makeClaims({ admin: true }), key.signing);
    const reason = async (text: string) => {
      const read = await readGrant(text, { keys: [key.shown] });
      return read.ok ? null : read.reason;
    };
    expect(await reason(`${token.slice(0, -86)}${"A".repeat(86)}`)).toBe("signature does not hold");
  });
});
