import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { MAX_GRANT_BYTES } from "../../../contracts/limits.ts";
import { mintGrant, readGrant } from "../../../services/grants/index.ts";
import {
  headerText,
  makeClaims,
  makeKey,
  segmentsOf,
  signSegments,
  signTexts,
  type TestKey,
} from "./fixture.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const notOurs = { ok: false, code: "GRANT_INVALID", reason: "not a grant's compact form" };
const unsigned = { ok: false, code: "GRANT_INVALID", reason: "signature does not hold" };
const notClaims = { ok: false, code: "GRANT_INVALID", reason: "claims are not a grant's" };
const tooLong = { ok: false, code: "GRANT_INVALID", reason: "longer than 8 KiB" };

let key: TestKey;
let token: string;

beforeAll(async () => {
  key = await makeKey();
  token = await mintGrant(makeClaims(), key.signing);
});

const read = (text: string) => readGrant(text, { keys: [key.shown] });

describe("readGrant, forms of a token", () => {
  it("refuses the JSON serialisations of JWS, flattened and general", async () => {
    const [head, payload, signature] = segmentsOf(token);
    const flattened = { payload, protected: head, signature };
    const general = { payload, signatures: [{ protected: head, signature }] };
    const unprotected = { ...flattened, header: { kid: key.shown.kid } };
    for (const form of [flattened, general, unprotected, [token], token]) {
      expect(await read(JSON.stringify(form))).toEqual(notOurs);
      expect(await read(base64url.encode(JSON.stringify(form)))).toEqual(notOurs);
    }
  });

  it("refuses the five parts of a JWE, and every other number of parts but three", async () => {
    const [head, payload, signature] = segmentsOf(token);
    const encrypted = base64url.encode(canonicalJson({ alg: "dir", enc: "A256GCM", kid: key.shown.kid }));
    const forms = [
      `${encrypted}..${payload}.${payload}.${signature}`,
      `${head}.${payload}.${payload}.${payload}.${signature}`,
      `${head}..${payload}..${signature}`,
      `${head}.${payload}.${signature}.${head}.${payload}`,
      `${token}.${token}`,
      `${token}~`,
      head,
      `${head}.${signature}`,
    ];
    for (const form of forms) expect(await read(form), form).toEqual(notOurs);
  });

  it("refuses a grant inside a token, signed by the right key", async () => {
    for (const inner of [
      token,
      JSON.stringify(token),
      canonicalJson({ jwt: token }),
      canonicalJson([token]),
    ]) {
      const nested = await signTexts(headerText(key.shown.kid), inner, key.signing);
      expect(await read(nested)).toEqual(notClaims);
    }
    const said = await signTexts(headerText(key.shown.kid, { cty: "JWT" }), token, key.signing);
    expect(await read(said)).toEqual(notOurs);
  });

  it("refuses an empty signature and those that are too short or too long", async () => {
    const [head, payload, signature] = segmentsOf(token);
    for (const end of ["", signature.slice(0, 85), signature.slice(1), `${signature}A`, `${signature}AA`]) {
      expect(await read(`${head}.${payload}.${end}`)).toEqual(notOurs);
    }
  });

  it("refuses parts of two good tokens put together", async () => {
    const [head, payload, signature] = segmentsOf(token);
    const wider = await mintGrant(makeClaims({ sub: "other-one" }), key.signing);
    const [, otherPayload, otherSignature] = segmentsOf(wider);
    expect(await read(wider)).toMatchObject({ ok: true });
    expect(await read(`${head}.${otherPayload}.${signature}`)).toEqual(unsigned);
    expect(await read(`${head}.${payload}.${otherSignature}`)).toEqual(unsigned);
  });

  it("refuses another kind of token of the same key", async () => {
    const header = canonicalJson({ alg: "Ed25519", kid: key.shown.kid, typ: "JWT" });
    expect(await read(await signTexts(header, canonicalJson(makeClaims()), key.signing))).toEqual(notOurs);
    const session = canonicalJson({ aud: "emgate-gateway", role: "operator" });
    expect(await read(await signTexts(headerText(key.shown.kid), session, key.signing))).toEqual(notClaims);
  });

  it("refuses prefixes, quotes, encodings and other dots", async () => {
    const forms = [
      `Bearer ${token}`,
      `"${token}"`,
      encodeURIComponent(`${token}=`),
      token.replace(".", "%2E"),
      token.replaceAll(".", "\u3002"),
      token.replaceAll(".", "\uff0e"),
      token.replace("eyJ", "\uff45yJ"),
      `\ufeff${token}`,
      `\u200b${token}`,
      `${token}\u0000`,
      `${token}\r\n`,
      `\ud800${token}`,
      token.match(/.{1,76}/g)?.join("\n") ?? "",
    ];
    for (const form of forms) expect(await read(form), JSON.stringify(form)).toEqual(notOurs);
  });

  it("refuses a header whose last character has bits to spare, under a signature of the new text", async () => {
    const [head, payload] = segmentsOf(token);
    const loose = [...ALPHABET]
      .map((last) => head.slice(0, -1) + last)
      .filter(
        (other) => other !== head && String(base64url.decode(other)) === String(base64url.decode(head)),
      );
    expect(loose.length, "a header without bits to spare proves nothing").toBeGreaterThan(0);
    for (const other of loose) {
      expect(await read(await signSegments(other, payload, key.signing))).toEqual(notOurs);
    }
  });
});

describe("readGrant, size", () => {
  it("takes a token up to 8 KiB and not one character more", async () => {
    const filled = (length: number) => `${token.slice(0, -86)}${"A".repeat(length)}`;
    const room = MAX_GRANT_BYTES - (token.length - 86);
    expect(await read(filled(room))).toEqual(notOurs);
    expect(await read(filled(room + 1))).toEqual(tooLong);
  });

  it("refuses two megabytes of anything before it looks into it", async () => {
    const size = 2_000_000;
    const [head, payload, signature] = segmentsOf(token);
    const longKid = base64url.encode(headerText("k".repeat(size)));
    const forms = [
      "A".repeat(size),
      ".".repeat(size),
      " ".repeat(size),
      "\u0000".repeat(size),
      "A.".repeat(size / 2),
      `${longKid}.${payload}.${signature}`,
      `${head}.${"A".repeat(size)}.${signature}`,
      `${head}.${payload}.${"A".repeat(size)}`,
      `${token}${".".repeat(size)}`,
      base64url.encode("[".repeat(size)),
    ];
    for (const form of forms) expect(await read(form)).toEqual(tooLong);
  });

  it("refuses as many dots, or as deep a nesting, as a token has room for", async () => {
    expect(await read(".".repeat(MAX_GRANT_BYTES))).toEqual(notOurs);
    expect(await read("A.".repeat(MAX_GRANT_BYTES / 2))).toEqual(notOurs);
    const depth = 2_800;
    for (const deep of [`${"[".repeat(depth)}${"]".repeat(depth)}`, "[".repeat(2 * depth)]) {
      expect(await read(await signTexts(headerText(key.shown.kid), deep, key.signing))).toEqual(notClaims);
      expect(await read(await signTexts(deep, "{}", key.signing))).toEqual(notOurs);
    }
    const objects = `${'{"a":'.repeat(960)}1${"}".repeat(960)}`;
    expect(await read(await signTexts(headerText(key.shown.kid), objects, key.signing))).toEqual(notClaims);
  });
});
