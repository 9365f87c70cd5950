import { evictDurableObject } from "cloudflare:test";
import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import type { DeploymentSnapshot } from "../../../contracts/site.ts";
import { openSigningKey, readGrant } from "../../../services/grants/index.ts";
import { makeClaims } from "../grants/fixture.ts";
import {
  BY,
  type DeploymentStub,
  dumpStorage,
  env,
  failureOf,
  inDeployment,
  makeDeployment,
} from "./fixture.ts";

async function readDeployment(deployment: DeploymentStub): Promise<DeploymentSnapshot> {
  const answer = await deployment.lease(null);
  if (!("snapshot" in answer)) throw new Error("a lease without a snapshot");
  return answer.snapshot;
}

describe.concurrent("Deployment, keys", { timeout: 30_000 }, () => {
  it("makes its first key when it is first asked, and only one, however many ask", async () => {
    const { name, deployment } = makeDeployment();
    const answers = await Promise.all(Array.from({ length: 10 }, () => readDeployment(deployment)));
    expect(answers[0]).toMatchObject({ issuer: "emgate", keys: [{ jwk: { kty: "OKP", crv: "Ed25519" } }] });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await inDeployment(name, ({ sql }) => sql.exec("SELECT kid FROM keys").toArray())).toHaveLength(1);
  });

  it("signs grants that verify with the keys it leases, before and after a restart", async () => {
    const { name, deployment } = makeDeployment();
    const before = await deployment.signGrant(makeClaims());
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    expect(await deployment.signGrant(makeClaims())).toBe(before);
    expect(await readGrant(before, await readDeployment(deployment))).toMatchObject({ ok: true });
  });

  it("does not sign claims that the verifier would refuse", async () => {
    const { deployment } = makeDeployment();
    const claims = makeClaims({ aud: "somebody-else" });
    expect(await failureOf(deployment.signGrant(claims))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("leases nothing but the public part", async () => {
    const { deployment } = makeDeployment();
    const { keys } = await readDeployment(deployment);
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([["jwk", "kid"]]);
    expect(Object.keys(keys[0]?.jwk ?? {}).sort()).toEqual(["crv", "kty", "x"]);
  });

  it("stores the private part sealed: nothing in its storage is a readable key", async () => {
    const { name, deployment } = makeDeployment();
    await deployment.lease(null);
    const stored = await inDeployment(name, dumpStorage);
    expect(stored).not.toContain('"d"');
    const row = await inDeployment(name, ({ sql }) =>
      sql.exec<{ kid: string; x: string; sealed: string }>("SELECT kid, x, sealed FROM keys").one(),
    );
    expect(new TextDecoder("latin1").decode(base64url.decode(row.sealed))).not.toMatch(/"d"|Ed25519/);
    const sealed = {
      kid: row.kid,
      sealed: row.sealed,
      jwk: { kty: "OKP", crv: "Ed25519", x: row.x },
    } as const;
    expect(await openSigningKey(sealed, env.EMGATE_KEY)).toMatchObject({ kid: row.kid });
  });

  it("answers «unchanged» to who knows the keys, and moves on with each change of them", async () => {
    const { deployment } = makeDeployment();
    const { rev } = await deployment.lease(null);
    expect(await deployment.lease(rev)).toMatchObject({ rev, unchanged: true });
    const [first] = await deployment.listKeys();
    const { kid } = await deployment.rotateKey(BY);
    const rotated = await deployment.lease(rev);
    expect(rotated).toMatchObject({ rev: rev + 1, snapshot: { keys: [{}, {}] } });
    await deployment.retireKey(first?.kid ?? "", BY);
    expect(await deployment.lease(rev + 1)).toMatchObject({ rev: rev + 2, snapshot: { keys: [{ kid }] } });
    await deployment.yank({ plugin: "p", version: "1.0.0", code: "a".repeat(64), reason: "r" }, BY);
    expect(await deployment.lease(rev + 2)).toMatchObject({
      rev: rev + 3,
      snapshot: { yanked: ["a".repeat(64)] },
    });
  });

  it("that cannot be opened fails what needs one, and nothing else", async () => {
    const { name, deployment } = makeDeployment();
    await deployment.lease(null);
    const { token, id } = await deployment.createToken(
      { role: "operator", site: null, label: "", lifetimeMs: null, singleUse: false },
      BY,
    );
    await inDeployment(name, ({ sql }) => void sql.exec("UPDATE keys SET sealed = 'AAAA'"));
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    const hash = await sha256Hex(token);
    const [refused, identity] = await Promise.all([
      failureOf(deployment.lease(null)),
      deployment.identify(hash),
    ]);
    expect(refused).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("EMGATE_KEY") });
    expect(identity).toMatchObject({ id });
    expect(await deployment.identify(hash)).toMatchObject({ id });
  });
});
