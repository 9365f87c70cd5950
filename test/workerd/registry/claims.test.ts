import { beforeAll, describe, expect, it } from "vitest";
import { type Authority, type GrantClaims, grantClaimsSchema } from "../../../contracts/grant.ts";
import { MAX_GRANT_LIFETIME_SECONDS } from "../../../contracts/limits.ts";
import { mintGrant } from "../../../services/grants/index.ts";
import {
  claimsContinuing,
  claimsOf,
  consentTargetOf,
  prepareConsent,
} from "../../../services/registry/index.ts";
import { makeClaims, makeKey, NOW_MS, NOW_SECONDS, type TestKey } from "../grants/fixture.ts";
import { ASKED, grantOf, makeInstall, makeUpdate, SITE, shownOf } from "./fixture.ts";

const DAY_SECONDS = 86_400;
const LATER_MS = NOW_MS + 10 * DAY_SECONDS * 1000;
const LATER_SECONDS = LATER_MS / 1000;
const granted: Authority = new Map([
  ["hook:beforePublish", {}],
  ["read:pages", { collections: ["posts"] }],
]);
const target = consentTargetOf(makeInstall(), "installed");
const signer = { issuer: "emgate", by: "admin:2", nowMs: LATER_MS };
const machine = { issuer: "emgate", nowMs: LATER_MS };

let key: TestKey;
let old: GrantClaims;

beforeAll(async () => {
  key = await makeKey();
  ({ claims: old } = await grantOf(granted, key));
});

describe("claimsOf", () => {
  it("binds what was shown to the version, the admin and the grant before it", async () => {
    const grant = await grantOf(granted, key);
    const target = consentTargetOf(makeInstall({ grant, update: makeUpdate(ASKED) }), "newest");
    const prepared = await prepareConsent(SITE, target, { keys: [key.shown] }, {});
    const claims = claimsOf(SITE, target, prepared, signer);
    expect(claims).toMatchObject({
      sub: "seo-check",
      site: SITE,
      gby: "admin:2",
      cns: prepared.consent.digest,
      prv: grant.jti,
      bnd: { ver: "1.3.0", code: "d".repeat(64), manifest: "e".repeat(64) },
      iat: LATER_SECONDS,
      nbf: LATER_SECONDS,
      exp: LATER_SECONDS + MAX_GRANT_LIFETIME_SECONDS,
    });
    expect(claims.jti).not.toBe(grant.jti);
    expect(grantClaimsSchema.parse(claims)).toEqual(claims);
  });

  it("ends when the admin says, and continues nothing where nothing is in force", async () => {
    const prepared = await prepareConsent(SITE, target, { keys: [key.shown] }, {});
    const claims = claimsOf(SITE, target, prepared, { ...signer, lifetimeSeconds: 3600 });
    expect(claims.exp).toBe(LATER_SECONDS + 3600);
    expect(claims).not.toHaveProperty("prv");
  });
});

describe("claimsContinuing", () => {
  it("narrows until the old end, by whoever narrows, resting on the same consent", async () => {
    const claims = claimsContinuing(SITE, target, old, new Map([["hook:beforePublish", {}]]), signer);
    expect(shownOf(claims)).toEqual({ "hook:beforePublish": {} });
    expect(claims).toMatchObject({
      gby: "admin:2",
      cns: old.cns,
      prv: old.jti,
      exp: old.exp,
      iat: LATER_SECONDS,
    });
    expect(claims.jti).not.toBe(old.jti);
    await expect(mintGrant(claims, key.signing)).resolves.toBeTypeOf("string");
  });

  it("updates on its own with the admin, the digest and the end of the consent that it rests on", () => {
    const update = consentTargetOf(makeInstall({ update: makeUpdate(ASKED) }), "newest");
    const claims = claimsContinuing(SITE, update, old, granted, machine);
    expect(claims).toMatchObject({ gby: old.gby, cns: old.cns, prv: old.jti, exp: old.exp });
    expect(claims.bnd).toEqual({ ver: "1.3.0", code: "d".repeat(64), manifest: "e".repeat(64) });
  });

  it("gives a grant that has ended no time that the mint would sign", async () => {
    const ended = makeClaims({ ...old, iat: NOW_SECONDS - DAY_SECONDS, exp: NOW_SECONDS });
    const claims = claimsContinuing(SITE, target, ended, granted, machine);
    await expect(mintGrant(claims, key.signing)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it.each<[string, Authority, object, string]>([
    ["a scope more", new Map([...granted, ["write:kv", {}]]), {}, "wider than it"],
    ["a wider caveat", new Map([["read:pages", { collections: ["pages"] }]]), {}, "wider than it"],
    ["a scope that the manifest lacks", new Map([["read:kv", {}]]), { scope: "read:kv" }, "manifest asks"],
    ["nothing at all", new Map(), {}, "grant of nothing"],
    ["another plugin's claims", granted, { sub: "other-one" }, "its own plugin and site"],
    ["another site's claims", granted, { site: "elsewhere" }, "its own plugin and site"],
  ])("throws for %s", (_what, authority, changes, message) => {
    const details = { authorization_details: [{ type: "emgate:capability", scope: "read:kv", caveats: {} }] };
    const claims = { ...old, ...changes, ...("scope" in changes && details) } as GrantClaims; // wrong on purpose
    const attempt = () => claimsContinuing(SITE, target, claims, authority, signer);
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow(expect.objectContaining({ name: "EmgateError" }));
  });
});
