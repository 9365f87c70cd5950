import { beforeAll, describe, expect, it } from "vitest";
import type { GrantClaims } from "../../../contracts/grant.ts";
import { deploymentOf } from "../../../services/gateway/env.ts";
import { createSigningKey, mintGrant, openSigningKey } from "../../../services/grants/index.ts";
import { env, events, makeSite, type TestSite } from "../site.ts";

const OTHER_DIGEST = "ab".repeat(32);
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A plugin whose code leaves a mark wherever it can. */
const marking = {
  code: "async beforePublish({ api }) { await api.kv.put('ran', 'yes'); return say('ran'); }",
  scopes: ["hook:beforePublish", "write:kv"],
} as const;

let site: TestSite;
let token: string;
let claims: GrantClaims;

beforeAll(async () => {
  site = await makeSite(marking);
  const [stored] = await site.state.grants();
  token = stored?.token ?? "";
  claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
});

/** Puts a token in the place of the site's live grant, as someone with the object's storage could. */
async function plant(forged: string, jti = claims.jti): Promise<void> {
  await site.writeState("UPDATE grants SET token = ?, jti = ? WHERE live = 1", forged, jti);
}

/** Signed by the deployment's own key; each grant under its own jti, since answers are kept by jti. */
async function signWith(changes: Partial<GrantClaims>): Promise<{ token: string; jti: string }> {
  const changed = { ...claims, jti: crypto.randomUUID(), ...changes };
  return { token: await deploymentOf(env).signGrant(changed), jti: changed.jti };
}

async function expectNothingRuns(code: string): Promise<void> {
  const outcome = await site.hooks.beforePublish(events.beforePublish);
  expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"] });
  expect(outcome.trace.plugins).toMatchObject([{ outcome: "denied", calls: [], error: { code } }]);
  expect(await site.run("probe", "beforePublish", events.beforePublish)).toMatchObject({
    outcome: "denied",
    result: null,
    error: { code },
  });
  expect(await site.readKv()).toEqual({});
}

describe("a grant that the deployment signed", () => {
  it("runs the plugin when every claim fits", async () => {
    const fitting = await makeSite(marking);
    expect((await fitting.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect(await fitting.readKv()).toEqual({ ran: "yes" });
  });

  const { ver, code, manifest } = { ver: "9.9.9", code: OTHER_DIGEST, manifest: OTHER_DIGEST };
  const wrong: Record<string, () => Partial<GrantClaims>> = {
    "another site": () => ({ site: "elsewhere" as GrantClaims["site"] }),
    "another plugin": () => ({ sub: "another" as GrantClaims["sub"] }),
    "another version": () => ({ bnd: { ...claims.bnd, ver } }),
    "another bundle": () => ({ bnd: { ...claims.bnd, code } }),
    "another manifest": () => ({ bnd: { ...claims.bnd, manifest } }),
    "another deployment": () => ({ iss: "someone-else" }),
    "a time to come": () => ({ nbf: nowSeconds() + 600, exp: nowSeconds() + 900 }),
    "an issue in the future": () => ({ iat: nowSeconds() + 600, exp: nowSeconds() + 900 }),
  };
  it.each(Object.entries(wrong))("runs nothing when it is for %s", async (_what, change) => {
    const signed = await signWith(change());
    await plant(signed.token, signed.jti);
    await expectNothingRuns("GRANT_INVALID");
  });

  it("runs nothing when it is not the one that the site holds as live", async () => {
    const signed = await signWith({});
    await plant(signed.token, crypto.randomUUID());
    await expectNothingRuns("GRANT_INVALID");
  });

  it("refuses the gate with GRANT_EXPIRED once it is over", async () => {
    const signed = await signWith({ iat: nowSeconds() - 60, nbf: nowSeconds() - 60, exp: nowSeconds() - 1 });
    await plant(signed.token, signed.jti);
    await expectNothingRuns("GRANT_EXPIRED");
  });

  it("ends while it is in use: the next call after its last second is refused", async () => {
    const brief = await makeSite({ ...marking, grant: { expiresInSeconds: 1 } });
    expect((await brief.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    await scheduler.wait(2_000);
    const outcome = await brief.hooks.beforePublish(events.beforePublish);
    expect(outcome.allow).toBe(false);
    expect(outcome.trace.plugins).toMatchObject([{ error: { code: "GRANT_EXPIRED" } }]);
  });
});

describe("a grant that the deployment did not sign", () => {
  const altered: Record<string, () => string | Promise<string>> = {
    "with a claim changed": () => withPayload({ ...claims, gby: "operator:mallory" }),
    "with another signature": () => token.replace(/.$/, (last) => (last === "A" ? "Q" : "A")),
    "with its signature cut off": () => token.split(".").slice(0, 2).join("."),
    "with the algorithm none": () => withHeader({ alg: "none", kid: keyId(), typ: "emgate-grant+jwt" }),
    "with a key of its own in the header": () =>
      withHeader({ alg: "Ed25519", jwk: { kty: "OKP", crv: "Ed25519", x: "A".repeat(43) }, kid: keyId() }),
    "by another key": async () => mintGrant(claims, await strangersKey()),
    "by another key under the deployment's kid": async () =>
      mintGrant(claims, { ...(await strangersKey()), kid: keyId() }),
    "that is no token": () => "nonsense",
    "that is longer than a grant may be": () => `${token}${"A".repeat(9_000)}`,
  };
  it.each(Object.entries(altered))("runs nothing %s", async (_how, forge) => {
    await plant(await forge(), crypto.randomUUID());
    await expectNothingRuns("GRANT_INVALID");
  });
});

async function strangersKey() {
  return openSigningKey(await createSigningKey(env.EMGATE_KEY), env.EMGATE_KEY);
}

function keyId(): string {
  const [head = ""] = token.split(".");
  return JSON.parse(atob(head)).kid;
}

function withPayload(payload: object): string {
  const [head, , signature] = token.split(".");
  return [head, encode(payload), signature].join(".");
}

function withHeader(header: object): string {
  return [encode(header), ...token.split(".").slice(1)].join(".");
}

function encode(value: object): string {
  return btoa(JSON.stringify(value)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
