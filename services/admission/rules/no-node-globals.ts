// There is no Node.js in the sandbox. Asking whether there is one is what libraries do, and is no use of it.
import type { Rule } from "../analysis.ts";
import { isAskedFor, isGuarded } from "../idioms/typeof-guard.ts";

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
  visit: ({ bindings }, report) => ({
    use({ node, origin, use, ancestors }) {
      if (!NAMES.has(origin) || use.kind === "typeof" || use.kind === "written" || use.kind === "deleted")
        return;
      const isBound = node.type === "Identifier" && bindings.bindingOf(node) !== undefined;
      const isFree = node.type === "Identifier" && !isBound;
      // Through a name or the global object it is undefined, and an error only where something is done with it.
      const isUsed = use.kind === "called" || use.kind === "constructed" || use.kind === "member";
      if (isBound && !isUsed) return;
      if (isGuarded(origin, node, ancestors) || isAskedFor(node, ancestors)) {
        report(node, `${origin} is used only where it is there, which it is not in the sandbox`, "note");
      } else if (isFree || isUsed) {
        report(node, `${origin} is Node.js's: a plugin has api, context and the web's own names`);
      } else {
        report(node, `${origin} is looked for, and is not there in the sandbox`, "note");
      }
    },
  }),
};
