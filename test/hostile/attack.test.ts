// The harness of these folders fails where it must: each case does to the site what an attack would have to.
import { describe, expect, it, onTestFinished } from "vitest";
import { env, refusalOf, type TestSite } from "../workerd/site.ts";
import { ATTACKER, attack, openTarget } from "./attack.ts";

const harmless = { code: "async beforePublish() { return say('hello'); }" };

const harms: Record<string, (site: TestSite) => Promise<unknown>> = {
  "the victim's key": async ({ id }) => {
    const { keys } = await env.PLUGIN_KV.list({ prefix: `${id}/victim/` });
    await Promise.all(keys.map(({ name }) => env.PLUGIN_KV.put(name, "mine")));
  },
  "a key beside it": ({ id }) => env.PLUGIN_KV.put(`${id}/victim/x/v1/mine`, "mine"),
  "a key of somebody else": ({ id }) => env.PLUGIN_KV.put(`${id}/bystander/x/v1/mine`, "mine"),
  "a page": ({ id }) => env.CORE_DB.prepare("UPDATE pages SET title = 'mine' WHERE site = ?").bind(id).run(),
  "an install": (site) => site.writeState("UPDATE installs SET enabled = 0 WHERE plugin = 'victim'"),
  "whether others are answered": (site) =>
    site.writeState("UPDATE grants SET token = 'x' WHERE plugin = 'bystander'"),
};

describe("an attack is found out that", () => {
  it("keeps what was not foreseen", async () => {
    const attacker = {
      code: "async beforePublish({ api }) { await api.kv.put('k', 'v'); return true; }",
      scopes: ["hook:beforePublish", "write:kv"] as const,
    };
    await attack(attacker, { keeps: { k: "v" } });
    expect(await refusalOf(() => attack(attacker))).toBeInstanceOf(Error);
    expect(await refusalOf(() => attack(attacker, { keeps: { k: "w" } }))).toBeInstanceOf(Error);
  });

  it("ends otherwise than it was foreseen, or was refused what was not", async () => {
    expect((await attack(harmless)).said).toBe("hello");
    expect(await refusalOf(() => attack(harmless, { ends: ["error", "PLUGIN_ERROR"] }))).toBeInstanceOf(
      Error,
    );
    const denied = {
      code: "async beforePublish({ api }) { await api.kv.get('k').catch(() => {}); return true; }",
    };
    await attack(denied, { refused: ["kv.read.get"] });
    expect(await refusalOf(() => attack(denied))).toBeInstanceOf(Error);
  });

  it("learns the victim's secret", async () => {
    const target = await openTarget(harmless);
    const { secret } = await target.site.readKv("victim");
    target.hear({ deep: [`it is ${secret}`] });
    expect(await refusalOf(() => target.expectUnharmed())).toBeInstanceOf(Error);
  });

  it.each(Object.entries(harms))("changes what is not its own: %s", async (_what, harm) => {
    const target = await openTarget(harmless);
    await harm(target.site);
    expect(await refusalOf(() => target.expectUnharmed())).toBeInstanceOf(Error);
  });

  it("reaches the host's realm", async () => {
    const target = await openTarget(harmless);
    onTestFinished(() => void Reflect.deleteProperty(globalThis, "owned"));
    Object.assign(globalThis, { owned: true });
    expect(await refusalOf(() => target.expectUnharmed())).toBeInstanceOf(Error);
  });
});

it("its attacker is granted what it asks for, and the others are as they were", async () => {
  const target = await openTarget(harmless);
  const plugins = await target.site.admin.listPlugins({ site: target.site.id });
  const granted = Object.fromEntries(plugins.map(({ plugin, scopes }) => [plugin, scopes.granted]));
  expect(granted).toEqual({
    [ATTACKER]: ["hook:beforePublish"],
    bystander: ["hook:onSearch"],
    victim: ["hook:onSchedule", "read:kv", "write:kv"],
  });
  await target.expectUnharmed();
});

declare global {
  /** Vite's, which reads the files when it makes the module. */
  interface ImportMeta {
    glob<T>(paths: readonly string[], options: Readonly<Record<string, unknown>>): Record<string, T>;
  }
}

const files = import.meta.glob<string>(["./*/*.ts", "!./wedges/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});

it("every attack goes through it", () => {
  const names = Object.keys(files).filter((name) => name.endsWith(".test.ts"));
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => !goesThroughAttack(name))).toEqual([]);
});

/** Whether a file imports the harness, or a neighbour in its room that does. */
function goesThroughAttack(name: string): boolean {
  const text = files[name] ?? "";
  const room = name.slice(0, name.lastIndexOf("/"));
  return (
    text.includes('from "../attack.ts"') ||
    [...text.matchAll(/from "\.(\/[\w-]+\.ts)"/g)].some(([, file]) => goesThroughAttack(room + file))
  );
}
