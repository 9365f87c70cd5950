// The pool of plugins' databases, from install to wiping, through the gateway and on real databases.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { STATE_KEPT_MS, STATE_REST_MS } from "../../../contracts/limits.ts";
import { DEPLOYMENT_NAME, databaseOf, deploymentOf } from "../../../services/gateway/env.ts";
import { isEmptyDatabase } from "../../../services/storage/index.ts";
import { env, events, type FixturePlugin, makeSite, openAdmin, refusalOf, type TestSite } from "../site.ts";

const deployment = deploymentOf(env);
const object = () => env.DEPLOYMENT.getByName(DEPLOYMENT_NAME);
const listPool = () => openAdmin().listPool();
const rowOf = async (name: string) => (await listPool()).find((row) => row.name === name);
const d1Of = (name: string) => databaseOf(env, name) as D1Database; // a name of the pool

/** A plugin that keeps what it is told, by slug, and tells all that it kept. */
const keeper = (id: string, changes: Partial<FixturePlugin> = {}): FixturePlugin => ({
  id,
  code: `
    async beforePublish({ data, api }) {
      await api.db.exec("CREATE TABLE IF NOT EXISTS kept (slug)");
      await api.db.prepare("INSERT INTO kept VALUES (?)").bind(data.slug).run();
      return say((await api.db.prepare("SELECT slug FROM kept").raw()).flat());
    }`,
  scopes: ["hook:beforePublish", "use:db"],
  ...changes,
});

async function keep(site: TestSite, plugin: string, slug: string): Promise<unknown> {
  const report = await site.run(plugin, "beforePublish", { ...events.beforePublish, slug });
  if (report.outcome !== "ok") throw new Error(JSON.stringify(report.error));
  const { issues } = report.result as { issues: { message: string }[] }; // made by say()
  return JSON.parse(issues[0]?.message ?? "null");
}

async function databaseNamed(site: TestSite, plugin: string): Promise<string> {
  const install = (await site.state.read()).plugins.find((candidate) => candidate.plugin === plugin);
  if (typeof install?.database !== "string") throw new Error(`${plugin} has no database`);
  return install.database;
}

const readDue = () =>
  runInDurableObject(object(), (_object, { storage }) =>
    storage.sql
      .exec<{ name: string; due_at: number }>("SELECT name, due_at FROM databases WHERE due_at > 0")
      .toArray(),
  );

/** Lets the time come that the pool waits for, and rings. */
async function letTimePass(name: string): Promise<void> {
  await runInDurableObject(object(), async (_object, { storage }) => {
    storage.sql.exec("UPDATE databases SET due_at = 1 WHERE name = ?", name);
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(object());
}

/** Other tests find a whole pool. */
afterEach(async () => {
  await runInDurableObject(object(), async (_object, { storage }) => {
    storage.sql.exec("UPDATE databases SET state = 'wiping', due_at = 1 WHERE state <> 'free'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(object());
  expect((await listPool()).every(({ state }) => state === "free")).toBe(true);
});

const fillPool = async (leave: number) => {
  const free = (await listPool()).filter(({ state }) => state === "free").length;
  for (let n = 0; n < free - leave; n += 1) {
    await deployment.allotDatabase({ site: "filler", plugin: `filler-${n}`, installId: `i-${n}`, major: 1 });
  }
};

describe("a database of the pool", { timeout: 30_000 }, () => {
  it("is the plugin's from its install on, and holds what it keeps", async () => {
    const site = await makeSite(keeper("keeper-a"));
    const name = await databaseNamed(site, "keeper-a");
    expect(await rowOf(name)).toEqual({
      name,
      state: "taken",
      site: site.id,
      plugin: "keeper-a",
      major: 1,
      since: expect.any(String),
    });
    expect([await keep(site, "keeper-a", "one"), await keep(site, "keeper-a", "two")]).toEqual([
      ["one"],
      ["one", "two"],
    ]);
    expect(await d1Of(name).prepare("SELECT count(*) AS n FROM kept").first("n")).toBe(2);
    expect((await listPool()).filter(({ state }) => state !== "free")).toHaveLength(1);
  });

  it("is not given to a plugin that does not ask for one, which finds none", async () => {
    const code =
      "async beforePublish({ api }) { return say(await api.db.exec('SELECT 1').catch(({ scope }) => scope)); }";
    const site = await makeSite({ code });
    expect(await site.ask()).toBe("use:db");
    expect((await listPool()).every(({ state }) => state === "free")).toBe(true);
  });

  it("is one for each of many installs at once, and one for the same install twice at once", async () => {
    const sites = await Promise.all([makeSite(), makeSite(), makeSite()]);
    const version = await sites[0].register(keeper("keeper-b"));
    const install = ({ id, admin }: TestSite) => admin.install({ site: id, plugin: "keeper-b", version });
    await Promise.all([...sites, ...sites].map(install));
    const names = await Promise.all(sites.map((site) => databaseNamed(site, "keeper-b")));
    expect(new Set(names).size).toBe(3);
    expect((await listPool()).filter(({ state }) => state !== "free")).toHaveLength(3);
  });

  it("stays through updates of its major, and is another in another major; a rollback finds the old one", async () => {
    const site = await makeSite(keeper("keeper-c"));
    const first = await databaseNamed(site, "keeper-c");
    const [{ version: old = "" } = {}] = (await site.state.read()).plugins;
    await keep(site, "keeper-c", "one");
    const next = await site.register(keeper("keeper-c"));
    const goTo = async (to: string) => {
      await site.admin.update({ site: site.id, plugin: "keeper-c", to, dryRun: false });
      await site.admin.grant({ site: site.id, plugin: "keeper-c" });
    };
    await goTo(next);
    expect([await databaseNamed(site, "keeper-c"), await keep(site, "keeper-c", "two")]).toEqual([
      first,
      ["one", "two"],
    ]);
    await site.register(keeper("keeper-c", { manifest: { version: "2.0.0" } }));
    await site.admin.update({ site: site.id, plugin: "keeper-c", to: "2.0.0", dryRun: false });
    // Held: the old version serves on with what it has.
    expect(await keep(site, "keeper-c", "three")).toHaveLength(3);
    await site.admin.grant({ site: site.id, plugin: "keeper-c" });
    const second = await databaseNamed(site, "keeper-c");
    expect(second).not.toBe(first);
    expect(await keep(site, "keeper-c", "new")).toEqual(["new"]);
    await letTimePass(first);
    expect(await rowOf(first)).toMatchObject({ state: "taken", major: 1 });
    await goTo(old);
    expect([await databaseNamed(site, "keeper-c"), await keep(site, "keeper-c", "four")]).toEqual([
      first,
      ["one", "two", "three", "four"],
    ]);
  });

  it("of an old major is kept for a week, and wiped then", async () => {
    const site = await makeSite(keeper("keeper-d"));
    const first = await databaseNamed(site, "keeper-d");
    await keep(site, "keeper-d", "one");
    await site.register(keeper("keeper-d", { manifest: { version: "2.0.0" } }));
    await site.admin.update({ site: site.id, plugin: "keeper-d", to: "2.0.0", dryRun: false });
    const beforeMs = Date.now();
    await site.admin.grant({ site: site.id, plugin: "keeper-d" });
    const { installId = "" } = (await site.state.read()).plugins[0] ?? {};
    const holder = { plugin: "keeper-d", installId, major: 1 };
    const { endsAtMs } = (await site.state.claimDatabase(holder)) ?? {};
    expect(endsAtMs).toBeGreaterThanOrEqual(beforeMs + STATE_KEPT_MS);
    await site.writeState("UPDATE databases SET ends_at = 1 WHERE major = 1");
    await letTimePass(first);
    expect(await rowOf(first)).toMatchObject({ state: "wiping" });
    await letTimePass(first);
    expect(await rowOf(first)).toMatchObject({ state: "free", site: null, plugin: null, major: null });
    expect(await isEmptyDatabase(d1Of(first))).toBe(true);
  });
});

describe("an empty pool", { timeout: 30_000 }, () => {
  it("refuses an install, with nothing half done, and lets it through when there is one again", async () => {
    await fillPool(0);
    const site = await makeSite();
    const version = await site.register(keeper("keeper-e"));
    const install = () => site.admin.install({ site: site.id, plugin: "keeper-e", version });
    expect(await refusalOf(install)).toMatchObject({
      code: "POOL_EMPTY",
      message: expect.stringContaining("keeper-e"),
    });
    expect((await site.state.read()).plugins).toEqual([]);
    const name = (await listPool())[0]?.name ?? "";
    await runInDurableObject(object(), (_object, { storage }) => {
      storage.sql.exec("UPDATE databases SET state = 'wiping' WHERE name = ?", name);
    });
    await letTimePass(name);
    await install();
    expect(await databaseNamed(site, "keeper-e")).toBe(name);
  });

  it("holds an update that needs one: the version that is there stays", async () => {
    const plain = { id: "keeper-f", code: "async beforePublish() { return say('old'); }" };
    const site = await makeSite(plain);
    await fillPool(0);
    const to = await site.register(keeper("keeper-f"));
    const update = () => site.admin.update({ site: site.id, plugin: "keeper-f", to, dryRun: false });
    expect(await refusalOf(update)).toMatchObject({ code: "POOL_EMPTY" });
    expect(await site.ask("keeper-f")).toBe("old");
    expect((await site.state.read()).plugins).toMatchObject([{ update: null, database: null }]);
  });
});

describe("a database that is given back", { timeout: 30_000 }, () => {
  it("is wiped no sooner than what was admitted has landed, and not handed out before", async () => {
    const site = await makeSite(keeper("keeper-g"));
    const name = await databaseNamed(site, "keeper-g");
    await keep(site, "keeper-g", "secret");
    await site.admin.uninstall({ site: site.id, plugin: "keeper-g" });
    const acknowledgedMs = Date.now();
    const [due] = (await readDue()).filter((row) => row.name === name);
    // Set when it was given back, which is the last thing before the acknowledgement.
    expect(due?.due_at).toBeGreaterThan(acknowledgedMs + STATE_REST_MS - 5_000);
    await runDurableObjectAlarm(object());
    expect(await rowOf(name)).toMatchObject({ state: "wiping" });
    expect(await d1Of(name).prepare("SELECT slug FROM kept").first("slug")).toBe("secret");
    await site.add(keeper("keeper-g"));
    expect(await databaseNamed(site, "keeper-g")).not.toBe(name);
    await letTimePass(name);
    expect(await rowOf(name)).toMatchObject({ state: "free" });
    expect(await isEmptyDatabase(d1Of(name))).toBe(true);
  });

  it("shows the next one nothing of before", async () => {
    await fillPool(1);
    const site = await makeSite(keeper("keeper-h"));
    const name = await databaseNamed(site, "keeper-h");
    await keep(site, "keeper-h", "secret");
    await site.admin.uninstall({ site: site.id, plugin: "keeper-h" });
    await letTimePass(name);
    const other = await makeSite(keeper("keeper-i"));
    expect(await databaseNamed(other, "keeper-i")).toBe(name);
    expect(await keep(other, "keeper-i", "mine")).toEqual(["mine"]);
  });

  it("is wiped by the object's next life, also where only the word that it was is lost", async () => {
    const site = await makeSite(keeper("keeper-j"));
    const name = await databaseNamed(site, "keeper-j");
    await keep(site, "keeper-j", "secret");
    await site.admin.uninstall({ site: site.id, plugin: "keeper-j" });
    await evictDurableObject(object());
    expect(await rowOf(name)).toMatchObject({ state: "wiping" });
    await d1Of(name).exec("DROP TABLE kept");
    await letTimePass(name);
    expect(await rowOf(name)).toMatchObject({ state: "free" });
  });

  it("is found when nobody said so, and then given time too", async () => {
    const site = await makeSite(keeper("keeper-k"));
    const name = await databaseNamed(site, "keeper-k");
    // As by a gateway that ends between the site's answer and the pool's.
    await site.state.uninstall("keeper-k", "admin:a1");
    await letTimePass(name);
    expect(await rowOf(name)).toMatchObject({ state: "wiping" });
    const [due] = (await readDue()).filter((row) => row.name === name);
    expect(due?.due_at).toBeGreaterThan(Date.now() + STATE_REST_MS);
  });

  it("that is not empty when it is next in turn is wiped again, and another one is handed out", async () => {
    const [first] = await listPool();
    const name = first?.name ?? "";
    await d1Of(name).exec("CREATE TABLE late (a)");
    const site = await makeSite(keeper("keeper-l"));
    expect(await databaseNamed(site, "keeper-l")).not.toBe(name);
    await runDurableObjectAlarm(object());
    expect(await rowOf(name)).toMatchObject({ state: "free" });
    expect(await isEmptyDatabase(d1Of(name))).toBe(true);
  });
});

describe("an install that breaks off after it was allotted a database", { timeout: 30_000 }, () => {
  const allot = async (site: TestSite, plugin: string) => {
    const { installId } = await site.state.reserveDatabase(plugin, 1);
    const name = await deployment.allotDatabase({ site: site.id, plugin, installId, major: 1 });
    return { installId, name };
  };

  it("gets the same one when it is tried again", async () => {
    const site = await makeSite();
    const { name, installId } = await allot(site, "keeper-m");
    await site.add(keeper("keeper-m"));
    expect((await site.state.read()).plugins).toMatchObject([{ installId, database: name }]);
  });

  it("loses it when it is not, and may not come late", async () => {
    const site = await makeSite();
    const { name, installId } = await allot(site, "keeper-n");
    await letTimePass(name);
    expect(await rowOf(name)).toMatchObject({ state: "taken" });
    await site.writeState("UPDATE databases SET ends_at = 1");
    await letTimePass(name);
    expect(await rowOf(name)).toMatchObject({ state: "wiping" });
    const version = await site.register(keeper("keeper-n"));
    const manifest = {
      apiVersion: 1,
      id: "keeper-n",
      name: "n",
      version,
      description: "",
      author: "",
      license: "",
      scopes: [],
    };
    const release = {
      plugin: "keeper-n",
      version,
      code: "a".repeat(64),
      manifestDigest: "b".repeat(64),
      manifest,
    };
    const late = () => site.state.install(release as never, "admin:a1", { installId, name }); // as the registry has it
    expect(await refusalOf(late)).toMatchObject({ code: "CONFLICT" });
    await site.add(keeper("keeper-n"));
    expect(await databaseNamed(site, "keeper-n")).not.toBe(name);
  });

  it("does not keep another install from one of its own", async () => {
    const site = await makeSite();
    const { name } = await allot(site, "keeper-o");
    const holder = { site: site.id, plugin: "keeper-o", installId: "another", major: 1 };
    expect(await deployment.allotDatabase(holder)).not.toBe(name);
    expect(await rowOf(name)).toMatchObject({ state: "taken" });
  });
});

it("is an operator's to look at", async () => {
  expect(await refusalOf(() => openAdmin("owner", "somewhere").listPool())).toMatchObject({
    code: "PERMISSION_DENIED",
  });
  expect((await listPool()).map(({ name }) => name)).toEqual(
    Array.from({ length: 16 }, (_, n) => `PLUGIN_DB_${n + 1}`),
  );
});
