import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import type { NewToken } from "../../../services/site-state/index.ts";
import { type DeploymentStub, deploymentNamed, dumpStorage, env, makeName } from "./fixture.ts";

function makeToken(changes: Partial<NewToken> = {}): NewToken {
  return {
    role: "core",
    site: "demo",
    label: "core of demo",
    lifetimeMs: null,
    singleUse: false,
    ...changes,
  };
}

function makeDeployment(): { name: string; deployment: DeploymentStub } {
  const name = makeName("deployment");
  return { name, deployment: deploymentNamed(name) };
}

describe.concurrent("Deployment, tokens", () => {
  it("stand for their role, site and label, by their digest", async () => {
    const { deployment } = makeDeployment();
    const { token, id, ...status } = await deployment.createToken(makeToken());
    expect(status).toMatchObject({ role: "core", site: "demo", label: "core of demo", expiresAt: null });
    const identity = { id, role: "core", site: "demo", label: "core of demo" };
    expect(await deployment.identify(await sha256Hex(token))).toEqual(identity);
    expect(await deployment.identify(await sha256Hex(token))).toEqual(identity);
  });

  it("are random: 32 bytes, never twice", async () => {
    const { deployment } = makeDeployment();
    const made = await Promise.all(Array.from({ length: 20 }, () => deployment.createToken(makeToken())));
    expect(new Set(made.map(({ token }) => token)).size).toBe(20);
    for (const { token } of made) expect(token).toMatch(/^emg_[A-Za-z0-9_-]{43}$/);
  });

  it("are stored as their SHA-256 and in no other form", async () => {
    const { name, deployment } = makeDeployment();
    const { token } = await deployment.createToken(makeToken());
    const stored = await runInDurableObject(env.DEPLOYMENT.getByName(name), (_object, { storage }) =>
      dumpStorage(storage),
    );
    expect(stored).toContain(await sha256Hex(token));
    expect(stored).not.toContain(token.slice(4, 20));
    expect(stored).not.toContain(token.slice(-16));
  });

  it("are not found by anything but the whole digest", async () => {
    const { deployment } = makeDeployment();
    const { token, id } = await deployment.createToken(makeToken());
    const hash = await sha256Hex(token);
    for (const guess of [
      "",
      "%",
      token,
      id,
      hash.toUpperCase(),
      hash.slice(0, 63),
      `${hash} `,
      "' OR 1=1 --",
    ]) {
      expect(await deployment.identify(guess)).toBeNull();
    }
  });

  it("are good until they expire, and not a moment longer", async () => {
    const { deployment } = makeDeployment();
    const { token, expiresAt } = await deployment.createToken(makeToken({ lifetimeMs: 2_000 }));
    const hash = await sha256Hex(token);
    expect(await deployment.identify(hash)).not.toBeNull();
    await scheduler.wait(Date.parse(expiresAt ?? "") - Date.now() + 1);
    expect(await deployment.identify(hash)).toBeNull();
  });

  it("that sign in are used up by asking, also when two ask at once and after a restart", async () => {
    const { name, deployment } = makeDeployment();
    const { token } = await deployment.createToken(makeToken({ singleUse: true }));
    const hash = await sha256Hex(token);
    const answers = await Promise.all(Array.from({ length: 10 }, () => deployment.identify(hash)));
    expect(answers.filter((identity) => identity !== null)).toHaveLength(1);
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    expect(await deployment.identify(hash)).toBeNull();
    expect(await deployment.listTokens()).toEqual([]);
  });

  it("are listed without what would let one in", async () => {
    const { deployment } = makeDeployment();
    const { token, ...status } = await deployment.createToken(makeToken({ lifetimeMs: 60_000 }));
    expect(await deployment.listTokens()).toEqual([status]);
    expect(JSON.stringify(await deployment.listTokens())).not.toContain(await sha256Hex(token));
  });

  it("end when they are revoked, once", async () => {
    const { deployment } = makeDeployment();
    const kept = await deployment.createToken(makeToken());
    const { token, id } = await deployment.createToken(makeToken());
    expect(await deployment.revokeToken(id)).toBe(true);
    expect(await deployment.revokeToken(id)).toBe(false);
    expect(await deployment.identify(await sha256Hex(token))).toBeNull();
    expect(await deployment.identify(await sha256Hex(kept.token))).toMatchObject({ id: kept.id });
  });
});

describe.concurrent("Deployment, sites", () => {
  it("are listed by name, each once", async () => {
    const { deployment } = makeDeployment();
    for (const site of ["zeta", "alpha", "zeta"]) await deployment.addSite(site);
    expect(await deployment.listSites()).toEqual(["alpha", "zeta"]);
  });
});
