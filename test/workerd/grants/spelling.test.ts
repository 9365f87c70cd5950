import fc from "fast-check";
import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
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

/** The order L of the base point, little-endian (RFC 8032, 5.1). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

let key: TestKey;
let token: string;

beforeAll(async () => {
  key = await makeKey();
  token = await mintGrant(makeClaims(), key.signing);
});

const read = (text: string) => readGrant(text, { keys: [key.shown] });
const invalid = { ok: false, code: "GRANT_INVALID" };

describe("readGrant, spelling", () => {
  it("refuses padding, whitespace, other alphabets and other numbers of parts", async () => {
    const [header, payload, signature] = segmentsOf(token);
    const spellings = [
      `${token}=`,
      `${header}=.${payload}.${signature}`,
      `${header}.${payload}=.${signature}`,
      ` ${token}`,
      `${token}\n`,
      `${header}.${payload} .${signature}`,
      `${header}.\t${payload}.${signature}`,
      `${token}.`,
      `.${token}`,
      `${token}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}..${signature}`,
      `.${payload}.${signature}`,
      "..",
      "",
    ];
    for (const spelling of spellings) expect(await read(spelling), spelling).toMatchObject(invalid);
  });

  it("refuses + and / for - and _ in a signature that has them", async () => {
    let found = token;
    for (let n = 0; !/[-_][^.]*$/.test(found); n += 1) {
      found = await mintGrant(makeClaims({ gby: `admin:${n}` }), key.signing);
    }
    const [header, payload, signature] = segmentsOf(found);
    expect(await read(found)).toMatchObject({ ok: true });
    const respelled = signature.replaceAll("-", "+").replaceAll("_", "/");
    expect(await read(`${header}.${payload}.${respelled}`)).toMatchObject(invalid);
  });

  it("refuses trailing bits, which decode to the same bytes", async () => {
    const [header, payload, signature] = segmentsOf(token);
    const looser = loosen(signature);
    expect(base64url.decode(looser)).toEqual(base64url.decode(signature));
    expect(await read(`${header}.${payload}.${looser}`)).toMatchObject(invalid);
    // The signature covers the text, so these are signed anew.
    for (const gby of ["a", "ab", "abc"]) {
      const segment = base64url.encode(canonicalJson(makeClaims({ gby })));
      if (segment.length % 4 === 0) continue;
      expect(await read(await signSegments(header, loosen(segment), key.signing))).toMatchObject(invalid);
    }
  });

  it("refuses a signature with S + L for S, which a lax verifier takes (RFC 8032, 5.1.7)", async () => {
    const [header, payload, signature] = segmentsOf(token);
    const bytes = base64url.decode(signature);
    let s = 0n;
    for (let index = 63; index >= 32; index -= 1) s = (s << 8n) | BigInt(bytes[index] ?? 0);
    s += L;
    for (let index = 32; index < 64; index += 1) {
      bytes[index] = Number(s & 0xffn);
      s >>= 8n;
    }
    expect(await read(`${header}.${payload}.${base64url.encode(bytes)}`)).toEqual({
      ...invalid,
      reason: "signature does not hold",
    });
  });

  it("refuses claims with whitespace, escapes, another order or a name used twice", async () => {
    const text = canonicalJson(makeClaims());
    const spellings = [
      ` ${text}`,
      `${text}\n`,
      text.replace('"aud":', '"aud": '),
      text.replace('"emgate-gateway"', '"\\u0065mgate-gateway"'),
      text.replace('"sub":"seo-check"', '"sub":"other-one","sub":"seo-check"'),
      text.replace('"sub":"seo-check"', '"sub":"seo-check","sub":"seo-check"'),
      text.replace('"read:pages","type"', '"read:pages","scope":"read:pages","type"'),
      JSON.stringify(makeClaims()),
      text.replace(`"iat":1795000000`, `"iat":1795000000.0`),
      text.replace(`"iat":1795000000`, `"iat":1.795e9`),
      `\ufeff${text}`,
      `[${text}]`,
    ];
    for (const spelling of spellings) {
      expect(spelling, "a case that changes nothing").not.toBe(text);
      const signed = await signTexts(headerText(key.shown.kid), spelling, key.signing);
      expect(await read(signed), spelling).toEqual({ ...invalid, reason: "claims are not a grant's" });
    }
  });

  it("has one spelling: any other text of the same claims is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(9)), async (choices) => {
        const text = respell(makeClaims(), () => choices.next().value ?? 0);
        expect(JSON.parse(text)).toEqual(makeClaims());
        const signed = await signTexts(headerText(key.shown.kid), text, key.signing);
        expect((await read(signed)).ok).toBe(text === canonicalJson(makeClaims()));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a token with any one bit of its header, claims or signature changed", async () => {
    const segments = segmentsOf(token);
    for (const [place, segment] of segments.entries()) {
      const bytes = base64url.decode(segment);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const text = segments.with(place, base64url.encode(changed)).join(".");
        if ((await read(text)).ok) expect.fail(`bit ${bit} of segment ${place} does not matter`);
      }
    }
  });

  it("refuses a token with any one character replaced, dropped or doubled", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.string({ maxLength: 2 }), async (at, put) => {
        const text = token.slice(0, at) + put + token.slice(at + 1);
        fc.pre(text !== token);
        expect(await read(text)).toMatchObject(invalid);
      }),
      { numRuns: 300 },
    );
  });
});

/** The same bytes with the unused bits of the last character set. */
function loosen(segment: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return segment.slice(0, -1) + alphabet[alphabet.indexOf(segment.at(-1) ?? "") + 1];
}

/** JSON of `value` with key order, whitespace and escapes as `choose` says. */
function respell(value: unknown, choose: () => number): string {
  const gap = () => (choose() === 1 ? " " : "");
  if (typeof value === "string") {
    return `"${[...value].map((c) => (choose() === 1 ? `\\u00${c.charCodeAt(0).toString(16)}` : c)).join("")}"`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => gap() + respell(item, choose)).join(",")}]`;
  if (typeof value !== "object" || value === null) return `${gap()}${JSON.stringify(value)}`;
  const entries = Object.entries(value).sort(([a], [b]) => (choose() < 8 ? (a < b ? -1 : 1) : choose() - 5));
  return `{${entries.map(([name, inner]) => `${gap()}"${name}":${respell(inner, choose)}`).join(",")}${gap()}}`;
}
