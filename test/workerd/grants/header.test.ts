import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import { headerText, makeClaims, makeKey, signSegments, signTexts, type TestKey } from "./fixture.ts";

const payload = canonicalJson(makeClaims());
let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

const read = (token: string) => readGrant(token, { keys: [key.shown] });

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
    await expectHeaderRefused(
      `{"alg":"Ed25519","\\u0061lg":"Ed25519","kid":"${kid}","typ":"emgate-grant+jwt"}`,
    );
  });

  it("refuses a header that spells the same names or values with escapes or space", async () => {
    const text = headerText(key.shown.kid);
    for (const spelling of [
      text.replace('"typ"', '"\\u0074yp"'),
      text.replace('"Ed25519"', '"\\u0045d25519"'),
      text.replace("emgate-grant+jwt", "emgate-grant\\u002bjwt"),
      text.replace(",", ", "),
      `${text}\n`,
      `\ufeff${text}`,
    ]) {
      expect(spelling, "a case that changes nothing").not.toBe(text);
      await expectHeaderRefused(spelling);
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
