import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../contracts/json.ts";
import { judgeGrant, readGrant } from "../../../services/grants/index.ts";
import {
  headerText,
  makeClaims,
  makeExpected,
  makeKey,
  NOW_MS,
  NOW_SECONDS,
  signTexts,
  type TestKey,
} from "./fixture.ts";

const text = canonicalJson(makeClaims());
const notClaims = { ok: false, code: "GRANT_INVALID", reason: "claims are not a grant's" };
const NAMES = ["iat", "nbf", "exp"] as const;

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

/** The valid claims with one time written so, under a signature that holds. */
async function readWith(name: (typeof NAMES)[number], spelling: string) {
  const changed = text.replace(new RegExp(`"${name}":\\d+`), `"${name}":${spelling}`);
  expect(changed, "a case that changes nothing").not.toBe(text);
  return readGrant(await signTexts(headerText(key.shown.kid), changed, key.signing), { keys: [key.shown] });
}

const later = NOW_SECONDS + 60;
const spellings = [
  "-0",
  "-1",
  `-${later}`,
  `${later}.0`,
  `${later}.5`,
  `${later}e0`,
  `0${later}`,
  `+${later}`,
  "1.8e9",
  "1e300",
  "1e400",
  "-1e400",
  "5e-324",
  "8640000000001",
  "9007199254740993",
  "18446744073709551616",
  "0x6AFD0000",
  "NaN",
  "Infinity",
  "null",
  "true",
  `"${later}"`,
  '""',
  `[${later}]`,
  `{"valueOf":${later}}`,
  '"2026-12-01T00:00:00Z"',
];

describe("readGrant, times", () => {
  it.each(spellings)("refuses %s as any of them", async (spelling) => {
    for (const name of NAMES) expect(await readWith(name, spelling), name).toEqual(notClaims);
  });

  it.each(NAMES)("refuses a token without %s", async (name) => {
    const without = canonicalJson(makeClaims({ [name]: undefined }));
    const token = await signTexts(headerText(key.shown.kid), without, key.signing);
    expect(await readGrant(token, { keys: [key.shown] })).toEqual(notClaims);
  });

  it.each(NAMES)("refuses %s twice, the same or not", async (name) => {
    const [member = ""] = new RegExp(`"${name}":\\d+`).exec(text) ?? [];
    for (const first of [member, `"${name}":${later}`, `"${name}":"x"`]) {
      for (const twice of [`${first},${member}`, `${member},${first}`]) {
        const token = await signTexts(headerText(key.shown.kid), text.replace(member, twice), key.signing);
        expect(await readGrant(token, { keys: [key.shown] }), twice).toEqual(notClaims);
      }
    }
  });

  it("takes a zero and the last second that a date can hold as numbers, for judgeGrant to refuse", async () => {
    expect(await readWith("iat", "0")).toMatchObject({ ok: true, claims: { iat: 0 } });
    expect(await readWith("exp", "8640000000000")).toMatchObject({ ok: true });
    for (const changes of [{ iat: 0 }, { exp: 8_640_000_000_000 }]) {
      expect(judgeGrant(makeClaims(changes), makeExpected(), NOW_MS)).toEqual({
        ok: false,
        code: "GRANT_INVALID",
        reason: "lifetime out of bounds",
      });
    }
  });
});

describe("judgeGrant, a clock that is wrong", () => {
  it.each([
    ["tells no time", Number.NaN],
    ["is past everything", Number.POSITIVE_INFINITY],
    ["is before everything", Number.NEGATIVE_INFINITY],
    ["stands at zero", 0],
    ["counts in seconds", NOW_SECONDS],
  ])("permits nothing when it %s", (_name, nowMs) => {
    expect(judgeGrant(makeClaims(), makeExpected(), nowMs)).toMatchObject({ ok: false });
  });
});
