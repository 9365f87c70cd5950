// The exported object says the same at every read: its keys are written there, its values are functions.
// The gateway reads own keys once; what changes between two reads gains nothing, and is refused here.
import { HOOKS } from "../../../contracts/hooks.ts";
import type { Bundle, Report, Rule } from "../analysis.ts";
import type { ExportedKey } from "../exported-plugin.ts";
import { functionOf } from "../exported-plugin.ts";

const KEYS: ReadonlySet<string> = new Set([...HOOKS, "hook", "migrate"]);
const EXPECTED = `expected ${[...HOOKS, "hook"].join(", ")} or migrate`;

export const exportedShape: Rule = {
  id: "exported-shape",
  severity: "reject",
  visit: (bundle, report) => ({
    end() {
      const { exported } = bundle;
      if (!exported.ok) return report(exported.node, exported.message);
      for (const key of exported.keys) judgeKey(key, bundle, report);
      if (exported.keys.length === 0) report(exported.object, `the default export has no hook: ${EXPECTED}`);
    },
  }),
};

function judgeKey(key: ExportedKey, { program }: Bundle, report: Report): void {
  const { name, node } = key;
  if (name === null) report(node, `a key of the default export is computed: ${EXPECTED}, written out`);
  else if (node.kind !== "init") report(node, `${name} is a ${node.kind}ter: write it as a method`);
  else if (!KEYS.has(name)) report(node, `${name.slice(0, 64)} is no key of a plugin: ${EXPECTED}`);
  else if (functionOf(key, program) === null)
    report(node, `${name} cannot be read as a function: write it as a method`);
}
