// What the tests of plugins' keys and databases share: a plugin that keeps both, and time that passes for a site.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { DEPLOYMENT_NAME, databaseOf, deploymentOf } from "../../../services/gateway/env.ts";
import { env, events, type FixturePlugin, type TestSite } from "../site.ts";

export const deployment = deploymentOf(env);
export const kv = env.PLUGIN_KV;

/** Keeps each slug that it is told in a key and in a row, and tells all that it has. */
export const keeper = (id: string, changes: Partial<FixturePlugin> = {}): FixturePlugin => ({
  id,
  code: `
    async beforePublish({ data, api }) {
      await api.db.exec("CREATE TABLE IF NOT EXISTS kept (slug)");
      if (data.slug !== "look") {
        await api.kv.put(data.slug, "value of " + data.slug);
        await api.db.prepare("INSERT INTO kept VALUES (?)").bind(data.slug).run();
      }
      const keys = (await api.kv.list()).keys.map(({ name }) => name);
      return say({ keys, rows: (await api.db.prepare("SELECT slug FROM kept").raw()).flat() });
    }`,
  scopes: ["hook:beforePublish", "use:db", "read:kv", "write:kv"],
  ...changes,
});

/** Lets the plugin keep something; `look`: only tells. */
export async function keep(site: TestSite, plugin: string, slug: string): Promise<unknown> {
  const report = await site.run(plugin, "beforePublish", { ...events.beforePublish, slug });
  if (report.outcome !== "ok") throw new Error(JSON.stringify(report.error));
  const { issues } = report.result as { issues: { message: string }[] }; // made by say()
  return JSON.parse(issues[0]?.message ?? "null");
}

export const both = (...slugs: readonly string[]) => ({ keys: [...slugs].sort(), rows: slugs });

export async function goTo(site: TestSite, plugin: string, to: string): Promise<void> {
  await site.admin.update({ site: site.id, plugin, to, dryRun: false });
  await site.admin.grant({ site: site.id, plugin });
}

export async function installOf(site: TestSite, plugin: string) {
  const install = (await site.state.read()).plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined) throw new Error(`${plugin} is not installed`);
  return install;
}

/** Every key of the namespace under this prefix, whoever wrote it. */
export async function rawKeys(prefix: string): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const list: KVNamespaceListResult<unknown> = await kv.list({ prefix, cursor });
    names.push(...list.keys.map(({ name }) => name));
    cursor = list.list_complete ? null : list.cursor;
  } while (cursor !== null);
  return names;
}

/** A database of the pool by its name. */
export function d1Of(name: string | null): D1Database {
  const database = databaseOf(env, name ?? "");
  if (database === null) throw new Error(`no database ${name}`);
  return database;
}

export async function poolRowOf(name: string | null) {
  return (await deployment.listDatabases()).find((row) => row.name === name);
}

/** The ends of what is retired; `pass` lets them come. */
export function retiredRows(site: TestSite) {
  return runInDurableObject(env.SITE_STATE.getByName(site.id), (_object, { storage }) =>
    storage.sql
      .exec<{ plugin: string; major: number; phase: string; ends_at: number }>(
        "SELECT plugin, major, phase, ends_at FROM retired_state ORDER BY plugin, major",
      )
      .toArray(),
  );
}

/** Lets the time come that the site waits for, and rings. */
export async function passTime(site: TestSite): Promise<void> {
  const object = env.SITE_STATE.getByName(site.id);
  await runInDurableObject(object, async (_object, { storage }) => {
    storage.sql.exec("UPDATE retired_state SET ends_at = 1");
    storage.sql.exec("UPDATE databases SET ends_at = 1 WHERE ends_at IS NOT NULL");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(object);
}

/** The same for the pool. */
export async function passPoolTime(change: string): Promise<void> {
  const object = env.DEPLOYMENT.getByName(DEPLOYMENT_NAME);
  await runInDurableObject(object, async (_object, { storage }) => {
    storage.sql.exec(change);
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(object);
}

/** Other tests find a whole pool. */
export const emptyPool = () =>
  passPoolTime("UPDATE databases SET state = 'wiping', due_at = 1 WHERE state <> 'free'");
