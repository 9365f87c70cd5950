// Plugins on one site, each made of a whole module, and how a gate of each ends.

import type { RunReport } from "../../../contracts/outcome.ts";
import { attackTogether } from "../attack.ts";

const quick = { limits: { timeoutMs: 2_000 } };

/** The report of one gate of each module, in the modules' order. */
export async function publishWith(modules: Readonly<Record<string, string>>): Promise<RunReport[]> {
  const attackers = Object.entries(modules).map(([what, code]) => [what, { code, manifest: quick }]);
  return Object.values(await attackTogether(Object.fromEntries(attackers)));
}
