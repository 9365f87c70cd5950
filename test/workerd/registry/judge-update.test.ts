import { describe, expect, it } from "vitest";
import { type Authority, authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { AUTO_UPDATE_AGE_MS } from "../../../contracts/limits.ts";
import { detailsOf } from "../../../services/grants/index.ts";
import { judgeUpdate, type UpdateQuestion } from "../../../services/registry/index.ts";
import { makeClaims, NOW_MS, NOW_SECONDS } from "../grants/fixture.ts";
import { ASKED, makeManifest } from "./fixture.ts";

const whole: Authority = new Map([
  ["hook:beforePublish", {}],
  ["read:pages", { collections: ["pages", "posts"] }],
  ["write:kv", {}],
]);
const [hook, pages, kv] = ASKED;

/** The claims of a grant of this. */
function granting(authority: Authority, changes: Partial<GrantClaims> = {}): GrantClaims {
  return makeClaims({ ...detailsOf(authority), ...changes });
}

/** The same ask in a release that is just old enough, where everything asked was granted: it goes live. */
function judge(
  scopes: readonly unknown[] = ASKED,
  changes: Partial<UpdateQuestion> = {},
  ageMs = AUTO_UPDATE_AGE_MS,
) {
  const release = {
    manifest: makeManifest(scopes, { version: "1.3.0" }),
    releasedAt: new Date(NOW_MS - ageMs).toISOString(),
  };
  return judgeUpdate(
    { claims: granting(whole), oldManifest: makeManifest(), release, policy: "auto", ...changes },
    NOW_MS,
  );
}

const scopesOf = (changes: readonly { readonly scope: string }[]) => changes.map(({ scope }) => scope);

describe("judgeUpdate", () => {
  it("lets the same ask go live with the same authority", () => {
    const verdict = judge();
    expect(verdict).toMatchObject({ status: "live", authority: whole });
    expect(verdict.difference).toEqual({ added: [], removed: [], widened: [], narrowed: [], isWider: false });
  });

  it("holds every update where the site asks", () => {
    expect(judge(ASKED, { policy: "ask" })).toMatchObject({
      status: "held",
      reason: "this site asks an admin before each update",
    });
  });

  it.each([
    ["a scope more", [...ASKED, { scope: "read:kv", reason: "r" }], "read:kv"],
    ["an optional scope more", [...ASKED, { scope: "read:kv", reason: "r", optional: true }], "read:kv"],
    ["a collection more", [hook, { ...pages, caveats: { collections: ["news", "posts"] } }], "read:pages"],
    ["a caveat less", [hook, { ...pages, caveats: undefined }, kv], "read:pages"],
    ["one scope less and another more", [hook, { scope: "transform:html", reason: "r" }], "transform:html"],
  ])("holds a version that asks for %s, and names it", (_what, scopes, named) => {
    const verdict = judge(scopes);
    expect(verdict).toMatchObject({ status: "held", reason: `it asks for more: ${named}` });
    expect(verdict.difference.isWider).toBe(true);
  });

  it.each([
    ["a millisecond less than a day", AUTO_UPDATE_AGE_MS - 1],
    ["the future", -1],
  ])("holds a release of %s ago", (_what, ageMs) => {
    expect(judge(ASKED, {}, ageMs)).toMatchObject({
      status: "held",
      reason: expect.stringContaining("24 hours"),
    });
  });

  it("holds a release whose date cannot be read", () => {
    const release = { manifest: makeManifest(), releasedAt: "yesterday" };
    expect(judge(ASKED, { release }).status).toBe("held");
  });

  it("narrows the grant with the ask", () => {
    const verdict = judge([hook, { ...pages, caveats: { collections: ["posts"] } }]);
    expect(verdict).toMatchObject({ status: "live" });
    expect("authority" in verdict && [...verdict.authority]).toEqual([
      ["hook:beforePublish", {}],
      ["read:pages", { collections: ["posts"] }],
    ]);
    expect(scopesOf(verdict.difference.removed)).toEqual(["write:kv"]);
    expect(scopesOf(verdict.difference.narrowed)).toEqual(["read:pages"]);
  });

  it("neither holds an update for what the admin left out, nor grants it", () => {
    const before: Authority = new Map([["read:pages", { collections: ["posts"] }]]);
    const verdict = judge(ASKED, { claims: granting(before) });
    expect(verdict).toMatchObject({ status: "live", authority: before });
    expect(verdict.difference.isWider).toBe(false);
  });

  it("holds a wider ask although a partial consent would not grant it", () => {
    const before: Authority = new Map([["hook:beforePublish", {}]]);
    const verdict = judge([...ASKED, { scope: "read:kv", reason: "r" }], { claims: granting(before) });
    expect(verdict).toMatchObject({ status: "held" });
    // Shown against what is granted, so that the admin sees all that a plain consent would add.
    expect(scopesOf(verdict.difference.added)).toEqual(["read:kv", "read:pages", "write:kv"]);
  });

  it.each<[string, readonly unknown[], GrantClaims | null, string]>([
    ["without a grant", ASKED, null, "nothing is granted"],
    [
      "of which nothing granted is left",
      [kv],
      granting(new Map([["hook:beforePublish", {}]])),
      "nothing of what is granted",
    ],
    ["whose grant has ended", ASKED, granting(whole, { exp: NOW_SECONDS }), "ended; renew it"],
  ])("holds an update %s", (_what, scopes, claims, reason) => {
    expect(judge(scopes, { claims })).toMatchObject({
      status: "held",
      reason: expect.stringContaining(reason),
    });
  });

  it("lets an update go live in the last second of its grant", () => {
    const claims = granting(whole, { exp: NOW_SECONDS + 1 });
    expect(judge(ASKED, { claims })).toMatchObject({ status: "live", authority: authorityOf(claims) });
  });
});
