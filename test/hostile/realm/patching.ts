// Plugins whose modules patch the realm that they share with the shell, one patch each.
// Whatever a patch does, the only harm that it can do is to its own plugin.
import { type Attacker, attackTogether } from "../attack.ts";
import { expectOwnFailure } from "../told.ts";

/** Each patch ends in an outcome of the plugin that made it. */
export async function expectOwnFailures(patches: Readonly<Record<string, string>>): Promise<void> {
  const attackers = Object.entries(patches).map(([what, patch]): [string, Attacker] => [
    what,
    {
      code: `${patch} export default { async beforePublish({ api }) { api.log.info("x"); return api.can("x") || true; } };`,
      manifest: { limits: { timeoutMs: 300 } },
    },
  ]);
  for (const report of Object.values(await attackTogether(Object.fromEntries(attackers)))) {
    expectOwnFailure(report);
  }
}
