import { base64url, exportSPKI, importJWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import { headerText, makeClaims, makeKey, segmentsOf, type TestKey } from "./fixture.ts";

const payload = canonicalJson(makeClaims());
const notOurs = { ok: false, code: "GRANT_INVALID", reason: "not a grant's compact form" };
const unsigned = { ok: false, code: "GRANT_INVALID", reason: "signature does not hold" };
const encoder = new TextEncoder();

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

const read = (token: string) => readGrant(token, { keys: [key.shown] });

/** What is signed: a header and a payload, encoded. */
function inputOf(changes: Readonly<Record<string, unknown>>): string {
  return `${base64url.encode(headerText(key.shown.kid, changes))}.${base64url.encode(payload)}`;
}

function join(input: string, signature: ArrayBuffer): string {
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

/** Every form in which a library may be handed our public key as a secret. */
async function publicSecrets(): Promise<Uint8Array[]> {
  const { jwk, kid } = key.shown;
  const publicKey = await importJWK({ ...jwk }, "Ed25519", { extractable: true });
  if (!(publicKey instanceof CryptoKey)) throw new Error("expected a public key");
  const pem = await exportSPKI(publicKey);
  const der = new Uint8Array((await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer); // not a JWK: "spki"
  const texts = [jwk.x, JSON.stringify(jwk), canonicalJson({ kid, jwk }), pem, pem.trim(), kid, ""];
  return [base64url.decode(jwk.x), der, ...texts.map((text) => encoder.encode(text))];
}

async function mac(secret: Uint8Array, hash: string, input: string): Promise<ArrayBuffer> {
  // WebCrypto takes no empty key; HMAC pads with zeros, so one zero byte is the same key (RFC 2104).
  const bytes = secret.byteLength === 0 ? new Uint8Array(1) : new Uint8Array(secret);
  const hmac = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", hmac, encoder.encode(input));
}

describe("readGrant, algorithms (RFC 8725, 3.1 and 3.2)", () => {
  it.each(["none", "None", "NONE", "nOnE", ""])(
    "refuses alg %j without a signature and with any",
    async (alg) => {
      const input = inputOf({ alg });
      const [, , signature] = segmentsOf(await mintGrant(makeClaims(), key.signing));
      for (const end of ["", "A".repeat(86), signature]) {
        expect(await read(`${input}.${end}`)).toEqual(notOurs);
      }
      const bare = base64url.encode(JSON.stringify({ alg, typ: "JWT" }));
      expect(await read(`${bare}.${base64url.encode(payload)}.`)).toEqual(notOurs);
    },
  );

  it("refuses a MAC made with the public key, whichever form of it and whichever hash", async () => {
    for (const secret of await publicSecrets()) {
      for (const [alg, hash] of [
        ["HS256", "SHA-256"],
        ["HS384", "SHA-384"],
        ["HS512", "SHA-512"],
      ] as const) {
        const input = inputOf({ alg });
        expect(await read(join(input, await mac(secret, hash, input))), alg).toEqual(notOurs);
      }
      // As long as a signature, and under our own header: only the key can refuse it.
      const ours = inputOf({});
      expect(await read(join(ours, await mac(secret, "SHA-512", ours)))).toEqual(unsigned);
    }
  });

  it("refuses ECDSA, under its own alg and under ours", async () => {
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const pair = (await crypto.subtle.generateKey(curve, true, ["sign", "verify"])) as CryptoKeyPair; // ECDSA
    const sign = (input: string) =>
      crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, encoder.encode(input));
    const theirs = inputOf({ alg: "ES256" });
    expect(await read(join(theirs, await sign(theirs)))).toEqual(notOurs);
    const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const withKey = inputOf({ alg: "ES256", jwk });
    expect(await read(join(withKey, await sign(withKey)))).toEqual(notOurs);
    const ours = inputOf({});
    expect(await read(join(ours, await sign(ours)))).toEqual(unsigned);
  });

  it("refuses EdDSA, the older name of the same algorithm, though the signature holds", async () => {
    const input = inputOf({ alg: "EdDSA" });
    const signature = await crypto.subtle.sign("Ed25519", key.signing.privateKey, encoder.encode(input));
    expect(await read(join(input, signature))).toEqual(notOurs);
  });

  it("refuses an unencoded or detached payload (RFC 7797)", async () => {
    const header = base64url.encode(headerText(key.shown.kid, { b64: false, crit: ["b64"] }));
    const input = `${header}.${payload}`;
    const signature = await crypto.subtle.sign("Ed25519", key.signing.privateKey, encoder.encode(input));
    expect(await read(join(input, signature))).toEqual(notOurs);
    expect(await read(join(`${header}.`, signature))).toEqual(notOurs);
    expect(await read(join(`${header}.${base64url.encode(payload)}`, signature))).toEqual(notOurs);
  });

  it("refuses an unencoded payload under our own header", async () => {
    const header = base64url.encode(headerText(key.shown.kid));
    const input = `${header}.${payload}`;
    const signature = await crypto.subtle.sign("Ed25519", key.signing.privateKey, encoder.encode(input));
    expect(await read(join(input, signature))).toEqual(notOurs);
    expect(await read(join(`${header}.${base64url.encode(payload)}`, signature))).toEqual(unsigned);
  });

  it("refuses a signature over another input: the payload alone, the claims' text, a hash", async () => {
    const input = inputOf({});
    const [, encoded = ""] = input.split(".");
    const digest = await crypto.subtle.digest("SHA-512", encoder.encode(input));
    for (const signed of [encoder.encode(encoded), encoder.encode(payload), new Uint8Array(digest)]) {
      const signature = await crypto.subtle.sign("Ed25519", key.signing.privateKey, signed);
      expect(await read(join(input, signature))).toEqual(unsigned);
    }
  });

  it("refuses signatures of nothing but zeros, of the neutral point and of ones", async () => {
    const neutral = Uint8Array.of(1, ...new Uint8Array(63));
    for (const bytes of [new Uint8Array(64), neutral, new Uint8Array(64).fill(255)]) {
      expect(await read(join(inputOf({}), bytes.buffer))).toEqual(unsigned);
    }
  });
});
