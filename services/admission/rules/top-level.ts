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
      if (isAtTop(node, ancestors)) report(node, "await at the top level: wait inside a hook");
    },
    ForOfStatement(node, ancestors) {
      if (node.await && isAtTop(node, ancestors))
        report(node, "for await at the top level: wait inside a hook");
    },
    use({ node, origin, use, ancestors }) {
      if (LATER.has(origin) && use.kind === "called" && isAtTop(node, ancestors, true)) {
        report(node, `${origin} at the top level: nothing runs between hooks, use onSchedule`, "review");
      }
    },
  }),
};

/**
 * Whether nothing around runs later: a function, a field of an instance.
 * `called`: a function that is called where it stands does not.
 */
function isAtTop(node: AnyNode, ancestors: readonly AnyNode[], called = false): boolean {
  let child = node;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    if (FUNCTION.test(parent.type)) {
      const around = ancestors[index - 1];
      if (!called || around?.type !== "CallExpression" || around.callee !== parent) return false;
    }
    if (parent.type === "PropertyDefinition" && parent.value === child && !parent.static) return false;
    child = parent;
  }
  return true;
}
