// What the tests of versions share: a plugin that keeps what it is told in KV and in its database, major by major.
// Its state is looked at from outside, past every capability.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { DEPLOYMENT_NAME, databaseOf } from "../../../services/gateway/env.ts";
import { env, events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

const SCOPES = ["hook:beforePublish", "hook:afterPublish", "read:kv", "write:kv", "use:db"] as const;

/** Keeps the slug of each publication under a key and in a row. */
const KEEP = `async beforePublish({ data, api, context }) {
  await api.kv.put("slug/" + data.slug, context.version);
  if (api.can("use:db")) {
    await api.db.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?)").bind(data.slug, context.version).run();
  }
  return say(context.version);
},`;
/** The same without a database: the pool is small, and most of what is asked concerns both alike. */
export const KEYS_ONLY = { scopes: ["hook:beforePublish", "read:kv", "write:kv"], migrations: [] } as const;

export const TABLE = {
  name: "0001_kept.sql",
  sql: "CREATE TABLE kept (slug TEXT PRIMARY KEY, by TEXT NOT NULL);\n",
};

/** Moves every key and every row. */
export const MOVE_ALL = `async migrate({ from, api }) {
  const { keys } = await from.kv.list({ prefix: "slug/" });
  for (const { name } of keys) await api.kv.put(name, await from.kv.get(name));
  if (!api.can("use:db")) return;
  const { results } = await from.db.prepare("SELECT slug, by FROM kept").all();
  for (const { slug, by } of results) {
    await api.db.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?)").bind(slug, by).run();
  }
},`;

/** A version of the plugin; `methods` stand beside its hook. */
export function keeper(
  id: string,
  version: string,
  methods = "",
  changes: Partial<FixturePlugin> = {},
): FixturePlugin {
  return {
    id,
    code: `export default { ${KEEP} ${methods} }; // ${id} ${version}`,
    scopes: SCOPES,
    manifest: { version },
    migrations: [TABLE],
    ...changes,
  };
}

let made = 0;

/** A site with the plugin live in 1.0.0, which has kept `one`. */
export async function makeKeeping(changes: Partial<FixturePlugin> = {}) {
  made += 1;
  const plugin = `keeper-${made}-${crypto.randomUUID().slice(0, 8)}`;
  const site = await makeSite(keeper(plugin, "1.0.0", "", changes));
  const at = { site: site.id, plugin };
  await keep(site, plugin, "one");
  return {
    site,
    plugin,
    at,
    admin: site.admin,
    keep: (slug: string) => keep(site, plugin, slug),
    /** Registers a version and has it held. */
    hold: async (version: string, methods = "", held: Partial<FixturePlugin> = {}) => {
      await site.register(keeper(plugin, version, methods, { ...changes, ...held }));
      return site.admin.update({ ...at, to: version, dryRun: false });
    },
    /** Consents to what is held. */
    goLive: () => site.admin.grant(at),
    rollback: (to?: string) => site.admin.rollback({ ...at, ...(to !== undefined && { to }) }),
    state: (major: number) => readState(site, plugin, major),
    live: async () => {
      const [status] = await site.admin.listPlugins({ site: site.id });
      return status && { version: status.version, status: status.status };
    },
    frozen: async () => (await site.state.read()).plugins[0]?.frozen,
  };
}

/** Gives back every database of the pool; other tests find it whole. */
export async function emptyPool(): Promise<void> {
  const deployment = env.DEPLOYMENT.getByName(DEPLOYMENT_NAME);
  await runInDurableObject(deployment, async (_object, { storage }) => {
    storage.sql.exec("UPDATE databases SET state = 'wiping', due_at = 1 WHERE state <> 'free'");
    await storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(deployment);
}

/** The version that has acknowledged it, or the code of what it failed with. */
export async function keep(site: TestSite, plugin: string, slug: string): Promise<string> {
  const report = await site.run(plugin, "beforePublish", { ...events.beforePublish, slug });
  if (report.outcome !== "ok") return report.error?.code ?? report.outcome;
  const { issues } = report.result as { issues: { message: string }[] }; // made by say()
  return JSON.parse(issues[0]?.message ?? "null");
}

export interface Kept {
  readonly keys: readonly string[];
  readonly rows: readonly string[];
}

/** What a major has kept: the slugs in KV and those in its database. */
export async function readState(site: TestSite, plugin: string, major: number): Promise<Kept> {
  const install = (await site.state.read()).plugins.find((candidate) => candidate.plugin === plugin);
  const prefix = `${site.id}/${plugin}/${install?.installId}/v${major}/slug/`;
  const keys: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await env.PLUGIN_KV.list({ prefix, ...(cursor !== undefined && { cursor }) });
    keys.push(...page.keys.map(({ name }) => name.slice(prefix.length)));
    if (page.list_complete) break;
    cursor = page.cursor;
  }
  const { databases } = await site.state.history(plugin);
  const name = databases.find((database) => database.major === major)?.name;
  const database = name === undefined ? null : databaseOf(env, name);
  const exists = await database?.prepare("SELECT 1 FROM sqlite_master WHERE name = 'kept'").first();
  const rows = exists ? await database?.prepare("SELECT slug FROM kept ORDER BY slug").raw<[string]>() : [];
  return { keys: keys.sort(), rows: (rows ?? []).flat() };
}

/** Both, as they are when nothing was lost. */
export function keptBoth(...slugs: readonly string[]): Kept {
  const sorted = [...slugs].sort();
  return { keys: sorted, rows: sorted };
}
