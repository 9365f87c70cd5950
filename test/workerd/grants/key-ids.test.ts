import { base64url, exportJWK, exportSPKI, generateKeyPair } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import { headerText, makeClaims, makeKey, signTexts, type TestKey } from "./fixture.ts";

const payload = canonicalJson(makeClaims());
const notOurs = { ok: false, code: "GRANT_INVALID", reason: "not a grant's compact form" };
const unknown = { ok: false, code: "GRANT_INVALID", reason: "signed by a key that is unknown or retired" };
const unsigned = { ok: false, code: "GRANT_INVALID", reason: "signature does not hold" };

let key: TestKey;
let other: TestKey;

beforeAll(async () => {
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});

// One key only: nothing but the kid may choose it, not that there is no other.
const read = (token: string, keys = [key.shown]) => readGrant(token, { keys });
const sign = (header: string, by = key) => signTexts(header, payload, by.signing);

describe("readGrant, kid", () => {
  it.each([
    "",
    " ",
    "a",
    "../../etc/passwd",
    "/dev/null",
    "https://evil.example/key",
    "x' UNION SELECT 'AAAA",
    "abcdefgh'; DROP TABLE keys; --",
    "key one!",
    "*",
    "kid\u0000abcdefgh",
    "abcdefgh\n",
    "ключключ",
    "ａｂｃｄｅｆｇｈ",
    "a".repeat(65),
    "a".repeat(5_000),
  ])("refuses %j by its spelling", async (kid) => {
    expect(await read(await sign(headerText(kid)))).toEqual(notOurs);
  });

  it.each([[["abcdefgh"]], [{ kid: "abcdefgh" }], [12345678], [1e300], [null], [true], [false], [0]])(
    "refuses %j, which is no text",
    async (kid) => {
      expect(await read(await sign(headerText("", { kid })))).toEqual(notOurs);
    },
  );

  it("refuses the right kid in a list, in an object and with space around it", async () => {
    const { kid } = key.shown;
    for (const wrapped of [[kid], { kid }, ` ${kid}`, `${kid} `, `${kid}\u0000`]) {
      expect(await read(await sign(headerText("", { kid: wrapped })))).toEqual(notOurs);
    }
  });

  it.each([
    "constructor",
    "hasOwnProperty",
    "prototype",
    "__proto__",
    "toString",
    "undefined",
    "isPrototypeOf",
  ])("finds no key under the name %s, which every object answers to", async (kid) => {
    expect((await read(await sign(headerText(kid)))).ok).toBe(false);
  });

  it("refuses a token without kid though the set holds one key, and the right one", async () => {
    expect(await read(await sign(headerText("", { kid: undefined })))).toEqual(notOurs);
  });

  it("finds no kid in a header's prototype", async () => {
    const header = `{"__proto__":{"kid":"${key.shown.kid}"},"alg":"Ed25519","typ":"emgate-grant+jwt"}`;
    expect(await read(await sign(header))).toEqual(notOurs);
  });

  it("compares whole and exactly: no prefix, no suffix, no other case", async () => {
    const { kid } = key.shown;
    const swapped = kid.replace(/[a-zA-Z]/, (c) =>
      c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase(),
    );
    for (const near of [kid.slice(0, -1), kid.slice(1), `${kid}A`, `A${kid}`, swapped]) {
      expect(near, "a case that changes nothing").not.toBe(kid);
      expect(await read(await sign(headerText(near)))).toMatchObject(unknown);
    }
  });

  it("refuses a retired key's, another deployment's, and any when there is no key at all", async () => {
    const theirs = await mintGrant(makeClaims(), other.signing);
    expect(await read(theirs, [other.shown])).toMatchObject({ ok: true });
    expect(await read(theirs)).toMatchObject(unknown);
    expect(await read(await mintGrant(makeClaims(), key.signing), [])).toMatchObject(unknown);
  });

  it("pins the key: what another key of the set signed does not hold under it", async () => {
    const forged = await mintGrant(makeClaims(), {
      kid: key.shown.kid,
      privateKey: other.signing.privateKey,
    });
    expect(await read(forged, [key.shown, other.shown])).toEqual(unsigned);
    expect(await read(forged, [other.shown, key.shown])).toEqual(unsigned);
  });
});

describe("readGrant, a key that comes with the token", () => {
  it("is refused in jwk, jku, x5u and x5c, under our kid, under theirs and without one", async () => {
    const theirs = await generateKeyPair("Ed25519", { extractable: true });
    const signing = { kid: "attacker-key", privateKey: theirs.privateKey };
    const jwk = { ...(await exportJWK(theirs.publicKey)), alg: "Ed25519", kid: key.shown.kid };
    const members = {
      jwk,
      jku: "https://evil.example/jwks.json",
      x5u: "https://evil.example/cert.pem",
      x5c: [base64url.encode(await exportSPKI(theirs.publicKey))],
      "x5t#S256": "A".repeat(43),
    };
    for (const [name, value] of Object.entries(members)) {
      for (const kid of [key.shown.kid, signing.kid, undefined]) {
        const token = await signTexts(headerText("", { kid, [name]: value }), payload, signing);
        expect(await read(token), `${name} with kid ${kid}`).toEqual(notOurs);
      }
    }
  });

  it("is refused alone: their signature under our header", async () => {
    const { privateKey } = await generateKeyPair("Ed25519");
    const forged = await signTexts(headerText(key.shown.kid), payload, { kid: key.shown.kid, privateKey });
    expect(await read(forged)).toEqual(unsigned);
  });
});
