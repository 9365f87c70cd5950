import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { KeyStatus } from "../../../contracts/rpc.ts";
import { readGrant } from "../../../services/grants/index.ts";
import { makeClaims } from "../grants/fixture.ts";
import {
  BY,
  type DeploymentStub,
  env,
  failureOf,
  inDeployment,
  makeDeployment,
  readAuditOf,
} from "./fixture.ts";

const TIMEOUT_MS = 30_000;

/** A deployment with the key that it made first. */
async function makeKeyedDeployment() {
  const made = makeDeployment();
  await made.deployment.lease(null);
  const [first] = await made.deployment.listKeys();
  if (first === undefined) throw new Error("a deployment without a key");
  return { ...made, first };
}

/** Which key signs now, by what a grant verifies with. */
async function readSigner(deployment: DeploymentStub): Promise<string | null> {
  const token = await deployment.signGrant(makeClaims());
  const answer = await deployment.lease(null);
  if (!("snapshot" in answer)) throw new Error("a lease without a snapshot");
  const read = await readGrant(token, answer.snapshot);
  return read.ok ? read.kid : null;
}

const stateOf = (keys: readonly KeyStatus[]) =>
  Object.fromEntries(keys.map(({ kid, state }) => [kid, state]));

describe.concurrent("Deployment, rotation", { timeout: TIMEOUT_MS }, () => {
  it("signs with the new key at once, though the old one is in memory, and after a restart", async () => {
    const { name, deployment, first } = await makeKeyedDeployment();
    expect(await readSigner(deployment)).toBe(first.kid);
    const second = await deployment.rotateKey(BY);
    expect(second).toMatchObject({ state: "current", retiredAt: null });
    expect(await readSigner(deployment)).toBe(second.kid);
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    expect(await readSigner(deployment)).toBe(second.kid);
    expect(stateOf(await deployment.listKeys())).toEqual({
      [first.kid]: "previous",
      [second.kid]: "current",
    });
  });

  it("leaves grants of the key before good", async () => {
    const { deployment } = await makeKeyedDeployment();
    const token = await deployment.signGrant(makeClaims());
    await deployment.rotateKey(BY);
    const answer = await deployment.lease(null);
    if (!("snapshot" in answer)) throw new Error("a lease without a snapshot");
    expect(await readGrant(token, answer.snapshot)).toMatchObject({ ok: true });
  });

  it("of several at once, with grants signed meanwhile, leaves one current key, which signs", async () => {
    const { deployment } = await makeKeyedDeployment();
    const calls = Array.from({ length: 5 }, () => [
      deployment.rotateKey(BY),
      deployment.signGrant(makeClaims()),
      deployment.lease(null),
    ]);
    await Promise.all(calls.flat());
    const keys = await deployment.listKeys();
    expect(keys).toHaveLength(6);
    const current = keys.filter(({ state }) => state === "current");
    expect(current).toHaveLength(1);
    expect(await readSigner(deployment)).toBe(current[0]?.kid);
  });

  it("of a deployment that has no key yet makes its first, also where others ask meanwhile", async () => {
    const { deployment } = makeDeployment();
    await Promise.all([deployment.lease(null), deployment.rotateKey(BY), deployment.signGrant(makeClaims())]);
    const keys = await deployment.listKeys();
    expect(keys.filter(({ state }) => state === "current")).toHaveLength(1);
    expect(await readSigner(deployment)).toBe(keys.find(({ state }) => state === "current")?.kid);
  });

  it("cannot store two current keys, whoever writes them", async () => {
    const { name } = await makeKeyedDeployment();
    await inDeployment(name, ({ sql }) => {
      const insert =
        "INSERT INTO keys (kid, x, sealed, state, created_at) VALUES ('k', 'x', 's', 'current', '2026')";
      expect(() => sql.exec(insert)).toThrow(/UNIQUE/);
    });
  });
});

describe.concurrent("Deployment, retirement", { timeout: TIMEOUT_MS }, () => {
  it("ends the key's grants for every lease from its first moment on", async () => {
    const { deployment, first } = await makeKeyedDeployment();
    const token = await deployment.signGrant(makeClaims());
    const { kid } = await deployment.rotateKey(BY);
    const retired = deployment.retireKey(first.kid, BY, "it leaked");
    const answer = await deployment.lease(null);
    expect(answer).toMatchObject({ snapshot: { keys: [{ kid }] } });
    if (!("snapshot" in answer)) throw new Error("a lease without a snapshot");
    expect(await readGrant(token, answer.snapshot)).toMatchObject({ ok: false });
    expect(await retired).toMatchObject({ kid: first.kid, state: "retired", retiredAt: expect.any(String) });
  });

  it("is refused for the current key, saying to rotate first, and for one that is not there", async () => {
    const { deployment, first } = await makeKeyedDeployment();
    expect(await failureOf(deployment.retireKey(first.kid, BY))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("rotate"),
    });
    expect(await failureOf(deployment.retireKey("nobody", BY))).toMatchObject({ code: "NOT_FOUND" });
    expect(await deployment.listKeys()).toEqual([first]);
  });

  it("is told to the audit log once, with the rotation before it and who made the first key", async () => {
    const { deployment, first } = await makeKeyedDeployment();
    const { kid } = await deployment.rotateKey(BY);
    const retired = deployment.retireKey(first.kid, BY, "it leaked");
    const again = await deployment.retireKey(first.kid, "operator:o2");
    expect(await retired).toMatchObject({ retiredAt: again.retiredAt });
    expect(await readAuditOf(deployment)).toMatchObject([
      { kind: "key", action: "create", actor: "system", detail: { kid: first.kid } },
      { kind: "key", action: "rotate", actor: BY, detail: { kid, previous: first.kid } },
      { kind: "key", action: "retire", actor: BY, reason: "it leaked", detail: { kid: first.kid } },
    ]);
  });
});

describe.concurrent("Deployment, yanks", { timeout: TIMEOUT_MS }, () => {
  const yank = { plugin: "seo-check", version: "1.0.0", code: "a".repeat(64), reason: "it steals" };

  it("are in every lease from then on, and the same again changes nothing", async () => {
    const { deployment } = await makeKeyedDeployment();
    const [first, again] = await Promise.all([
      deployment.yank(yank, BY),
      deployment.yank(yank, "operator:o2"),
    ]);
    expect(again?.yankedAt).toBe(first?.yankedAt);
    await deployment.yank({ ...yank, code: "b".repeat(64), version: "1.0.1" }, BY);
    expect(await deployment.lease(null)).toMatchObject({
      rev: 3,
      snapshot: { yanked: [yank.code, "b".repeat(64)] },
    });
    const { entries } = await deployment.audit({ kind: "yank", limit: 10 });
    expect(entries).toMatchObject([
      { actor: BY, plugin: "seo-check", reason: "it steals", detail: { version: "1.0.0", code: yank.code } },
      { detail: { version: "1.0.1" } },
    ]);
  });
});
