// What must hold after an attack: the runtime is back, the culprit is named and switched off, nobody else is, and
// everything that was acknowledged is there.
import { expect } from "vitest";
import { MAX_AUDIT_PAGE } from "../../../contracts/limits.ts";
import type { PluginStatus } from "../../../contracts/rpc.ts";
import { type Attack, type AttackEnd, eventOfAttack } from "./attack.ts";
import { BYSTANDERS, callGate, saidIn } from "./bystanders.ts";
import { type Host, PATIENCE_MS, waitFor, watchSilence } from "./host.ts";
import { ATTACKER, KEPT, strike, type Target, visit } from "./target.ts";

/** The codes that a plugin is stopped with; which way a heap bomb goes is up to the machine. */
const STOP_CODES: Readonly<Record<Exclude<AttackEnd, readonly unknown[]>, readonly string[]>> = {
  wedge: ["CPU_LIMIT"],
  crash: ["PLUGIN_ERROR"],
  death: ["CPU_LIMIT", "PLUGIN_ERROR"],
};

/** The whole of one attack; answers how long nothing was answered at the most, in milliseconds. */
export async function expectSurvived(host: Host, target: Target, attack: Attack): Promise<number> {
  const { ends, strikes = 1 } = attack;
  const silence = watchSilence(host);
  if (typeof ends === "string") {
    for (let struck = 1; struck < strikes; struck += 1) await expectNobodyNamed(host, target);
    const struck = strike(host, target);
    await expectStopped(host, target, STOP_CODES[ends]);
    await struck;
  } else {
    await expectOutcome(host, target, ends);
  }
  await expectUnharmed(host, target);
  const silentMs = await silence.stop();
  expect(silentMs).toBeLessThan(PATIENCE_MS);
  return silentMs;
}

/** The attacker, and nobody else, is switched off under one of the codes, and the site's audit log says why. */
async function expectStopped(host: Host, target: Target, codes: readonly string[]): Promise<void> {
  const { site, hook } = target;
  const plugins = await waitFor(
    () => readPlugins(host, target),
    (all) => all.some(({ enabled }) => !enabled),
    `a plugin of ${site} to be switched off`,
  );
  expect(plugins.filter(({ enabled }) => !enabled)).toMatchObject([
    { plugin: ATTACKER, status: "disabled", stopped: { hook, reason: expect.any(String) } },
  ]);
  const { code, reason } = plugins.find(({ stopped }) => stopped !== null)?.stopped ?? {};
  expect(codes).toContain(code);
  const { entries } = await host.ask((admin) => admin.audit({ site, kind: "watchdog" }));
  expect(entries).toMatchObject([{ action: "disable", actor: "system", plugin: ATTACKER, hook, reason }]);
}

/** A wedge that more than one may have made: they are known as suspects, and run on. */
async function expectNobodyNamed(host: Host, target: Target): Promise<void> {
  await strike(host, target);
  const { entries } = await waitFor(
    () => host.ask((admin) => admin.audit({ kind: "watchdog", limit: MAX_AUDIT_PAGE })),
    (page) => page.entries.some(({ detail }) => JSON.stringify(detail).includes(`"${target.site}"`)),
    "the restart in the audit log",
  );
  expect(entries.at(-1)?.detail?.culprits ?? []).toEqual([]);
  await expectNobodyStopped(host, target);
}

/** The runtime outlived the attack: it ended as a failure of its plugin or as nothing, and nobody was stopped. */
async function expectOutcome(
  host: Host,
  target: Target,
  ends: readonly [string, string | null],
): Promise<void> {
  const outcome = await strike(host, target);
  const trace = outcome?.trace.plugins.find(({ plugin }) => plugin === ATTACKER);
  expect([trace?.outcome, trace?.error?.code ?? null]).toEqual(ends);
  await expectNobodyStopped(host, target);
}

/** Every plugin of the site is live, the attacker too. */
export async function expectNobodyStopped(host: Host, target: Target): Promise<void> {
  const plugins = await readPlugins(host, target);
  expect(plugins.map(({ status, stopped }) => ({ status, stopped }))).toEqual(
    plugins.map(() => ({ status: "live", stopped: null })),
  );
}

/** The attacker is what it is; nobody else was stopped. */
export async function expectBystandersLive(host: Host, target: Target): Promise<void> {
  const others = (await readPlugins(host, target)).filter(({ plugin }) => plugin !== ATTACKER);
  expect(others).toMatchObject(BYSTANDERS.map((plugin) => ({ plugin, status: "live", stopped: null })));
}

/** The bystanders are live, work, and hold what they held; the site is there and publishes. */
async function expectUnharmed(host: Host, target: Target): Promise<void> {
  const { site, hook, word } = target;
  await expectBystandersLive(host, target);
  await expectCalled(host, target);
  const { published, outcome } = await host.act((admin) => admin.publish({ site, page: `posts/${KEPT}` }));
  expect(published).toBe(true);
  for (const plugin of BYSTANDERS)
    expect(saidIn(outcome)[plugin]).toMatchObject({ key: `${plugin} ${word}` });
  const html = await visit(host, `/sites/${site}/posts/${KEPT}`);
  expect(html).toContain(word);
  if (hook === "renderHtml") for (const plugin of BYSTANDERS) expect(html).toContain(`seen by ${plugin}`);
}

/** The attacked hook calls the bystanders as before; what was to be delivered when the runtime ended is. */
async function expectCalled(host: Host, { site, hook }: Target): Promise<void> {
  const { trace } = await host.act((admin) => admin.callHook({ site, hook, event: eventOfAttack(hook) }));
  const outcome = hook === "afterPublish" ? "queued" : "ok";
  const others = trace.plugins.filter(({ plugin }) => plugin !== ATTACKER);
  expect(others).toMatchObject(BYSTANDERS.map((plugin) => ({ plugin, outcome })));
  if (hook !== "afterPublish") return;
  await waitFor(
    () => host.ask((admin) => callGate(admin, site, "told")),
    (said) => BYSTANDERS.every((plugin) => JSON.stringify(said[plugin]).includes(hook)),
    "the deliveries",
  );
}

/**
 * What the attacker saw when it struck: an admin who enables it again has it tell. Its own note of that is one more
 * write that was acknowledged, the last before the wedge.
 */
export async function expectNothingSeen(host: Host, { site, word }: Target): Promise<void> {
  await host.act((admin) => admin.enable({ site, plugin: ATTACKER }));
  const said = await waitFor(
    () => host.ask((admin) => callGate(admin, site, "tell")),
    (all) => all[ATTACKER] !== undefined,
    `the attacker of ${site} to be called again`,
  );
  expect(said[ATTACKER]).toEqual([[], null]);
  expect(host.output()).not.toContain(word);
}

function readPlugins(host: Host, { site }: Target): Promise<readonly PluginStatus[]> {
  return host.ask((admin) => admin.listPlugins({ site }));
}
