import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { MAX_GRANT_BYTES, MAX_GRANT_LIFETIME_SECONDS } from "../../../contracts/limits.ts";
import { SCOPES, scopeTable } from "../../../contracts/scopes.ts";
import { judgeGrant, mintGrant, readGrant } from "../../../services/grants/index.ts";
import {
  makeClaims,
  makeExpected,
  makeKey,
  NOW_MS,
  NOW_SECONDS,
  segmentsOf,
  type TestKey,
} from "./fixture.ts";

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

const slugs = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_-]{0,20}$/), { minLength: 1, maxLength: 5 });
const authorization = fc
  .uniqueArray(fc.record({ scope: fc.constantFrom(...SCOPES), collections: fc.option(slugs) }), {
    minLength: 1,
    selector: ({ scope }) => scope,
  })
  .map((entries) =>
    entries
      .sort((a, b) => (a.scope < b.scope ? -1 : 1))
      .map(({ scope, collections }) => {
        const takes: readonly string[] = scopeTable[scope].caveats;
        const caveats = collections !== null && takes.includes("collections") ? { collections } : {};
        return { type: "emgate:capability", scope, caveats };
      }),
  );

describe("mintGrant", () => {
  it("signs nothing that the verifier refuses, and hides nothing from it", async () => {
    const lifetime = fc.integer({ min: 1, max: MAX_GRANT_LIFETIME_SECONDS });
    const text = fc.string({ minLength: 1, maxLength: 100, unit: "binary" });
    await fc.assert(
      fc.asyncProperty(authorization, lifetime, text, async (details, seconds, gby) => {
        const claims = makeClaims({
          scope: details.map(({ scope }) => scope).join(" "),
          authorization_details: details,
          exp: NOW_SECONDS + seconds,
          gby,
        });
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
    const details = [{ type: "emgate:capability", scope: "read:pages", caveats: { collections } }];
    const claims = makeClaims({ scope: "read:pages", authorization_details: details });
    await expect(mintGrant(claims, key.signing)).rejects.toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
      message: expect.stringContaining(`${MAX_GRANT_BYTES} bytes`),
    });
  });
});
