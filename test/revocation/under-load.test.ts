// Revocation while two gateways are busy, one of them with a wrong clock: what an acknowledgement promises is
// looked for where the effects land, behind every guard.
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEASE_TTL_MS } from "../../contracts/limits.ts";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import {
  askWitness,
  HOLDERS,
  type HolderName,
  openSession,
  publish,
  SITE,
  type Sightings,
  server,
  startLoad,
  waitForCalls,
} from "./load.ts";
import { manifestOf, type PluginName, plugins } from "./plugins.ts";

const everyone: readonly PluginName[] = ["looper", "leaver", "bystander"];
const revoked: readonly PluginName[] = ["looper", "leaver"];
/** Longer than a lease and its margins: whoever could still act after the acknowledgement would have. */
const AFTERMATH_MS = 3_000;
/** For a machine with other things to do; it takes a quarter of that. */
const TIMEOUT_MS = 100_000;

let session: AdminSession;
let close: (() => void) | undefined;

beforeAll(async () => {
  ({ session, close } = await openSession());
  await session.migrate();
  await session.createSite({ site: SITE, url: "https://load.example" });
  for (const plugin of everyone) {
    await session.registerVersion({ manifest: manifestOf(plugin), code: plugins[plugin] });
    await session.install({ site: SITE, plugin });
    await session.grant({ site: SITE, plugin });
  }
});

afterAll(async () => {
  close?.();
  await server.close();
});

/** What the witness had seen of a plugin as soon as its revoke was acknowledged, and when that was. */
async function revoke(plugin: PluginName): Promise<{ seen: Sightings; acknowledgedAtMs: number }> {
  const { revokedAt, drainedMs } = await session.revoke({ site: SITE, plugin });
  return { seen: await askWitness(plugin), acknowledgedAtMs: Date.parse(revokedAt) + drainedMs };
}

/** Calls of a holder's loopers that their traces show as admitted, and as refused; a trace has the first hundred. */
function countCalls(outcomes: readonly GateOutcome[]): { admitted: number; refused: number } {
  const loopers = outcomes.flatMap(({ trace }) => trace.plugins.filter(({ plugin }) => plugin === "looper"));
  const calls = loopers.flatMap((trace) => trace.calls);
  return {
    admitted: calls.filter(({ outcome }) => outcome === "ok").length,
    refused: calls.filter(({ outcome }) => outcome === "error").length,
  };
}

/** What the loopers' calls of the hook ended with. */
function endsOf(outcomes: readonly GateOutcome[]): Set<string> {
  const loopers = outcomes.flatMap(({ trace }) => trace.plugins.filter(({ plugin }) => plugin === "looper"));
  return new Set(loopers.map(({ outcome, error }) => error?.code ?? outcome));
}

/** The one key that the loopers write. */
async function lastPut(): Promise<string | null> {
  const { PLUGIN_KV } = await server.getWorker<{ PLUGIN_KV: KVNamespace }>("first").getEnv();
  const { keys } = await PLUGIN_KV.list({ prefix: `${SITE}/looper/` });
  return PLUGIN_KV.get(keys[0]?.name ?? "");
}

// In order: each step builds on the state that the one before left.
describe("revoke under load", { timeout: TIMEOUT_MS }, () => {
  let outcomes: Record<HolderName, GateOutcome[]>;
  let revocations: Awaited<ReturnType<typeof revoke>>[];
  let later: Sightings;
  const puts: (string | null)[] = [];

  beforeAll(async () => {
    const load = startLoad();
    await waitForCalls(everyone, 20);
    // The object forgets when it handed out its last lease; the holders keep what it said.
    await server.getWorker("first").evictDurableObject("SiteState", { name: SITE });
    revocations = await Promise.all(revoked.map(revoke));
    await waitForCalls(["bystander"], 20);
    puts.push(await lastPut());
    await wait(AFTERMATH_MS);
    outcomes = await load.stop();
    later = await askWitness();
    puts.push(await lastPut());
  }, TIMEOUT_MS);

  it.each(revoked)("had something to end: both holders admitted calls of the %s", (plugin) => {
    for (const holder of HOLDERS) expect(later[`${holder}/${plugin}`]?.count).toBeGreaterThan(20);
  });

  it("admits no call of theirs from the acknowledgement on, in either holder", () => {
    for (const { seen, acknowledgedAtMs } of revocations) {
      expect(Object.keys(seen)).toHaveLength(HOLDERS.length);
      // What the witness saw is what it had seen at the acknowledgement, and that was before it.
      expect(later).toMatchObject(seen);
      for (const { lastAtMs } of Object.values(seen)) expect(lastAtMs).toBeLessThanOrEqual(acknowledgedAtMs);
    }
  });

  it("lets no write of theirs land any more", () => {
    expect(puts).toEqual([expect.any(String), puts[0]]);
  });

  it.each(HOLDERS)("refused them in the %s holder, where they went on asking", (holder) => {
    const { admitted, refused } = countCalls(outcomes[holder]);
    expect(admitted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(endsOf(outcomes[holder])).toContain("GRANT_REVOKED");
  });

  it.each(HOLDERS)("goes on admitting a plugin whose grant stands, in the %s holder", (holder) => {
    const last = later[`${holder}/bystander`]?.lastAtMs;
    for (const { acknowledgedAtMs } of revocations) expect(last).toBeGreaterThan(acknowledgedAtMs);
  });

  it("admits the plugin again when it is granted anew, and that one alone", async () => {
    const ended = await askWitness("leaver");
    await session.grant({ site: SITE, plugin: "looper" });
    const load = startLoad();
    await waitForCalls(["looper"], 1);
    await load.stop();
    expect(await askWitness("leaver")).toEqual(ended);
  });

  // Nothing renews their leases, so that they act on them for as long as a lease can be acted on.
  it("holds for calls that are alone in their holders, under leases of just before", async () => {
    await wait(LEASE_TTL_MS);
    const calls = HOLDERS.map((holder) => publish(holder, 100));
    await waitForCalls(["looper"], 1);
    const { seen, acknowledgedAtMs } = await revoke("looper");
    const ended = (await Promise.all(calls)).filter((outcome) => outcome !== null);
    expect(await askWitness("looper")).toEqual(seen);
    for (const { lastAtMs } of Object.values(seen)) expect(lastAtMs).toBeLessThanOrEqual(acknowledgedAtMs);
    expect(ended).toHaveLength(HOLDERS.length);
    for (const outcome of ended) {
      expect(countCalls([outcome]).refused).toBeGreaterThan(0);
      expect(endsOf([outcome])).toEqual(new Set(["GRANT_REVOKED"]));
    }
  });
});
