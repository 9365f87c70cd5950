// A plugin's state is moved to another major while two gateways are busy writing it, one of them with a wrong clock:
// what a hook acknowledged is looked for where it landed, behind every guard.
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import { HOLDERS, type HolderName, openSession, SITE, server } from "./load.ts";

const plugin = "keeper";
const at = { site: SITE, plugin };
/** For a machine with other things to do; it takes a fifth of that. */
const TIMEOUT_MS = 100_000;
const WRITERS_A_HOLDER = 3;

/** Keeps the slug, slowly: calls are under way whenever something happens. */
const KEEP = `async beforePublish({ data, api, context }) {
  await scheduler.wait(50);
  await api.kv.put("slug/" + data.slug, context.version);
  await scheduler.wait(50);
  return { allow: true, issues: [{ severity: "info", message: context.version }] };
},`;
const FAIL =
  'async migrate({ from }) { await from.kv.list(); await scheduler.wait(500); throw new Error("no"); },';
const MOVE = `async migrate({ from, api }) {
  for (let cursor; ; ) {
    const page = await from.kv.list({ prefix: "slug/", cursor });
    for (const { name } of page.keys) await api.kv.put(name, await from.kv.get(name));
    if (page.list_complete) return;
    cursor = page.cursor;
  }
},`;

let session: AdminSession;
let close: (() => void) | undefined;

beforeAll(async () => {
  ({ session, close } = await openSession());
  await session.migrate();
  await session.createSite({ site: SITE, url: "https://load.example" });
  await register("1.0.0", KEEP);
  await session.grant(at);
});

afterAll(async () => {
  close?.();
  await server.close();
});

async function register(version: string, methods: string): Promise<void> {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"].map((scope) => ({ scope, reason: "r" }));
  const manifest = JSON.stringify({ apiVersion: 1, id: plugin, name: plugin, version, scopes });
  await session.registerVersion({ manifest, code: `export default { ${methods} }; // ${version}` });
  await session.install({ ...at, version });
}

/** By slug, the version that acknowledged it; by holder, what else was answered. */
const acknowledged = new Map<string, string>();
const refused: Record<HolderName, Set<string>> = { first: new Set(), second: new Set() };

async function keep(holder: HolderName, slug: string): Promise<void> {
  const url = `http://${holder}.example/publish?site=${SITE}`;
  const body = JSON.stringify({ pageId: "posts:p1", collection: "posts", slug });
  const response = await server.getWorker(holder).fetch(url, { method: "POST", body });
  const { allow, issues, trace } = (await response.json()) as GateOutcome; // the fixture sends what the hook answered
  if (allow) acknowledged.set(slug, issues[0]?.message ?? "");
  else refused[holder].add(trace.plugins[0]?.error?.code ?? "");
}

function startWriting(): { stop(): Promise<void> } {
  let writing = true;
  const writers = HOLDERS.flatMap((holder) =>
    Array.from({ length: WRITERS_A_HOLDER }, async (_, writer) => {
      for (let n = 0; writing; n += 1) await keep(holder, `${holder}-${writer}-${n}`);
    }),
  );
  return {
    async stop() {
      writing = false;
      await Promise.all(writers);
    },
  };
}

const by = (major: string, holder = "") =>
  [...acknowledged].filter(([slug, version]) => version.startsWith(major) && slug.startsWith(holder));

/** Until both holders have let the version in force write some more. */
async function waitForWrites(major: string): Promise<void> {
  const enough = HOLDERS.map((holder) => ({ holder, count: by(major, holder).length + 5 }));
  while (enough.some(({ holder, count }) => by(major, holder).length < count)) await wait(50);
}

async function readKeys(major: number): Promise<ReadonlySet<string>> {
  const { PLUGIN_KV } = await server.getWorker<{ PLUGIN_KV: KVNamespace }>("first").getEnv();
  const names: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await PLUGIN_KV.list({ prefix: `${SITE}/${plugin}/`, ...(cursor && { cursor }) });
    names.push(...page.keys.map(({ name }) => name));
    if (page.list_complete) break;
    cursor = page.cursor;
  }
  const within = `/v${major}/slug/`;
  return new Set(
    names
      .filter((name) => name.includes(within))
      .map((name) => name.slice(name.indexOf(within) + within.length)),
  );
}

const missing = (kept: ReadonlySet<string>, writes: readonly [string, string][]) =>
  writes.filter(([slug]) => !kept.has(slug));

describe("a move under load, in two gateways", { timeout: TIMEOUT_MS }, () => {
  it("loses nothing that either acknowledged, through a failure, the move, the way back and up again", async () => {
    const load = startWriting();
    await waitForWrites("1.");
    await register("2.0.0", KEEP + FAIL);
    await expect(session.grant(at)).rejects.toMatchObject({ code: "PLUGIN_ERROR" });
    await waitForWrites("1.");
    expect(by("2.")).toEqual([]);

    await register("2.0.1", KEEP + MOVE);
    await session.grant(at);
    const moved = by("1.");
    expect(missing(await readKeys(2), moved)).toEqual([]);
    await waitForWrites("2.");
    expect(by("1.")).toHaveLength(moved.length);

    await session.rollback(at);
    const left = by("2.").length;
    await waitForWrites("1.");
    expect(by("2.")).toHaveLength(left);
    await register("2.0.2", KEEP + MOVE);
    await session.grant(at);
    await waitForWrites("2.");
    await load.stop();
    expect(missing(await readKeys(1), by("1."))).toEqual([]);
    expect(missing(await readKeys(2), [...by("1."), ...by("2.")])).toEqual([]);
    // Both were kept from writing, and had something to be kept from.
    for (const holder of HOLDERS) expect(refused[holder]).toContain("BUSY");
  });
});
