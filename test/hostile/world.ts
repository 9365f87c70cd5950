// Who else is on a host under attack, and what of theirs no attack may change.
// They are honest: a victim with a secret, and a bystander whose work is asked for after each attack.
import { expect } from "vitest";
import type { Scope } from "../../contracts/scopes.ts";
import { env, events, makeSite, type TestSite } from "../workerd/site.ts";

/** Keeps what it is told once, before the attack. */
export const VICTIM = {
  id: "victim",
  code: 'async onSchedule({ data, api }) { await api.kv.put("secret", data.cursor); }',
  scopes: ["hook:onSchedule", "read:kv", "write:kv"],
} as const;

export const BYSTANDER = {
  id: "bystander",
  code: 'async onSearch() { return { hide: ["posts:b"] }; }',
  scopes: ["hook:onSearch"],
} as const;

let elsewhere: Promise<TestSite> | undefined;

/** Another site on the same host, with a bystander of its own; one for all attacks of a file. */
export function makeElsewhere(): Promise<TestSite> {
  elsewhere ??= makeSite(BYSTANDER);
  return elsewhere;
}

export type World = Awaited<ReturnType<typeof readWorld>>;

/** Others' installs and grants, the site's content, who has keys, and the victim's; those of attackers left out. */
export async function readWorld(site: TestSite, attacker: string) {
  const statement = env.CORE_DB.prepare("SELECT * FROM pages WHERE site = ?").bind(site.id);
  const [plugins, { results: pages }, owners, secret] = await Promise.all([
    site.admin.listPlugins({ site: site.id }),
    statement.all(),
    readOwners(site),
    site.readKv(VICTIM.id),
  ]);
  return {
    plugins: plugins.filter(({ plugin }) => !plugin.startsWith(attacker)),
    pages,
    owners: owners.filter((owner) => !owner.startsWith(attacker)),
    secret,
  };
}

/** What is granted to the plugin, which an admin may lessen meanwhile. */
export async function readGranted(site: TestSite, plugin: string): Promise<readonly Scope[]> {
  const plugins = await site.admin.listPlugins({ site: site.id });
  return plugins.find((candidate) => candidate.plugin === plugin)?.scopes.granted ?? [];
}

/** The plugins that have keys in KV. */
export async function readOwners(site: TestSite): Promise<string[]> {
  const { keys } = await env.PLUGIN_KV.list({ prefix: `${site.id}/` });
  return [...new Set(keys.map(({ name }) => name.split("/")[1] ?? ""))];
}

/** The next request is answered, by a plugin that has nothing to do with the attack. */
export async function expectAnswered(site: TestSite): Promise<void> {
  const { hidden, trace } = await site.hooks.onSearch(events.onSearch);
  expect(hidden).toContain("posts:b");
  expect(trace.plugins.find(({ plugin }) => plugin === BYSTANDER.id)).toMatchObject({ outcome: "ok" });
}
