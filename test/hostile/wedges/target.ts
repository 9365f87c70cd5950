// A fresh site under attack: an innocent plugin before the attacker and a victim behind it, all on one hook.
// It sets the scene and strikes; what must hold afterwards is said in proofs.ts.
import { type HookName, hookTable } from "../../../contracts/hooks.ts";
import type { HookOutcome } from "../../../contracts/outcome.ts";
import type { AdminSession } from "../../../contracts/rpc.ts";
import type { Scope } from "../../../contracts/scopes.ts";
import { ATTACK, type Attack, eventOfAttack, moduleOf } from "./attack.ts";
import { BYSTANDERS, bystanderOf, callGate } from "./bystanders.ts";
import { type Host, waitFor } from "./host.ts";

export const ATTACKER = "attacker";
/** The page that nobody attacks. */
export const KEPT = "kept";

/** Milliseconds of an attacker whom the hook's time limit ends: that shall not take long. */
const TIMEOUT_MS = 500;

export interface Target {
  readonly site: string;
  readonly hook: HookName;
  /** What the bystanders keep, and a page's title: acknowledged before the attack, and unlike anybody else's. */
  readonly word: string;
}

let made = 0;

/** The site, with a page and what everybody keeps; the attacker is granted when that has been acknowledged. */
export async function openTarget(host: Host, attack: Attack): Promise<Target> {
  made += 1;
  const { hook = "beforePublish", innocentTakesMs = 0 } = attack;
  const target: Target = { site: `site-${made}`, hook, word: `word-${crypto.randomUUID()}` };
  const { site, word } = target;
  const [innocent, victim] = BYSTANDERS;
  const limits = typeof attack.ends === "string" ? {} : { timeoutMs: TIMEOUT_MS };
  // The attack before may have ended the runtime just now.
  await host.ask((admin) => admin.whoAmI());
  await host.act(async (admin) => {
    await admin.createSite({ site, name: site });
    // The order in which they are called.
    await install(admin, target, { plugin: innocent, code: bystanderOf(innocentTakesMs) });
    await install(admin, target, {
      plugin: ATTACKER,
      code: moduleOf(attack),
      usesDatabase: attack.usesDatabase === true,
      ...limits,
    });
    await install(admin, target, { plugin: victim, code: bystanderOf(innocentTakesMs) });
    for (const plugin of BYSTANDERS) await admin.grant({ site, plugin });
    const pages = [KEPT, ATTACK].map((slug) => ({
      id: slug,
      collection: "posts",
      slug,
      title: `${slug} ${word}`,
    }));
    await admin.putPages({ site, pages });
    await callGate(admin, site, `keep ${word}`);
    if (hook === "renderHtml" || hook === "onSearch") await admin.publish({ site, page: `posts/${ATTACK}` });
    await admin.grant({ site, plugin: ATTACKER });
  });
  return target;
}

/**
 * Strikes as whoever uses the site does: a visitor, an editor, core. Answers the outcome, or null where the request
 * was lost or tells nothing of it.
 */
export async function strike(host: Host, { site, hook }: Target): Promise<HookOutcome | null> {
  try {
    switch (hook) {
      case "afterPublish":
        await host.act((admin) => admin.publish({ site, page: `posts/${ATTACK}` }));
        return null;
      case "renderHtml":
        await visit(host, `/sites/${site}/posts/${ATTACK}`);
        return null;
      case "onSearch":
        await visit(host, `/sites/${site}/search?q=${ATTACK}`);
        return null;
      case "beforePublish":
      case "onSchedule":
        return await host.act((admin) => admin.callHook({ site, hook, event: eventOfAttack(hook) }));
    }
  } catch {
    return null;
  }
}

/** The first wedge of a server, for which nobody is named: plugins are watched from then on. */
export async function makeFirstWedge(host: Host, attack: Attack): Promise<Target> {
  const target = await openTarget(host, attack);
  await strike(host, target);
  await waitFor(
    () => host.ask((admin) => admin.audit({ kind: "watchdog" })),
    ({ entries }) => entries.length > 0,
    "the restart in the audit log",
  );
  return target;
}

/** A page as a visitor gets it. */
export async function visit({ url }: Host, path: string): Promise<string> {
  return (await fetch(url + path)).text();
}

interface Installed {
  readonly plugin: string;
  readonly code: string;
  readonly usesDatabase?: boolean;
  readonly timeoutMs?: number;
}

async function install(
  admin: AdminSession,
  { site, hook }: Target,
  { plugin, code, usesDatabase = false, timeoutMs }: Installed,
): Promise<void> {
  // What is registered cannot be replaced, so each target has versions of its own.
  const version = `1.0.${made}`;
  const hooks = [...new Set([hook, "beforePublish" as const])];
  const scopes: readonly Scope[] = [
    ...hooks.map((name) => hookTable[name].scope),
    "read:kv",
    "write:kv",
    "transform:html",
    ...(usesDatabase ? ["use:db" as const] : []),
  ];
  const manifest = {
    apiVersion: 1,
    id: plugin,
    name: plugin,
    version,
    hooks,
    scopes: scopes.map((scope) => ({ scope, reason: "it is tested" })),
    ...(timeoutMs !== undefined && { limits: { timeoutMs } }),
  };
  await admin.registerVersion({ manifest: JSON.stringify(manifest), code });
  await admin.install({ site, plugin, version });
}
