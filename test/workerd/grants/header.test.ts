import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import { headerText, makeClaims, makeKey, signSegments, signTexts, type TestKey } from "./fixture.ts";

const payload = canonicalJson(makeClaims());
let key: TestKey;
let other: TestKey;

beforeAll(async () => {
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});

const read = (token: string, keys = [key.shown]) => readGrant(token, { keys });

/** Signs with the right key, so that only the header can be the reason. */
async function expectHeaderRefused(header: string): Promise<void> {
  const token = await signTexts(header, payload, key.signing);
  expect(await read(token)).toEqual({
    ok: false,
    code: "GRANT_INVALID",
    reason: "not a grant's compact form",
  });
}

describe("readGrant, header", () => {
  it("accepts what mintGrant signs", async () => {
    const token = await mintGrant(makeClaims(), key.signing);
    expect(await read(token)).toEqual({ ok: true, kid: key.shown.kid, claims: makeClaims() });
  });

  it("accepts the fixture's own signer, so that the cases below differ from it in one thing", async () => {
    const token = await signTexts(headerText(key.shown.kid), payload, key.signing);
    expect(token).toBe(await mintGrant(makeClaims(), key.signing));
  });

  it.each(["none", "None", "HS256", "HS512", "EdDSA", "ES256", "RS256", "ed25519", "", null, 1])(
    "refuses alg %j under a signature that holds",
    async (alg) => {
      await expectHeaderRefused(headerText(key.shown.kid, { alg }));
    },
  );

  it.each([
    ["emgate-grant+JWT"],
    ["EMGATE-GRANT+JWT"],
    ["application/emgate-grant+jwt"],
    ["JWT"],
    ["at+jwt"],
    ["emgate-grant"],
    [null],
  ])("refuses typ %j", async (typ) => {
    await expectHeaderRefused(headerText(key.shown.kid, { typ }));
  });

  it.each([
    ["jwk", { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
    ["jku", "https://evil.example/jwks.json"],
    ["x5u", "https://evil.example/cert.pem"],
    ["x5c", ["MIIB"]],
    ["crit", ["exp"]],
    ["b64", false],
    ["b64", true],
    ["cty", "JWT"],
    ["zip", "DEF"],
    ["enc", "A256GCM"],
    ["__proto__", {}],
  ])("refuses a header with %s", async (name, value) => {
    const base = headerText(key.shown.kid).slice(0, -1);
    await expectHeaderRefused(`${base},${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  });

  it("refuses a header without typ, alg or kid", async () => {
    const { kid } = key.shown;
    for (const name of ["alg", "typ", "kid"])
      await expectHeaderRefused(headerText(kid, { [name]: undefined }));
  });

  it("refuses the same keys in another order", async () => {
    await expectHeaderRefused(`{"typ":"emgate-grant+jwt","alg":"Ed25519","kid":"${key.shown.kid}"}`);
  });

  it("refuses a key named twice, whichever of the two is right", async () => {
    const { kid } = key.shown;
    await expectHeaderRefused(`{"alg":"none","alg":"Ed25519","kid":"${kid}","typ":"emgate-grant+jwt"}`);
    await expectHeaderRefused(`{"alg":"Ed25519","alg":"none","kid":"${kid}","typ":"emgate-grant+jwt"}`);
    await expectHeaderRefused(`{"alg":"Ed25519","kid":"${kid}","kid":"${kid}","typ":"emgate-grant+jwt"}`);
  });

  it.each(["", " ", "a", "../../etc/passwd", "key one", "a".repeat(65), "kid\u0000abcdefgh", "ключключ"])(
    "refuses the kid %j",
    async (kid) => {
      await expectHeaderRefused(headerText(kid));
    },
  );

  it.each([[["abcdefgh"]], [{ kid: "abcdefgh" }], [12345678], [null], [true]])(
    "refuses the kid %j, which is no text",
    async (kid) => {
      await expectHeaderRefused(headerText("", { kid }));
    },
  );

  it.each(["constructor", "hasOwnProperty", "prototype", "__proto__", "toString"])(
    "finds no key under the name %s",
    async (kid) => {
      const token = await signTexts(headerText(kid), payload, key.signing);
      expect(await read(token)).toMatchObject({ ok: false, code: "GRANT_INVALID" });
    },
  );

  it("refuses a kid that is not in the key set, also when there is one key only", async () => {
    const token = await mintGrant(makeClaims(), other.signing);
    const refusal = {
      ok: false,
      code: "GRANT_INVALID",
      reason: "signed by a key that is unknown or retired",
    };
    expect(await read(token)).toEqual(refusal);
    expect(await read(await mintGrant(makeClaims(), key.signing), [])).toEqual(refusal);
  });

  it("pins the key by its kid: another key of the set under it does not do", async () => {
    const forged = await mintGrant(makeClaims(), {
      kid: key.shown.kid,
      privateKey: other.signing.privateKey,
    });
    expect(await read(forged, [key.shown, other.shown])).toEqual({
      ok: false,
      code: "GRANT_INVALID",
      reason: "signature does not hold",
    });
  });

  it("refuses a MAC made with the public key, under its own alg and under ours", async () => {
    for (const secret of [base64url.decode(key.shown.jwk.x), new TextEncoder().encode(key.shown.jwk.x)]) {
      for (const alg of ["HS512", "Ed25519"]) {
        const head = base64url.encode(headerText(key.shown.kid, { alg }));
        const signed = `${head}.${base64url.encode(payload)}`;
        const hmac = { name: "HMAC", hash: "SHA-512" };
        const mac = await crypto.subtle.importKey("raw", new Uint8Array(secret), hmac, false, ["sign"]);
        const tag = await crypto.subtle.sign("HMAC", mac, new TextEncoder().encode(signed));
        const token = `${signed}.${base64url.encode(new Uint8Array(tag))}`;
        expect(await read(token)).toMatchObject({ ok: false, code: "GRANT_INVALID" });
      }
    }
  });

  it("refuses a header that is no JSON object", async () => {
    for (const head of ["", "null", "[]", '"x"', "{", "\ufeff{}"]) await expectHeaderRefused(head);
  });

  it("refuses a header with bytes that are no UTF-8", async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"alg":"Ed25519","kid":"'), 0xff, 0xfe]);
    const token = await signSegments(base64url.encode(bytes), base64url.encode(payload), key.signing);
    expect(await read(token)).toMatchObject({ ok: false, code: "GRANT_INVALID" });
  });
});
