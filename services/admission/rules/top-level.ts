// A bundle starts fast and without waiting: the sandbox starts it for each site.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";

const FUNCTION = /Function/;
const LATER: ReadonlySet<string> = new Set(["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]);

export const topLevel: Rule = {
  id: "top-level",
  severity: "reject",
  visit: (_bundle, report) => ({
    AwaitExpression(node, ancestors) {
      if (isAtTop(ancestors)) report(node, "await at the top level: wait inside a hook");
    },
    ForOfStatement(node, ancestors) {
      if (node.await && isAtTop(ancestors)) report(node, "for await at the top level: wait inside a hook");
    },
    use({ node, origin, use, ancestors }) {
      if (LATER.has(origin) && use.kind === "called" && isAtTop(ancestors)) {
        report(node, `${origin} at the top level: nothing runs between hooks, use onSchedule`, "review");
      }
    },
  }),
};

/** Whether nothing around is a function, or a part of a class that runs later. */
function isAtTop(ancestors: readonly AnyNode[]): boolean {
  return !ancestors.some(({ type }) => FUNCTION.test(type) || type === "PropertyDefinition");
}
