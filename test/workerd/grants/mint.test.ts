import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { GrantClaims } from "../../../contracts/grant.ts";
import { canonicalJson } from "../../../contracts/json.ts";
import { MAX_GRANT_BYTES, MAX_GRANT_LIFETIME_SECONDS } from "../../../contracts/limits.ts";
import { detailsOf, judgeGrant, mintGrant, readGrant } from "../../../services/grants/index.ts";
import { authorities, respellCaveats } from "./authorities.ts";
import {
  headerText,
  makeClaims,
  makeExpected,
  makeKey,
  NOW_MS,
  NOW_SECONDS,
  segmentsOf,
  signClaims,
  signTexts,
  type TestKey,
} from "./fixture.ts";

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

/** The claims of an authority that grants something. */
const details = authorities.filter(({ size }) => size > 0).map(detailsOf);

/** Other spellings of claims that mean the same; the claims themselves where they offer nothing to respell. */
const respellings: Readonly<Record<string, (claims: GrantClaims) => unknown>> = {
  "caveats in another spelling": (claims) =>
    withDetails(claims, (entry) => ({ ...entry, caveats: respellCaveats(entry.caveats) })),
  "a set turned round": (claims) => withSets(claims, (items) => items.toReversed()),
  "a set with an item twice": (claims) => withSets(claims, ([first, ...rest]) => [first, first, ...rest]),
  "a path within another": (claims) =>
    withPaths(claims, (paths) => [...paths, `${paths.at(-1)}/below`.replace("//", "/")]),
  "scopes turned round": (claims) => ({
    ...claims,
    scope: claims.scope.split(" ").reverse().join(" "),
    authorization_details: claims.authorization_details.toReversed(),
  }),
  "scopes turned round in one place": (claims) => ({
    ...claims,
    scope: claims.scope.split(" ").reverse().join(" "),
  }),
  "a scope twice": (claims) => ({
    ...claims,
    scope: `${claims.scope} ${claims.scope.split(" ").at(-1)}`,
    authorization_details: [...claims.authorization_details, claims.authorization_details.at(-1)],
  }),
};

function withDetails(
  claims: GrantClaims,
  change: (entry: GrantClaims["authorization_details"][number]) => unknown,
): unknown {
  return { ...claims, authorization_details: claims.authorization_details.map(change) };
}

function withSets(claims: GrantClaims, change: (items: readonly string[]) => unknown): unknown {
  return withDetails(claims, (entry) => ({
    ...entry,
    caveats: Object.fromEntries(
      Object.entries(entry.caveats).map(([name, value]) => [
        name,
        Array.isArray(value) ? change(value) : value,
      ]),
    ),
  }));
}

function withPaths(claims: GrantClaims, change: (paths: readonly string[]) => unknown): unknown {
  return withDetails(claims, ({ caveats, ...entry }) => ({
    ...entry,
    caveats: caveats.paths === undefined ? caveats : { ...caveats, paths: change(caveats.paths) },
  }));
}

describe("mintGrant", () => {
  it("signs nothing that the verifier refuses, and hides nothing from it", async () => {
    const lifetime = fc.integer({ min: 1, max: MAX_GRANT_LIFETIME_SECONDS });
    const text = fc.string({ minLength: 1, maxLength: 100, unit: "binary" });
    await fc.assert(
      fc.asyncProperty(details, lifetime, text, async (granted, seconds, gby) => {
        const claims = makeClaims({ ...granted, exp: NOW_SECONDS + seconds, gby });
        const read = await readGrant(await mintGrant(claims, key.signing), { keys: [key.shown] });
        expect(read).toEqual({ ok: true, kid: key.shown.kid, claims });
        expect(judgeGrant(claims, makeExpected(), NOW_MS)).toBeNull();
      }),
      { numRuns: 150 },
    );
  });

  it("signs the same text whatever the order of the claims it is given", async () => {
    const claims = makeClaims();
    const reversed = Object.fromEntries(Object.entries(claims).reverse());
    expect(await mintGrant(reversed, key.signing)).toBe(await mintGrant(claims, key.signing));
  });

  it.each(Object.entries(respellings))(
    "has one spelling of an authority: refuses %s",
    async (_what, respell) => {
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(details, async (granted) => {
          const claims = makeClaims({ ...granted });
          const respelled = respell(claims);
          if (canonicalJson(respelled) === canonicalJson(claims)) return;
          refused += 1;
          await expect(mintGrant(respelled, key.signing)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
          const read = await readGrant(await signClaims(respelled, key.signing), { keys: [key.shown] });
          expect(read).toEqual({ ok: false, code: "GRANT_INVALID", reason: "claims are not a grant's" });
        }),
        { numRuns: 100 },
      );
      expect(refused).toBeGreaterThan(5);
    },
  );

  it("refuses the right claims in another order of keys", async () => {
    await fc.assert(
      fc.asyncProperty(details, async (granted) => {
        const claims = Object.fromEntries(Object.entries(makeClaims({ ...granted })).reverse());
        const signed = await signTexts(headerText(key.shown.kid), JSON.stringify(claims), key.signing);
        expect((await readGrant(signed, { keys: [key.shown] })).ok).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves an undefined prv out instead of signing it", async () => {
    const [, payload] = segmentsOf(await mintGrant(makeClaims({ prv: undefined }), key.signing));
    const [, without] = segmentsOf(await mintGrant(makeClaims(), key.signing));
    expect(payload).toBe(without);
  });

  it.each([
    ["more than 90 days", { exp: NOW_SECONDS + MAX_GRANT_LIFETIME_SECONDS + 1 }],
    ["no time at all", { exp: NOW_SECONDS }],
    ["an end before its beginning", { nbf: NOW_SECONDS + 100, exp: NOW_SECONDS + 50 }],
  ])("refuses to sign %s", async (_name, changes) => {
    await expect(mintGrant(makeClaims(changes), key.signing)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("grant.exp"),
    });
  });

  it("refuses to sign what would not fit into a token", async () => {
    const collections = Array.from({ length: 100 }, (_, index) => `${"c".repeat(120)}${index}`);
    const claims = makeClaims({ ...detailsOf(new Map([["read:pages", { collections }]])) });
    await expect(mintGrant(claims, key.signing)).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
      message: expect.stringContaining(`${MAX_GRANT_BYTES} bytes`),
    });
  });
});
