import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import { SIGN_IN_SESSION_MS } from "../../../contracts/limits.ts";
import type { NewToken } from "../../../services/site-state/index.ts";
import { BY, dumpStorage, env, inDeployment, makeDeployment, readAuditOf } from "./fixture.ts";

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

describe.concurrent("Deployment, tokens", { timeout: 30_000 }, () => {
  it("stand for their role, site and label, by their digest", async () => {
    const { deployment } = makeDeployment();
    const { token, id, ...status } = await deployment.createToken(makeToken(), BY);
    expect(status).toMatchObject({ role: "core", site: "demo", label: "core of demo", expiresAt: null });
    const identity = { id, role: "core", site: "demo", label: "core of demo" };
    expect(await deployment.identify(await sha256Hex(token))).toEqual(identity);
    expect(await deployment.identify(await sha256Hex(token))).toEqual(identity);
  });

  it("are random: 32 bytes, never twice", async () => {
    const { deployment } = makeDeployment();
    const made = await Promise.all(Array.from({ length: 20 }, () => deployment.createToken(makeToken(), BY)));
    expect(new Set(made.map(({ token }) => token)).size).toBe(20);
    for (const { token } of made) expect(token).toMatch(/^emg_[A-Za-z0-9_-]{43}$/);
  });

  it("are stored as their SHA-256 and in no other form", async () => {
    const { name, deployment } = makeDeployment();
    const { token } = await deployment.createToken(makeToken(), BY);
    const stored = await inDeployment(name, dumpStorage);
    expect(stored).toContain(await sha256Hex(token));
    expect(stored).not.toContain(token.slice(4, 20));
    expect(stored).not.toContain(token.slice(-16));
  });

  it("are not found by anything but the whole digest", async () => {
    const { deployment } = makeDeployment();
    const { token, id } = await deployment.createToken(makeToken(), BY);
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
    const { token, expiresAt } = await deployment.createToken(makeToken({ lifetimeMs: 2_000 }), BY);
    const hash = await sha256Hex(token);
    expect(await deployment.identify(hash)).not.toBeNull();
    await scheduler.wait(Date.parse(expiresAt ?? "") - Date.now() + 1);
    expect(await deployment.identify(hash)).toBeNull();
  });

  it("that sign in are used up by asking, also when two ask at once and after a restart", async () => {
    const { name, deployment } = makeDeployment();
    const { token } = await deployment.createToken(makeToken({ singleUse: true }), BY);
    const hash = await sha256Hex(token);
    const answers = await Promise.all(Array.from({ length: 10 }, () => deployment.identify(hash)));
    expect(answers.filter((identity) => identity !== null)).toHaveLength(1);
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    expect(await deployment.identify(hash)).toBeNull();
  });

  it("are listed without what would let one in", async () => {
    const { deployment } = makeDeployment();
    const { token, ...status } = await deployment.createToken(makeToken({ lifetimeMs: 60_000 }), BY);
    expect(await deployment.listTokens(null)).toEqual([status]);
    expect(JSON.stringify(await deployment.listTokens(null))).not.toContain(await sha256Hex(token));
  });

  it("that sign in stand for the session they opened, which has an end", async () => {
    const { deployment } = makeDeployment();
    const sixtySeconds = makeToken({ singleUse: true, lifetimeMs: 60_000 });
    const { token, id } = await deployment.createToken(sixtySeconds, BY);
    const usedAtMs = Date.now();
    await deployment.identify(await sha256Hex(token));
    const [status] = await deployment.listTokens(null);
    expect(Date.parse(status?.expiresAt ?? "")).toBeGreaterThanOrEqual(usedAtMs + SIGN_IN_SESSION_MS);
    expect(Date.parse(status?.expiresAt ?? "")).toBeLessThanOrEqual(Date.now() + SIGN_IN_SESSION_MS);
    const standing = { live: true, expiresAtMs: Date.parse(status?.expiresAt ?? "") };
    expect(await deployment.leaseToken(id, null)).toMatchObject({ snapshot: standing });
  });

  it("that were used long ago let nobody in and end their session", async () => {
    const { name, deployment } = makeDeployment();
    const { token, id } = await deployment.createToken(makeToken({ singleUse: true }), BY);
    await deployment.identify(await sha256Hex(token));
    await inDeployment(name, ({ sql }) => {
      sql.exec("UPDATE tokens SET expires_at_ms = ?", Date.now());
    });
    expect(await deployment.leaseToken(id, null)).toMatchObject({ snapshot: { live: false } });
    expect(await deployment.identify(await sha256Hex(token))).toBeNull();
    await deployment.createToken(makeToken({ label: "the next" }), BY);
    expect(await deployment.listTokens(null)).toMatchObject([{ label: "the next" }]);
  });

  it("end when they are revoked, once", async () => {
    const { deployment } = makeDeployment();
    const kept = await deployment.createToken(makeToken(), BY);
    const { token, id } = await deployment.createToken(makeToken(), BY);
    expect(await deployment.revokeToken(id, null, BY)).toMatchObject({ revoked: true });
    expect(await deployment.revokeToken(id, null, BY)).toMatchObject({ revoked: false });
    expect(await deployment.identify(await sha256Hex(token))).toBeNull();
    expect(await deployment.identify(await sha256Hex(kept.token))).toMatchObject({ id: kept.id });
  });

  it("of another site, or of none, are not a site's to list or revoke", async () => {
    const { deployment } = makeDeployment();
    const mine = await deployment.createToken(makeToken(), BY);
    const theirs = await deployment.createToken(makeToken({ site: "another" }), BY);
    const everywhere = await deployment.createToken(makeToken({ role: "operator", site: null }), BY);
    expect((await deployment.listTokens("demo")).map(({ id }) => id)).toEqual([mine.id]);
    for (const { id } of [theirs, everywhere]) {
      expect(await deployment.revokeToken(id, "demo", BY)).toMatchObject({ revoked: false });
    }
    expect(await deployment.listTokens(null)).toHaveLength(3);
    expect(await deployment.revokeToken(mine.id, "demo", BY)).toMatchObject({ revoked: true });
  });

  it("lend their standing to sessions: «unchanged» while they stand, another revision when they fell", async () => {
    const { deployment } = makeDeployment();
    const { id } = await deployment.createToken(makeToken(), BY);
    const answer = await deployment.leaseToken(id, null);
    expect(answer).toMatchObject({ snapshot: { live: true, expiresAtMs: null } });
    expect(await deployment.leaseToken(id, answer.rev)).toMatchObject({ unchanged: true });
    const revoked = deployment.revokeToken(id, null, BY);
    const fallen = await deployment.leaseToken(id, answer.rev);
    expect(fallen).toMatchObject({ snapshot: { live: false, expiresAtMs: null } });
    expect(fallen.rev).toBeGreaterThan(answer.rev);
    await revoked;
    expect(await deployment.leaseToken("nobody", null)).toMatchObject({ snapshot: { live: false } });
  });

  it("leave their ids, roles, sites and labels in the audit log, and nothing that lets one in", async () => {
    const { deployment } = makeDeployment();
    const { token, id } = await deployment.createToken(makeToken({ singleUse: true }), BY);
    await deployment.identify(await sha256Hex(token));
    await deployment.identify(await sha256Hex(token));
    await deployment.revokeToken(id, "demo", BY);
    const about = { id, role: "core", site: "demo", label: "core of demo" };
    const entries = await readAuditOf(deployment);
    expect(entries).toMatchObject([
      { kind: "token", action: "create", actor: BY, detail: about },
      { kind: "token", action: "sign-in", actor: `core:${id}`, detail: about },
      { kind: "token", action: "revoke", actor: BY, detail: about },
    ]);
    expect(JSON.stringify(entries)).not.toContain(token.slice(4, 20));
    expect(JSON.stringify(entries)).not.toContain(await sha256Hex(token));
  });
});

describe.concurrent("Deployment, sites", () => {
  it("are listed by name, each once", async () => {
    const { deployment } = makeDeployment();
    for (const site of ["zeta", "alpha", "zeta"]) await deployment.addSite(site, BY);
    expect(await deployment.listSites()).toEqual(["alpha", "zeta"]);
    expect(await readAuditOf(deployment)).toMatchObject([
      { kind: "site", action: "create", actor: BY, detail: { site: "zeta" } },
      { kind: "site", action: "create", actor: BY, detail: { site: "alpha" } },
    ]);
  });
});
