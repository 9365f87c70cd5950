import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import { siteLogOf, siteStateOf } from "../../../services/gateway/env.ts";
import { createSigningKey, readGrant } from "../../../services/grants/index.ts";
import { claimDueDeliveries } from "../../../services/site-state/deliveries.ts";
import { makeClaims } from "../grants/fixture.ts";
import {
  BY,
  dumpStorage,
  env,
  forNextRelease,
  inDeployment,
  inSite,
  makeDeployment,
  makeGrant,
  makeInstall,
  makeManifest,
  makeName,
  makeSite,
  nextRelease,
  readAuditOf,
  readSnapshotOf,
  type Site,
} from "./fixture.ts";

/** The first release's tables, as it made them. */
const SITE_TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE installs (
    plugin TEXT PRIMARY KEY, install_id TEXT NOT NULL, version TEXT NOT NULL, code TEXT NOT NULL,
    manifest_digest TEXT NOT NULL, manifest TEXT NOT NULL, enabled INTEGER NOT NULL,
    position INTEGER NOT NULL, installed_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE grants (
    jti TEXT PRIMARY KEY, plugin TEXT NOT NULL, token TEXT NOT NULL, live INTEGER NOT NULL,
    granted_at TEXT NOT NULL, ended_at TEXT
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX one_live_grant ON grants (plugin) WHERE live = 1;
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, plugin TEXT NOT NULL, hook TEXT NOT NULL, event TEXT NOT NULL,
    attempt INTEGER NOT NULL, continuation INTEGER NOT NULL, next_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead')), error TEXT, updated_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;
const DEPLOYMENT_TABLES = `
  CREATE TABLE keys (
    kid TEXT PRIMARY KEY, x TEXT NOT NULL, sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'previous', 'retired')), created_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, site TEXT, label TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at_ms INTEGER, single_use INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE sites (site TEXT PRIMARY KEY, created_at TEXT NOT NULL) WITHOUT ROWID;
`;

/** When its delivery is due: no alarm of a test gets there first. */
const FAR_MS = Date.parse("2100-01-01T00:00:00.000Z");

/** A site as the first release left it: one plugin, granted, a delivery to it, and a policy of one word. */
async function makeOldSite(): Promise<{ name: string; site: Site }> {
  const name = makeName("old");
  await inSite(name, ({ sql }) => {
    sql.exec(SITE_TABLES);
    const info = { id: name, name, url: "https://old.example", locale: "en", createdAt: "2026" };
    sql.exec(
      "INSERT INTO meta VALUES ('site', ?), ('rev', '7'), ('gatePolicy', 'allow')",
      JSON.stringify(info),
    );
    const manifest = JSON.stringify(makeManifest());
    const { plugin, version, code, manifestDigest } = makeInstall();
    sql.exec(
      "INSERT INTO installs VALUES (?, 'install-1', ?, ?, ?, ?, 1, 1, '2026')",
      plugin,
      version,
      code,
      manifestDigest,
      manifest,
    );
    sql.exec("INSERT INTO grants VALUES ('jti-0', 'seo-check', 't0', 0, '2025', '2026-01-01T00:00:00.000Z')");
    sql.exec("INSERT INTO grants VALUES ('jti-1', 'seo-check', 't1', 1, '2026', NULL)");
    sql.exec(
      "INSERT INTO deliveries VALUES ('d1', 'seo-check', 'afterPublish', '{}', 0, 0, ?, 'pending', NULL, 0)",
      FAR_MS,
    );
  });
  await evictDurableObject(env.SITE_STATE.getByName(name));
  return { name, site: siteStateOf(env, name) };
}

describe.concurrent("a site of the first release", { timeout: 30_000 }, () => {
  it("is read with what it had, and sensible values for what it had not", async () => {
    const { name, site } = await makeOldSite();
    const { plugins, policy } = await readSnapshotOf(site);
    expect(policy).toEqual({ gate: "allow", updates: "ask", recordings: "local" });
    expect(plugins).toEqual([
      {
        ...makeInstall(),
        installId: "install-1",
        enabled: true,
        position: 1,
        settings: {},
        grant: { jti: "jti-1", token: "t1", issuedAtSeconds: 0, expiresAtSeconds: 0, renews: null },
        update: null,
        stopped: null,
        frozen: null,
        database: null,
        breaker: null,
      },
    ]);
    expect(await site.grants()).toMatchObject([
      { jti: "jti-1", version: null },
      { jti: "jti-0", version: null },
    ]);
    expect(await site.history("seo-check")).toMatchObject({
      current: { version: "1.0.0", token: "t1", leftAtMs: null },
      before: null,
      databases: [],
    });
    expect(await readAuditOf(site)).toEqual([]);
    expect(await inSite(name, (storage) => storage.getAlarm())).toBeNull();
  });

  it("has what its policy lacks as it comes, where a release before recordings wrote it", async () => {
    const { name, site } = await makeOldSite();
    const written = JSON.stringify({ gate: "allow", updates: "auto" });
    await inSite(name, ({ sql }) =>
      sql.exec("UPDATE meta SET value = ? WHERE key = 'policy'", written).toArray(),
    );
    const expected = { gate: "allow", updates: "auto", recordings: "local" };
    expect((await readSnapshotOf(site)).policy).toEqual(expected);
    expect((await site.setPolicy({ recordings: "off" }, BY)).policy).toEqual({
      ...expected,
      recordings: "off",
    });
  });

  it("is brought up once: another start changes nothing", async () => {
    const { name, site } = await makeOldSite();
    await site.setPolicy({ gate: "refuse" }, BY);
    const before = await inSite(name, dumpStorage);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    expect((await readSnapshotOf(siteStateOf(env, name))).policy.gate).toBe("refuse");
    expect(await inSite(name, dumpStorage)).toBe(before);
  });

  it("has its deliveries made: they name no install, so they are for whichever there is", async () => {
    const { name, site } = await makeOldSite();
    await site.read();
    const due = await inSite(name, ({ sql }) => claimDueDeliveries(sql, FAR_MS, 10));
    expect(due).toMatchObject([{ id: "d1", installId: null, attempt: 1 }]);
  });

  it("does all that a new one does", async () => {
    const { name, site } = await makeOldSite();
    expect(await site.install(nextRelease, BY)).toMatchObject({ status: "held", epoch: 8 });
    await site.putGrant(makeGrant("jti-2", { ...forNextRelease, previous: "jti-1" }));
    expect(await site.setEnabled("seo-check", false, BY)).toMatchObject({ changed: true });
    await site.setSettings("seo-check", { depth: 3 }, BY);
    await site.setOrder(["seo-check"], BY);
    await site.setPolicy({ updates: "auto" }, BY);
    await site.enqueue([]);
    const denial = {
      plugin: "seo-check",
      hook: null,
      scope: null,
      jti: null,
      reason: "r",
      count: 1,
    } as const;
    await site.recordDenials([{ ...denial, plugin: makeManifest().id }]);
    const [plugin] = (await readSnapshotOf(site)).plugins;
    expect(plugin).toMatchObject({
      version: "1.1.0",
      enabled: false,
      settings: { depth: 3 },
      installId: "install-1",
    });
    expect(await site.revoke("seo-check", BY)).toMatchObject({ jti: "jti-2" });
    expect(await site.uninstall("seo-check", BY)).toMatchObject({ jti: null });
    const actions = (await readAuditOf(site)).map(({ action }) => action);
    expect(actions).toEqual([
      "hold",
      "update",
      "disable",
      "settings",
      "policy",
      "deny",
      "revoke",
      "uninstall",
    ]);
    expect(
      await inSite(name, ({ sql }) => sql.exec("SELECT * FROM meta WHERE key = 'gatePolicy'").toArray()),
    ).toEqual([]);
  });
});

describe.concurrent("a site of the release that kept no keys", { timeout: 30_000 }, () => {
  it("keeps the database of an old major as long as it was to, and its keys with it", async () => {
    const { name, site } = await makeSite();
    await site.install(makeInstall("a", { version: "2.0.0" }), BY);
    const [{ installId = "" } = {}] = (await readSnapshotOf(site)).plugins;
    await inSite(name, ({ sql }) => {
      sql.exec("DROP TABLE retired_state");
      for (const [major, endsAt] of [
        [1, FAR_MS],
        [2, null],
      ] as const) {
        const row = [major, installId, `PLUGIN_DB_${major}`, endsAt] as const;
        sql.exec("INSERT INTO databases VALUES ('seo-check', ?, ?, ?, ?)", ...row);
      }
    });
    await evictDurableObject(env.SITE_STATE.getByName(name));
    const owner = { plugin: "seo-check", installId };
    expect(await siteStateOf(env, name).listState(null)).toEqual([
      { ...owner, major: 2, isInUse: true, isErasing: false, endsAtMs: null },
      { ...owner, major: 1, isInUse: false, isErasing: false, endsAtMs: FAR_MS },
    ]);
    expect(await siteStateOf(env, name).claimDatabase({ ...owner, major: 1 })).toEqual({ endsAtMs: FAR_MS });
    const later = siteStateOf(env, name);
    await inSite(name, ({ sql }) => sql.exec("UPDATE databases SET ends_at = 1 WHERE major = 1"));
    expect(await later.claimDatabase({ ...owner, major: 1 })).toBeNull();
    expect(await inSite(name, (storage) => storage.getAlarm())).not.toBeNull();
  });

  it("counts the keys of a plugin anew, and holds nobody to what it had booked for some", async () => {
    const name = makeName("old-log");
    const object = env.SITE_LOG.getByName(name);
    await runInDurableObject(object, (_object, { storage: { sql } }) => {
      for (const trigger of ["total_new_booking", "total_grown_booking", "total_ended_booking"]) {
        sql.exec(`DROP TRIGGER ${trigger}`);
      }
      sql.exec("DROP TABLE key_totals");
      sql.exec("INSERT INTO bookings VALUES ('notify/install-1', 'k', 50, NULL, 1, 0, 0)");
    });
    await evictDurableObject(object);
    const log = siteLogOf(env, name);
    const booking = { key: "k", bytes: 1, expiresAtMs: null, maxBytes: 10, maxKeys: 10 };
    expect(await log.reserve("notify/install-1/v1", booking)).toEqual({ exceeded: null, toCount: true });
    const rows = await runInDurableObject(object, (_object, { storage: { sql } }) =>
      sql.exec("SELECT owner FROM bookings").toArray(),
    );
    expect(rows).toEqual([{ owner: "notify/install-1/v1" }]);
  });
});

describe.concurrent("a deployment of the release that kept no keys", { timeout: 30_000 }, () => {
  it("hands out databases to two installs of one plugin", async () => {
    const { name, deployment } = makeDeployment();
    await inDeployment(name, ({ sql }) => {
      sql.exec("DROP INDEX one_database_a_holder");
      sql.exec(
        "CREATE UNIQUE INDEX one_database_a_major ON databases (site, plugin, major) WHERE state = 'taken'",
      );
    });
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    const holder = { site: "demo", plugin: "notify", major: 1 };
    const names = [
      await deployment.allotDatabase({ ...holder, installId: "i1" }),
      await deployment.allotDatabase({ ...holder, installId: "i2" }),
    ];
    expect(new Set(names).size).toBe(2);
  });
});

describe.concurrent("a deployment of the first release", { timeout: 30_000 }, () => {
  it("keeps its key, its tokens and its sites, and does all that a new one does", async () => {
    const { name, deployment } = makeDeployment();
    const key = await createSigningKey(env.EMGATE_KEY);
    const hash = await sha256Hex("a-token-of-the-first-release");
    const signInHash = await sha256Hex("a-sign-in-token");
    await inDeployment(name, ({ sql }) => {
      // Made anew by the start that came with this look inside.
      for (const table of ["keys", "tokens", "sites", "yanks"]) sql.exec(`DROP TABLE ${table}`);
      sql.exec(DEPLOYMENT_TABLES);
      sql.exec("INSERT INTO keys VALUES (?, ?, ?, 'current', '2026')", key.kid, key.jwk.x, key.sealed);
      sql.exec("INSERT INTO tokens VALUES ('id-1', ?, 'core', 'demo', '', '2026', NULL, 0)", hash);
      sql.exec("INSERT INTO tokens VALUES ('id-2', ?, 'operator', NULL, '', '2026', NULL, 1)", signInHash);
      sql.exec("INSERT INTO sites VALUES ('demo', '2026')");
    });
    await evictDurableObject(env.DEPLOYMENT.getByName(name));
    const before = await deployment.lease(null);
    expect(before).toMatchObject({ rev: 1, snapshot: { keys: [{ kid: key.kid }], yanked: [] } });
    const token = await deployment.signGrant(makeClaims());
    if (!("snapshot" in before)) throw new Error("a lease without a snapshot");
    expect(await readGrant(token, before.snapshot)).toMatchObject({ ok: true, kid: key.kid });
    expect(await deployment.identify(hash)).toMatchObject({ id: "id-1", site: "demo" });
    expect(await deployment.identify(signInHash)).toMatchObject({ id: "id-2" });
    expect(await deployment.identify(signInHash)).toBeNull();
    expect(await deployment.listSites()).toEqual(["demo"]);
    const { kid } = await deployment.rotateKey(BY);
    expect(await deployment.retireKey(key.kid, BY)).toMatchObject({ state: "retired" });
    await deployment.yank({ plugin: "seo-check", version: "1.0.0", code: "a".repeat(64), reason: "r" }, BY);
    expect(await deployment.revokeToken("id-1", "demo", BY)).toMatchObject({ revoked: true });
    expect(await deployment.lease(null)).toMatchObject({ rev: 4, snapshot: { keys: [{ kid }] } });
  });
});
