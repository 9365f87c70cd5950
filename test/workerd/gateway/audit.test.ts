import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AuditEntry, AuditPage } from "../../../contracts/audit.ts";
import { AuditTrail } from "../../../services/gateway/entrypoints.ts";
import { SiteState } from "../../../services/site-state/index.ts";
import { events, type FixturePlugin, makeSite, openAdmin, refusalOf, type TestSite } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";
import { signInAs } from "./rpc.ts";

const SECRET = "a setting's own value";
const PLUGIN_TEXT = "text of a plugin's own";

const gate: FixturePlugin = {
  code: `async beforePublish({ api }) { return { allow: true, issues: [{ severity: "info", message: "${PLUGIN_TEXT}" }] }; }`,
  scopes: ["hook:beforePublish", "write:kv"],
};

/** Denials are written about a second after they happened. */
async function awaitDenials(site: TestSite, count: number): Promise<readonly AuditEntry[]> {
  return vi.waitFor(
    async () => {
      const { entries } = await site.admin.audit({ site: site.id, kind: "denial" });
      expect(entries.reduce((sum, entry) => sum + entry.count, 0)).toBe(count);
      return entries;
    },
    { timeout: 8_000, interval: 50 },
  );
}

describe("a site's changes", () => {
  let site: TestSite;
  let pages: AuditPage;
  const jtis: Record<string, string | undefined> = {};

  beforeAll(async () => {
    const settings = { type: "object", properties: { greeting: { type: "string", default: "hi" } } };
    const ids = ["renewed", "narrowed", "disabled", "removed", "set"];
    const grant = { caveats: { "hook:beforePublish": { collections: ["posts"] } } };
    site = await makeSite(...ids.map((id) => ({ ...gate, id, manifest: { settings }, grant })));
    for (const id of ids) jtis[id] = (await readLiveGrant(site, id)).claims.jti;
    const { admin } = site;
    const at = (plugin: string) => ({ site: site.id, plugin });
    const version = await site.register({ ...gate, id: "set", scopes: ["hook:beforePublish"] });
    // At once, since each is acknowledged only when no lease of before is left.
    await Promise.all([
      admin.renew(at("renewed")),
      admin.revoke({ ...at("narrowed"), scopes: ["write:kv"], reason: "keeps nothing" }),
      admin.disable({ ...at("disabled"), reason: "too loud" }),
      admin.uninstall({ ...at("removed"), reason: "not needed" }),
      admin.setSettings({ ...at("set"), settings: { greeting: SECRET } }),
      admin.update({ ...at("set"), to: version }),
      admin.setPolicy({ site: site.id, gate: "allow" }),
      admin.setOrder({ site: site.id, plugins: ["set", "renewed"] }),
    ]);
    await Promise.all([
      admin.enable(at("disabled")),
      admin.revoke({ ...at("renewed"), reason: "no longer" }),
      // What is so already is no change.
      admin.setPolicy({ site: site.id, gate: "allow" }),
      admin.setSettings({ ...at("set"), settings: { greeting: SECRET } }),
    ]);
    pages = await admin.audit({ site: site.id });
  }, 20_000);

  it("leave one entry each, that says who did what to which grant and why", () => {
    const by = "operator:test";
    const told = pages.entries.map(({ kind, action, plugin, reason, actor }) => [
      kind,
      action,
      plugin,
      reason,
      actor,
    ]);
    const rows = (...entries: [string, string, string | null, (string | null)?][]) =>
      entries.map(([kind, action, plugin, reason = null]) => [kind, action, plugin, reason, by]);
    const installed = ["renewed", "narrowed", "disabled", "removed", "set"];
    expect(told.slice(0, 11)).toEqual(
      rows(
        ["change", "create", null],
        ...installed.flatMap((id): [string, string, string][] => [
          ["change", "install", id],
          ["consent", "grant", id],
        ]),
      ),
    );
    const expected = rows(
      ["consent", "renew", "renewed"],
      ["revocation", "narrow", "narrowed", "keeps nothing"],
      ["change", "disable", "disabled", "too loud"],
      ["change", "uninstall", "removed", "not needed"],
      ["change", "settings", "set"],
      ["change", "hold", "set"],
      ["change", "policy", null],
      ["change", "order", null],
      ["change", "enable", "disabled"],
      ["revocation", "revoke", "renewed", "no longer"],
    );
    expect(told.slice(11).sort()).toEqual(expected.sort());
  });

  it("name the grant: the new one where one is signed, else the one that it was done to", async () => {
    const of = (action: string, plugin: string) =>
      pages.entries.find((entry) => entry.action === action && entry.plugin === plugin);
    expect(of("grant", "renewed")).toMatchObject({
      jti: jtis.renewed,
      count: 1,
      detail: { previous: null },
    });
    const renewed = of("renew", "renewed");
    expect(renewed?.jti).not.toBe(jtis.renewed);
    expect(renewed?.detail).toMatchObject({ previous: jtis.renewed });
    expect(of("revoke", "renewed")?.jti).toBe(renewed?.jti);
    expect(of("narrow", "narrowed")).toMatchObject({
      jti: (await readLiveGrant(site, "narrowed")).claims.jti,
      detail: { removed: ["write:kv"], previous: jtis.narrowed },
    });
    expect(of("disable", "disabled")?.jti).toBe(jtis.disabled);
    expect(of("uninstall", "removed")?.jti).toBe(jtis.removed);
    expect(of("settings", "set")?.detail).toEqual({ keys: ["greeting"] });
  });

  it("say what was granted: each scope with its caveats", () => {
    const grantedBy = (action: string, plugin: string) =>
      pages.entries.find((entry) => entry.action === action && entry.plugin === plugin)?.detail;
    const publish = { scope: "hook:beforePublish", caveats: { collections: ["posts"] } };
    const whole = { authorization: [publish, { scope: "write:kv", caveats: {} }] };
    expect(grantedBy("grant", "renewed")).toMatchObject(whole);
    expect(grantedBy("renew", "renewed")).toMatchObject(whole);
    expect(grantedBy("narrow", "narrowed")).toMatchObject({ authorization: [publish] });
  });

  it("are read page by page, and by plugin, kind and time", async () => {
    const { admin } = site;
    const read = (query: object) => admin.audit({ site: site.id, ...query });
    const walked: AuditEntry[] = [];
    let cursor: number | undefined;
    do {
      const page: AuditPage = await read({ limit: 4, ...(cursor !== undefined && { cursor }) });
      expect(page.entries.length).toBeLessThanOrEqual(4);
      walked.push(...page.entries);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(walked).toEqual(pages.entries);
    const only = (test: (entry: AuditEntry) => boolean) => ({ entries: pages.entries.filter(test) });
    expect(await read({ plugin: "renewed" })).toEqual(only(({ plugin }) => plugin === "renewed"));
    expect(await read({ kind: "consent" })).toEqual(only(({ kind }) => kind === "consent"));
    expect(await read({ plugin: "set", kind: "revocation" })).toEqual({ entries: [] });
    const since = pages.entries.find(({ action }) => action === "enable")?.at ?? "";
    expect(await read({ since })).toEqual(only(({ at }) => at >= since));
    expect(await read({ since: "2999-01-01T00:00:00+02:00" })).toEqual({ entries: [] });
  });

  it("are read by a viewer of the site, and by one of another site not at all", async () => {
    const viewer = await signInAs("viewer", site.id);
    expect(await viewer.audit({ site: site.id })).toEqual(pages);
    const stranger = await signInAs("viewer", (await makeSite()).id);
    expect(await refusalOf(() => stranger.audit({ site: site.id }))).toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });

  it("hold no token, no setting's value and nothing of a plugin's text", async () => {
    await site.hooks.beforePublish(events.beforePublish);
    const text = JSON.stringify((await site.admin.audit({ site: site.id })).entries);
    for (const { token } of await site.state.grants()) expect(text).not.toContain(token.split(".")[2]);
    expect(text).not.toMatch(/eyJ|emg_/);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(PLUGIN_TEXT);
  });
});

describe("what was denied to a plugin", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("names scope, hook, grant and reason, and nothing that the plugin said", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        await api.kv.put("${PLUGIN_TEXT}", "x").catch(() => {});
        await api.kv.get("other ${PLUGIN_TEXT}").catch(() => {});
        return true;
      }`,
      scopes: [{ scope: "read:kv", caveats: { keyPrefix: "own/" } }, "hook:beforePublish"],
    });
    await site.hooks.beforePublish(events.beforePublish);
    const { jti } = (await readLiveGrant(site)).claims;
    const entries = await awaitDenials(site, 2);
    const same = {
      kind: "denial",
      action: "deny",
      actor: "plugin:probe",
      plugin: "probe",
      hook: "beforePublish",
      jti,
    };
    expect(entries.map(({ id: _id, at: _at, ...entry }) => entry)).toEqual([
      { ...same, scope: "write:kv", reason: "scope not granted", count: 1, detail: null },
      { ...same, scope: "read:kv", reason: "outside the caveat keyPrefix", count: 1, detail: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain(PLUGIN_TEXT);
  });

  it("is counted: a burst of equal ones is an entry or two, and as few writes", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        for (let call = 0; call < 100; call += 1) await api.kv.put("k", "v").catch(() => {});
        return true;
      }`,
    });
    const writes = vi.spyOn(SiteState.prototype, "recordDenials");
    const flushes = vi.spyOn(AuditTrail.prototype, "flush");
    await Promise.all(Array.from({ length: 5 }, () => site.hooks.beforePublish(events.beforePublish)));
    const entries = await awaitDenials(site, 500);
    // Two where the burst lay on both sides of a full minute.
    expect(entries.length).toBeLessThanOrEqual(2);
    expect(writes.mock.calls.length).toBeLessThanOrEqual(5);
    expect(flushes.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it("is told of a grant that is not good too, and of a patch without its scope", async () => {
    const site = await makeSite({
      code: "async beforePublish() { return true; }, async renderHtml() { return { appendBody: '<p>x</p>' }; }",
      scopes: ["hook:beforePublish", "hook:renderHtml"],
    });
    await site.hooks.renderHtml(events.renderHtml);
    await site.writeState("UPDATE grants SET token = 'no token', jti = ? WHERE live = 1", "another");
    await site.hooks.beforePublish(events.beforePublish);
    expect(await awaitDenials(site, 2)).toMatchObject([
      { hook: "renderHtml", scope: "transform:html", reason: "scope not granted" },
      { hook: "beforePublish", scope: null, jti: "another", reason: "not a grant's compact form" },
    ]);
  });

  it("waits for a site whose state cannot be reached, and is written then", async () => {
    const site = await makeSite({ code: "async beforePublish({ api }) { await api.kv.put('k', 'v'); }" });
    const away = vi.spyOn(SiteState.prototype, "recordDenials").mockImplementation(() => {
      throw new Error("away for a moment");
    });
    await site.hooks.beforePublish(events.beforePublish);
    await vi.waitFor(() => expect(away).toHaveBeenCalled(), { timeout: 5_000 });
    vi.restoreAllMocks();
    await site.hooks.beforePublish(events.beforePublish);
    expect(await awaitDenials(site, 2)).toMatchObject([{ scope: "write:kv", count: 2 }]);
  });
});

describe("the deployment's log", () => {
  const code = "export default {};";
  const manifest = JSON.stringify({
    apiVersion: 1,
    id: "registered",
    name: "Registered",
    version: `1.0.${Date.now()}`,
    scopes: [{ scope: "hook:beforePublish", reason: "it is tested" }],
  });
  const readRegistered = async () =>
    (await openAdmin().audit({ plugin: "registered" as never })).entries.map(
      ({ id: _id, at: _at, ...entry }) => entry,
    );

  it("tells of a version once, however often its bytes are registered", async () => {
    await makeSite();
    const before = await readRegistered();
    const submit = () => openAdmin().registerVersion({ manifest, code });
    const [{ version, code: digest }] = await Promise.all([submit(), submit(), submit()]);
    await submit();
    const told = { kind: "change", action: "register", actor: "operator:test", plugin: "registered" };
    const unsaid = { hook: null, scope: null, jti: null, reason: null, count: 1 };
    const registered = { ...told, ...unsaid, detail: { version, code: digest } };
    expect(await readRegistered()).toEqual([...before, registered]);
    const other = { manifest, code: `${code}\n` };
    expect(await refusalOf(() => openAdmin().registerVersion(other))).toMatchObject({ code: "CONFLICT" });
    expect(await readRegistered()).toEqual([...before, registered]);
  });

  it("tells of tokens, keys, yanks and sites, to operators alone", async () => {
    const site = await makeSite();
    const operator = openAdmin();
    const since = new Date().toISOString();
    const made = await operator.createToken({
      role: "viewer",
      site: site.id,
      label: "for a look",
      singleUse: true,
    });
    const version = await site.register({
      code: `async beforePublish() { return "${crypto.randomUUID()}"; }`,
    });
    const yank = { plugin: "probe", version, reason: "it is tested" };
    const [{ kid }] = await Promise.all([
      operator.rotateKey(),
      operator.revokeToken({ id: made.id }),
      operator.yank(yank),
    ]);
    const { entries } = await operator.audit({ since });
    expect(entries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: "token",
          action: "create",
          actor: "operator:test",
          detail: expect.objectContaining({ id: made.id, role: "viewer", label: "for a look" }),
        }),
        expect.objectContaining({
          kind: "token",
          action: "revoke",
          detail: expect.objectContaining({ id: made.id }),
        }),
        expect.objectContaining({ kind: "key", action: "rotate", detail: expect.objectContaining({ kid }) }),
        expect.objectContaining({ kind: "yank", action: "yank", plugin: "probe", reason: "it is tested" }),
      ]),
    );
    expect(JSON.stringify(entries)).not.toContain(made.token);
    for (const role of ["owner", "admin", "viewer"] as const) {
      const session = await signInAs(role, site.id);
      expect(await refusalOf(() => session.audit({}))).toMatchObject({ code: "PERMISSION_DENIED" });
    }
  });
});
