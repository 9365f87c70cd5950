// A plugin whose calls fail when the page says so, and a look at the breaker that this opens, for the tests of breakers.
// Nothing waits for a breaker's time: the site's own row is set back instead.
import { vi } from "vitest";
import type { AuditEntry } from "../../../contracts/audit.ts";
import { BREAKER_FAILURES } from "../../../contracts/limits.ts";
import type { PluginTrace } from "../../../contracts/outcome.ts";
import type { Breaker } from "../../../contracts/site.ts";
import { events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

/** Notes each of its calls, and fails when the page says so. */
export const moody: FixturePlugin = {
  code: `async beforePublish({ data, context, api }) {
    await api.kv.put(context.invocationId, "called");
    if (data.slug === "bad") throw new Error("always");
    if (data.slug === "late") await scheduler.wait(20_000);
    return data.slug === "odd" ? "odd" : true;
  }`,
  scopes: ["hook:beforePublish", "write:kv"],
  manifest: { limits: { timeoutMs: 300 } },
};

/** How the plugin fared in a call about a page with this slug. */
export async function publish(
  site: TestSite,
  slug: string,
  name = "probe",
): Promise<PluginTrace | undefined> {
  const { trace } = await site.hooks.beforePublish({ ...events.beforePublish, slug });
  return trace.plugins.find((own) => own.plugin === name);
}

export async function fail(site: TestSite, times: number = BREAKER_FAILURES, slug = "bad"): Promise<void> {
  for (let time = 0; time < times; time += 1) await publish(site, slug);
}

/** A site whose plugin has failed so often that it is not called any more, as every isolate can know. */
export async function makeTrippedSite(...more: readonly FixturePlugin[]): Promise<TestSite> {
  const site = await makeSite(moody, ...more);
  await fail(site);
  await awaitBreaker(site);
  return site;
}

export async function readBreaker(site: TestSite, name = "probe"): Promise<Breaker | null> {
  const { plugins } = await site.state.read();
  return plugins.find((install) => install.plugin === name)?.breaker ?? null;
}

/** The breaker once the site has heard of an opening after this one. */
export async function awaitBreaker(site: TestSite, after = 0): Promise<Breaker> {
  return vi.waitFor(async () => {
    const breaker = await readBreaker(site);
    if (breaker === null || breaker.openings <= after) throw new Error("not opened yet");
    return breaker;
  });
}

/** As if the time until the next try were over. */
export async function letTry(site: TestSite): Promise<void> {
  await site.writeState("UPDATE breakers SET retry_at = 1");
}

export async function callsOf(site: TestSite, name = "probe"): Promise<number> {
  return Object.keys(await site.readKv(name)).length;
}

export async function auditOf(site: TestSite): Promise<readonly AuditEntry[]> {
  return (await site.admin.audit({ site: site.id, kind: "breaker" })).entries;
}
