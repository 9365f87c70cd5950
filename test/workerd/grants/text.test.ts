import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { readGrant } from "../../../services/grants/index.ts";
import { headerText, makeClaims, makeKey, signSegments, signTexts, type TestKey } from "./fixture.ts";

const notClaims = { ok: false, code: "GRANT_INVALID", reason: "claims are not a grant's" };
const text = canonicalJson(makeClaims());
const encoder = new TextEncoder();

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

async function readText(claims: string) {
  return readGrant(await signTexts(headerText(key.shown.kid), claims, key.signing), { keys: [key.shown] });
}

async function readBytes(claims: Uint8Array) {
  const head = base64url.encode(headerText(key.shown.kid));
  return readGrant(await signSegments(head, base64url.encode(claims), key.signing), { keys: [key.shown] });
}

/** The valid claims with `gby`, the one claim of free text, replaced by these bytes. */
function withAdminBytes(...bytes: readonly number[]): Uint8Array {
  const [before = "", after = ""] = text.split("admin:1");
  return Uint8Array.of(...encoder.encode(before), ...bytes, ...encoder.encode(after));
}

describe("readGrant, text of the claims", () => {
  it("takes the fixture, and text beyond ASCII as itself", async () => {
    expect(await readBytes(withAdminBytes(...encoder.encode("admin:1")))).toMatchObject({ ok: true });
    const claims = makeClaims({ gby: "admin:Zoë 🙂 é e\u0301" });
    expect(await readText(canonicalJson(claims))).toMatchObject({ ok: true, claims: { gby: claims.gby } });
  });

  it("does not normalise: a name in another composition is another name", async () => {
    const [composed, combining] = ["é", "e\u0301"].map((gby) => canonicalJson(makeClaims({ gby })));
    expect(composed).not.toBe(combining);
    expect(await readText(composed ?? "")).toMatchObject({ claims: { gby: "é" } });
    expect(await readText(combining ?? "")).toMatchObject({ claims: { gby: "e\u0301" } });
  });

  it.each([
    ["a letter of a value", '"seo-check"', '"seo\\u002dcheck"'],
    ["a letter of a name", '"sub"', '"\\u0073ub"'],
    ["a whole value", '"demo"', '"\\u0064\\u0065\\u006d\\u006f"'],
    ["a slash", '"admin:1"', '"admin\\/1"'],
    ["a pair for one character", '"admin:1"', '"admin\\ud83d\\ude42"'],
    ["half a pair in capitals", '"admin:1"', '"admin\\uD800"'],
    ["a control character by its number", '"admin:1"', '"admin\\u000a"'],
    ["a name used twice, once in escapes", '"sub":"seo-check"', '"\\u0073ub":"other","sub":"seo-check"'],
    [
      "a name used twice, the second in escapes",
      '"sub":"seo-check"',
      '"sub":"seo-check","s\\u0075b":"other"',
    ],
  ])("refuses escapes: %s", async (_name, from, to) => {
    const changed = text.replace(from, to);
    expect(changed, "a case that changes nothing").not.toBe(text);
    expect(await readText(changed)).toEqual(notClaims);
  });

  it.each([
    ["half of a surrogate pair", [0xed, 0xa0, 0x80]],
    ["a pair in two halves (CESU-8)", [0xed, 0xa0, 0xbd, 0xed, 0xb9, 0x82]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an overlong zero", [0xc0, 0x80]],
    ["a byte that no text has", [0xff]],
    ["a sequence cut short", [0xe2, 0x82]],
    ["a code point past the last", [0xf4, 0x90, 0x80, 0x80]],
  ])("refuses bytes that are no UTF-8: %s", async (_name, bytes) => {
    expect(await readBytes(withAdminBytes(...bytes))).toEqual(notClaims);
  });

  it("refuses claims in UTF-16, behind a byte order mark, or with one in the middle of the structure", async () => {
    const utf16 = Uint8Array.from(text, (c) => c.charCodeAt(0)).reduce<number[]>(
      (bytes, code) => bytes.concat(code, 0),
      [],
    );
    expect(await readBytes(Uint8Array.of(0xff, 0xfe, ...utf16))).toEqual(notClaims);
    expect(await readBytes(Uint8Array.of(...utf16))).toEqual(notClaims);
    expect(await readBytes(Uint8Array.of(0xef, 0xbb, 0xbf, ...encoder.encode(text)))).toEqual(notClaims);
    expect(await readText(text.replace(",", ",\ufeff"))).toEqual(notClaims);
    expect(await readText(`${text}\u0000`)).toEqual(notClaims);
  });

  it.each(["__proto__", "constructor", "toJSON", "hasOwnProperty", ""])(
    "refuses a further claim named %j, first or last",
    async (name) => {
      const member = `${JSON.stringify(name)}:{"site":"other"}`;
      expect(await readText(`{${member},${text.slice(1)}`)).toEqual(notClaims);
      expect(await readText(`${text.slice(0, -1)},${member}}`)).toEqual(notClaims);
      const sorted = canonicalJson(JSON.parse(`{${member},${text.slice(1)}`));
      expect(await readText(sorted)).toEqual(notClaims);
    },
  );

  it.each(["sub", "site", "iss", "jti", "aud"] as const)(
    "does not take %s from a prototype",
    async (name) => {
      const claims: Record<string, unknown> = { ...makeClaims() };
      const value = claims[name];
      delete claims[name];
      const inherited = `{"__proto__":${canonicalJson({ [name]: value })},${canonicalJson(claims).slice(1)}`;
      expect(await readText(inherited)).toEqual(notClaims);
    },
  );

  it.each([
    "",
    "{}",
    "[]",
    "null",
    "true",
    "1",
    '"x"',
    "undefined",
    "{",
    `${text},`,
    `${text}${text}`,
    `//\n${text}`,
  ])("refuses %j, which is no grant's claims", async (claims) => {
    if (claims === "") return expect((await readText(claims)).ok).toBe(false);
    expect(await readText(claims)).toEqual(notClaims);
  });
});
