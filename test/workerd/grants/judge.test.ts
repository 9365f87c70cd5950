import { describe, expect, it } from "vitest";
import { MAX_CLOCK_SKEW_SECONDS, MAX_GRANT_LIFETIME_SECONDS } from "../../../contracts/limits.ts";
import { type ExpectedGrant, judgeGrant } from "../../../services/grants/index.ts";
import { makeClaims, makeExpected, NOW_MS, NOW_SECONDS } from "./fixture.ts";

const judge = (changes: Record<string, unknown>, nowMs = NOW_MS) =>
  judgeGrant(makeClaims(changes), makeExpected(), nowMs);

describe("judgeGrant", () => {
  it("permits the install that the grant is for", () => {
    expect(judge({})).toBeNull();
  });

  const elsewhere: [keyof ExpectedGrant, string, string][] = [
    ["issuer", "emgate-staging", "issued by another deployment"],
    ["site", "demo-two", "for another site"],
    ["plugin", "seo-checker", "for another plugin"],
    ["version", "1.2.4", "for another version"],
    ["code", "d".repeat(64), "for another bundle"],
    ["manifest", "d".repeat(64), "for another manifest"],
    ["jti", "jti-another-0123456789", "not the site's live grant"],
  ];
  it.each(elsewhere)("refuses a grant for another %s", (name, value, reason) => {
    const expected = makeExpected({ [name]: value });
    expect(judgeGrant(makeClaims(), expected, NOW_MS)).toEqual({ ok: false, code: "GRANT_INVALID", reason });
  });

  it("compares versions as they are spelled, build metadata included", () => {
    const bnd = { ...makeClaims().bnd, ver: "1.2.3+build" };
    expect(judge({ bnd })).toMatchObject({ code: "GRANT_INVALID" });
  });

  it("refuses from the second of exp on, with a code of its own", () => {
    const exp = NOW_SECONDS + 60;
    expect(judge({ exp }, exp * 1000 - 1)).toBeNull();
    expect(judge({ exp }, exp * 1000)).toEqual({ ok: false, code: "GRANT_EXPIRED", reason: "expired" });
    expect(judge({ exp }, exp * 1000 + 86_400_000)).toMatchObject({ code: "GRANT_EXPIRED" });
  });

  it("gives an expired grant for another site no other answer than a fresh one", () => {
    const late = makeClaims().exp * 1000 + 1;
    expect(judgeGrant(makeClaims(), makeExpected({ site: "other" }), late)).toMatchObject({
      code: "GRANT_INVALID",
    });
  });

  it("takes an iat and an nbf up to a minute ahead, for clocks that differ", () => {
    const ahead = NOW_SECONDS + MAX_CLOCK_SKEW_SECONDS;
    expect(judge({ iat: ahead })).toBeNull();
    expect(judge({ nbf: ahead })).toBeNull();
    expect(judge({ iat: ahead + 1 })).toMatchObject({
      code: "GRANT_INVALID",
      reason: "issued in the future",
    });
    expect(judge({ nbf: ahead + 1 })).toMatchObject({ code: "GRANT_INVALID", reason: "not valid yet" });
  });

  it("refuses a lifetime past 90 days, counted from iat", () => {
    expect(judge({ exp: NOW_SECONDS + MAX_GRANT_LIFETIME_SECONDS })).toBeNull();
    expect(judge({ exp: NOW_SECONDS + MAX_GRANT_LIFETIME_SECONDS + 1 })).toMatchObject({
      code: "GRANT_INVALID",
      reason: "lifetime out of bounds",
    });
    expect(judge({ iat: 0, nbf: NOW_SECONDS })).toMatchObject({ code: "GRANT_INVALID" });
  });

  it("refuses an exp that does not lie after nbf", () => {
    expect(judge({ exp: NOW_SECONDS })).toMatchObject({
      code: "GRANT_INVALID",
      reason: "lifetime out of bounds",
    });
  });
});
