// The tests of whole folders of attacks, one after another on one server whose watchdog is awake.
// A file calls it once; each attack has a site of its own.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Attack, loadAttacks } from "./attack.ts";
import { type Host, startHost } from "./host.ts";
import { attack as endlessFor } from "./loops/for.attack.ts";
import { expectBystandersLive, expectNothingSeen, expectSurvived } from "./proofs.ts";
import { makeFirstWedge, openTarget, type Target } from "./target.ts";

/** A third of what it is by itself (promises.test.ts): a hundred wedges are minutes of silence. */
const PATIENCE = "600";

export async function expectAllSurvived(...folders: readonly string[]): Promise<void> {
  const attacks = await Promise.all(folders.map(async (name) => [name, await loadAttacks(name)] as const));
  const struck: { attack: Attack; target: Target; silentMs: number }[] = [];
  let host: Host;
  beforeAll(async () => {
    host = await startHost("--patience", PATIENCE);
    await makeFirstWedge(host, endlessFor);
  });
  afterAll(async () => {
    await host.stop();
    console.info(
      struck
        .map(({ attack, silentMs }) => `${Math.round(silentMs)} ms of silence: ${attack.name}`)
        .join("\n"),
    );
  });

  describe.each(attacks)("%s", (_folder, list) => {
    it.each(list)("$name", async (attack) => {
      const target = await openTarget(host, attack);
      struck.push({ attack, target, silentMs: await expectSurvived(host, target, attack) });
    });
  });

  it("has never blamed a bystander, of any site", async () => {
    for (const { target } of struck) await expectBystandersLive(host, target);
  });

  // Last, since a plugin stays out for some seconds after it was switched off, whoever enables it.
  it("lets no attacker see what others keep, and an admin enable each of them again", async () => {
    expect(struck).not.toEqual([]);
    for (const { attack, target } of struck) {
      if (attack.inHook !== undefined) await expectNothingSeen(host, target);
    }
  });
}
