// An attack on a site of its own, and the proof that it came to nothing: `expectUnharmed` ends every one.
// It grants what the attacker asks for and nothing else; everything goes through the gateway's own code.
import { expect, vi } from "vitest";
import type { AuditEntry } from "../../contracts/audit.ts";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { CallOutcome, RunReport } from "../../contracts/outcome.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { events, type FixturePlugin, makeSite, page, type TestSite } from "../workerd/site.ts";
import { refusedIn, saidIn, toldIn } from "./told.ts";
import {
  BYSTANDER,
  expectAnswered,
  makeElsewhere,
  readGranted,
  readOwners,
  readWorld,
  VICTIM,
  type World,
} from "./world.ts";

export const ATTACKER = "attacker";

/** The plugin that attacks; one without a name gets one. */
export type Attacker = FixturePlugin;

/** What an attack leaves behind: its own keys in KV, of each attacker that has any; none unless given. */
export interface Aftermath {
  readonly keeps?: Readonly<Record<string, string>>;
}

/** How the one call of a plain attack ends. */
export interface Ending extends Aftermath {
  /** Outcome and code of its error; `ok` unless given. */
  readonly ends?: readonly [Exclude<CallOutcome, "ok">, string];
  /** The capability calls that its trace shows as refused or failed, such as `kv.write.put`; none unless given. */
  readonly refused?: readonly string[];
  readonly hook?: HookName;
}

/** How things stood before the attack. */
interface Before {
  readonly elsewhere: TestSite;
  /** What nobody but the victim and core may say. */
  readonly secrets: readonly string[];
  readonly granted: readonly Scope[];
  readonly world: World;
}

/** One site with an attacker, a victim and a bystander on it. */
export class Target {
  readonly site: TestSite;
  readonly #before: Before;
  readonly #heard: unknown[] = [];

  constructor(site: TestSite, before: Before) {
    this.site = site;
    this.#before = before;
  }

  /** One call of the attacker alone; `word` is how it is told what to do (`wordIn` of plugin-text.ts). */
  async run(word = "attack", hook: HookName = "beforePublish", attacker = ATTACKER): Promise<RunReport> {
    return this.hear(await this.site.run(attacker, hook, eventSaying(hook, word)));
  }

  /** What the attacker told with `say(value)` in one call that it ended well. */
  async ask(word?: string): Promise<unknown> {
    const report = await this.run(word);
    expect(report).toMatchObject({ outcome: "ok" });
    return saidIn(report);
  }

  /** Keeps what came of the attack by another way, to be searched for secrets. */
  hear<T>(value: T): T {
    this.#heard.push(value);
    return value;
  }

  /** The attacker's denials in the site's audit log, once there are this many; they are written every second. */
  async audited(count: number): Promise<readonly AuditEntry[]> {
    return vi.waitFor(
      async () => {
        const { entries } = await this.site.admin.audit({
          site: this.site.id,
          kind: "denial",
          plugin: ATTACKER,
        });
        expect(entries.reduce((sum, entry) => sum + entry.count, 0)).toBe(count);
        return this.hear(entries);
      },
      { timeout: 8_000, interval: 50 },
    );
  }

  /** Nothing was learnt, nothing changed but what is said here, and whoever calls next is answered. */
  async expectUnharmed({ keeps = {} }: Aftermath = {}): Promise<void> {
    const { elsewhere, secrets, granted, world } = this.#before;
    for (const secret of secrets) expect(JSON.stringify(this.#heard)).not.toContain(secret);
    const [owners, own, still, after, strangers] = await Promise.all([
      readOwners(this.site),
      this.site.readKv(ATTACKER),
      readGranted(this.site, ATTACKER),
      readWorld(this.site, ATTACKER),
      readOwners(elsewhere),
      expectAnswered(this.site),
      expectAnswered(elsewhere),
    ]);
    expect(own).toEqual(keeps);
    for (const owner of owners.filter((plugin) => plugin.startsWith(ATTACKER))) {
      expect(await this.site.readKv(owner)).toEqual(keeps);
    }
    expect(granted).toEqual(expect.arrayContaining([...still]));
    expect(after).toEqual(world);
    expect(strangers).toEqual([]);
    // The host's own realm is the one that this file runs in.
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Object.keys(globalThis)).not.toContain("owned");
  }
}

/** A site that nobody has attacked yet. More attackers than one are `attacker-1` and so on. */
export async function openTarget(attacker: Attacker, ...more: readonly Attacker[]): Promise<Target> {
  const [site, elsewhere] = await Promise.all([makeSite(), makeElsewhere()]);
  const attackers = [attacker, ...more].map((plugin, index) => ({ id: attackerId(index), ...plugin }));
  await Promise.all([VICTIM, BYSTANDER, ...attackers].map((plugin) => site.add(plugin)));
  const gold = `gold-${crypto.randomUUID()}`;
  const draft = { ...page, id: "posts:secret", slug: "secret", title: `draft-${crypto.randomUUID()}` };
  await Promise.all([
    site.admin.putPages({ site: site.id, pages: [draft] }),
    site.run(VICTIM.id, "onSchedule", { ...events.onSchedule, cursor: gold }),
  ]);
  const [world, granted] = await Promise.all([readWorld(site, ATTACKER), readGranted(site, ATTACKER)]);
  expect(world.secret).toEqual({ secret: gold });
  return new Target(site, { elsewhere, secrets: [gold, draft.title], granted, world });
}

/** Attacks a site of its own as `act` says, and proves that it is unharmed. */
export async function underAttack<T>(
  attacker: Attacker,
  act: (target: Target) => Promise<T>,
  aftermath?: Aftermath,
): Promise<T> {
  const target = await openTarget(attacker);
  const answer = await act(target);
  await target.expectUnharmed(aftermath);
  return answer;
}

/** Attackers on one site, called one after another; answers the report of each. */
export async function attackTogether<K extends string>(
  attackers: Readonly<Record<K, Attacker>>,
): Promise<Record<K, RunReport>> {
  const names = Object.keys(attackers) as K[];
  const [first, ...more] = names.map((name) => attackers[name]);
  if (first === undefined) throw new Error("nobody attacks");
  const target = await openTarget(first, ...more);
  const reports: [K, RunReport][] = [];
  for (const [index, name] of names.entries()) {
    reports.push([name, await target.run(undefined, undefined, attackerId(index))]);
  }
  await target.expectUnharmed();
  return Object.fromEntries(reports) as Record<K, RunReport>; // made of these names
}

function attackerId(index: number): string {
  return index === 0 ? ATTACKER : `${ATTACKER}-${index}`;
}

/** What came of a plain attack, with what the attacker could say or tell. */
export interface Attacked {
  readonly report: RunReport;
  readonly said: unknown;
  readonly told: Readonly<Record<string, string>>;
}

/** The plain attack: one call. */
export async function attack(attacker: Attacker, ending: Ending = {}): Promise<Attacked> {
  const { ends, refused = [], hook, ...aftermath } = ending;
  return underAttack(
    attacker,
    async (target) => {
      const report = await target.run(undefined, hook);
      const [outcome, code] = ends ?? ["ok"];
      expect([report.outcome, report.error?.code]).toEqual([outcome, code]);
      expect(refusedIn(report)).toEqual([...refused].sort());
      return { report, said: saidIn(report), told: toldIn(report) };
    },
    aftermath,
  );
}

/** One whole event of the hook; its word is the slug, the path, the query or the cursor. */
function eventSaying(hook: HookName, word: string): unknown {
  switch (hookTable[hook].mode) {
    case "gate":
      return { ...events.beforePublish, slug: word };
    case "transform":
      return { ...events.renderHtml, path: word };
    case "rank":
      return { ...events.onSearch, query: word };
    case "notify":
      return hook === "onSchedule"
        ? { ...events.onSchedule, cursor: word }
        : { ...events.afterPublish, slug: word };
  }
}
