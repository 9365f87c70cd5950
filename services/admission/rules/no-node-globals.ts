// There is no Node.js in the sandbox. Asking whether there is one is what libraries do, and is no use of it.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import { isGuarded } from "../idioms/typeof-guard.ts";

const NAMES: ReadonlySet<string> = new Set([
  "process",
  "require",
  "Buffer",
  "Deno",
  "Bun",
  "__dirname",
  "__filename",
]);

export const noNodeGlobals: Rule = {
  id: "no-node-globals",
  severity: "reject",
  visit: (_bundle, report) => ({
    use({ node, origin, use, ancestors }) {
      if (!NAMES.has(origin) || use.kind === "typeof" || node.type === "CallExpression") return;
      if (use.kind === "member" && isFree(node)) {
        // Read through the global object it is undefined, and no error.
      }
      if (isGuarded(origin, node, ancestors)) {
        report(node, `${origin} is used only where it is there, which it is not in the sandbox`, "note");
      } else if (isFree(node)) {
        report(node, `${origin} is Node.js's: a plugin has api, context and the web's own names`);
      } else {
        report(node, `${origin} is looked for, and is not there in the sandbox`, "note");
      }
    },
  }),
};

function isFree(node: AnyNode): boolean {
  return node.type === "Identifier";
}
