// What the tests of hooks, gateway and hostile plugins share: a fresh site, plugins from code text, real calls.
// Everything goes through the gateway's own code and real bindings; nothing is mocked.
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env as bindings, exports as entrypoints } from "cloudflare:workers";
import type { Caveats } from "../../contracts/caveats.ts";
import type { HookEventInput, HookName } from "../../contracts/hooks.ts";
import type { PluginMigration } from "../../contracts/migrations.ts";
import type { GateOutcome, RunReport } from "../../contracts/outcome.ts";
import { type Page, summaryOf } from "../../contracts/page.ts";
import type { AdminArguments, HooksApi, Role } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { type Env, type GatewayExports, siteStateOf } from "../../services/gateway/env.ts";
import { forgetSite } from "../../services/gateway/leases.ts";
import { AdminSessionTarget } from "../../services/gateway/sessions/admin-session.ts";

export const env = bindings as unknown as Env; // the bindings of wrangler.toml
export const gateway = entrypoints as unknown as GatewayExports; // the exports of its main module

/** One plugin of a test: its code, and what of its manifest matters. */
export interface FixturePlugin {
  readonly id?: string;
  /** The module's text; methods alone get a default export around them, and `say(value)` is there to report. */
  readonly code: string;
  readonly scopes?: readonly DeclaredScope[];
  /** Further keys of plugin.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly migrations?: readonly PluginMigration[];
  /** What the admin grants beside the plugin's name; false for a plugin without consent. */
  readonly grant?: Partial<AdminArguments["grant"]> | false;
}

type DeclaredScope =
  | Scope
  | { readonly scope: Scope; readonly caveats?: Caveats; readonly optional?: boolean };

export interface TestSite {
  readonly id: string;
  readonly hooks: HooksApi;
  readonly admin: AdminSessionTarget;
  readonly state: ReturnType<typeof siteStateOf>;
  /** Registers, installs and grants; plugins are called in the order in which they came. */
  add(plugin: FixturePlugin): Promise<string>;
  /** Registers a version that is newer than those before, and answers its number. */
  register(plugin: FixturePlugin): Promise<string>;
  /** One call of one plugin, with its plain result and its logs. */
  run(plugin: string, hook: HookName, event: unknown): Promise<RunReport>;
  /** What `say(value)` of a gate told, by a call of that plugin alone. */
  ask(plugin?: string): Promise<unknown>;
  /** What the plugins of the site hold in KV, by the plugin's own key. */
  readKv(plugin?: string): Promise<Record<string, string | null>>;
  /** Writes the site's state past its methods, as the next lease will show it. */
  writeState(statement: string, ...values: SqlStorageValue[]): Promise<void>;
}

/** Files may share storage and its registry, so each names its sites and versions its own way. */
const RUN = crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
let made = 0;
/** One after another: migrations are not made to run twice at once. */
let migrated: Promise<unknown> = Promise.resolve();

/** A site that nothing else uses, with these plugins on it. */
export async function makeSite(...plugins: readonly FixturePlugin[]): Promise<TestSite> {
  made += 1;
  const id = `site-${RUN}-${made}`;
  const admin = openAdmin();
  migrated = migrated.then(() => admin.migrate());
  await migrated;
  await admin.createSite({ site: id, name: `Site ${made}`, url: `https://${id}.example` });
  const site: TestSite = {
    id,
    admin,
    hooks: gateway.Hooks({ props: { site: id } }),
    state: siteStateOf(env, id),
    add: (plugin) => addPlugin(admin, id, plugin),
    register: (plugin) => registerPlugin(admin, plugin),
    run: (plugin, hook, event) => admin.runHook({ site: id, plugin, hook, event }),
    ask: async (plugin = "probe") =>
      reportIn(await admin.runHook({ site: id, plugin, hook: "beforePublish", event: events.beforePublish })),
    readKv: (plugin = "probe") => readKv(`${id}/${plugin}/`),
    writeState: (statement, ...values) => writeState(id, statement, values),
  };
  for (const plugin of plugins) await site.add(plugin);
  return site;
}

/** A session as a token of this role would open it. */
export function openAdmin(role: Exclude<Role, "core"> = "operator", site: string | null = null) {
  const ctx = createExecutionContext() as ExecutionContext & { exports: unknown };
  return new AdminSessionTarget(
    ctx,
    env,
    { id: "test", role, site, label: "test", token: null },
    "http://localhost",
  );
}

async function addPlugin(admin: AdminSessionTarget, site: string, fixture: FixturePlugin): Promise<string> {
  const { id: plugin = "probe", grant } = fixture;
  const version = await registerPlugin(admin, fixture);
  await admin.install({ site, plugin, version });
  if (grant !== false) await admin.grant({ site, plugin, ...grant });
  return plugin;
}

let registered = 0;

async function registerPlugin(admin: AdminSessionTarget, fixture: FixturePlugin): Promise<string> {
  registered += 1;
  const plugin = fixture.id ?? "probe";
  const version = `1.${RUN}.${registered}`;
  const scopes = (fixture.scopes ?? ["hook:beforePublish"]).map((scope) => ({
    ...(typeof scope === "string" ? { scope } : scope),
    reason: "it is tested",
  }));
  const base = { apiVersion: 1, id: plugin, name: `The ${plugin}`, version, scopes };
  const manifest: typeof base = { ...base, ...fixture.manifest };
  const { code, migrations = [] } = fixture;
  await admin.registerVersion({ manifest: JSON.stringify(manifest), code: moduleOf(code), migrations });
  return manifest.version;
}

function moduleOf(code: string): string {
  const whole = /^\s*(?:async \w|\w+\()/.test(code) ? `export default { ${code} };` : code;
  return whole.includes("say(") ? `${SAY}${whole}` : whole;
}

const SAY = `const say = (value) =>
  ({ allow: true, issues: [{ severity: "info", message: JSON.stringify(value ?? null) }] });
`;

function reportIn({ outcome, result, error }: RunReport): unknown {
  if (outcome !== "ok") throw new Error(`the plugin said nothing: ${outcome} ${JSON.stringify(error)}`);
  const { issues } = result as { issues: { message: string }[] }; // made by say()
  return JSON.parse(issues[0]?.message ?? "null");
}

async function writeState(site: string, statement: string, values: SqlStorageValue[]): Promise<void> {
  await runInDurableObject(env.SITE_STATE.getByName(site), (_state, { storage }) => {
    storage.sql.exec(statement, ...values);
    storage.sql.exec("UPDATE meta SET value = value + 1 WHERE key = 'rev'");
  });
  forgetSite(site);
}

async function readKv(prefix: string): Promise<Record<string, string | null>> {
  const { keys } = await env.PLUGIN_KV.list({ prefix });
  const entries = keys.map(async ({ name }) => [
    name.split("/").slice(4).join("/"),
    await env.PLUGIN_KV.get(name),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

export const page: Page = {
  id: "posts:p1",
  collection: "posts",
  slug: "a-page",
  locale: "en",
  url: "/posts/a-page",
  title: "A page to publish",
  excerpt: "It has an excerpt.",
  image: null,
  authors: ["Ada"],
  terms: { category: ["notes"] },
  status: "draft",
  publishedAt: null,
  updatedAt: "2026-01-01T00:00:00.000Z",
  html: "<p>Some text.</p>",
  fields: { price: 5 },
};

const { id: pageId, ...flat } = page;
const summary = summaryOf(page);

/** One whole event of each hook; a test changes what it is about. */
export const events = {
  beforePublish: { pageId, ...flat },
  afterPublish: { pageId, ...flat, status: "published", publishedAt: "2026-01-02T00:00:00.000Z" },
  renderHtml: { pageId, url: page.url, path: page.url, page: summary },
  onSearch: {
    query: "text",
    results: [
      { ...summary, id: "posts:a", score: 3 },
      { ...summary, id: "posts:b", score: 2 },
      { ...summary, id: "posts:c", score: 1 },
    ],
  },
  onSchedule: { cron: "0 * * * *", scheduledAt: "2026-01-01T00:00:00.000Z" },
} as const satisfies { [H in HookName]: HookEventInput<H> };

/**
 * Text of `choose(data)`: the value of the expression whose number core put into the event (its slug, query or
 * path), so that one plugin stands for many. Any other name chooses nothing: a search that ends well between two failures
 * keeps the plugin's breaker closed.
 */
export function choosing(expressions: readonly string[]): string {
  const values = expressions.map((expression) => `() => (${expression})`);
  return `const choose = (data) => [${values.join(",\n")}][data.slug ?? data.query ?? data.path]?.();\n`;
}

/** What the call was refused with; a call that is not refused fails the test. */
export async function refusalOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("expected a refusal");
}

/** What a gate's plugins said, by plugin: fixtures report what they found as JSON in an issue. */
export function reportsOf(outcome: GateOutcome): Record<string, unknown> {
  return Object.fromEntries(outcome.issues.map(({ plugin, message }) => [plugin, JSON.parse(message)]));
}
