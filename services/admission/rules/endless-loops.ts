// A loop that nothing ends holds the runtime up until its limit. Its own `break`, a `return`, a `throw`, a `yield` or
// an `await` ends one, or lets it be ended; what a condition comes to is not worked out.
import type { AnyNode } from "acorn";
import type { Report, Rule } from "../analysis.ts";
import { childrenOf } from "../parse/walk.ts";

export const endlessLoops: Rule = {
  id: "endless-loop",
  severity: "review",
  visit: (_bundle, report) => ({
    ForStatement: (node, ancestors) => judge(report, node, node.test ?? null, ancestors),
    WhileStatement: (node, ancestors) => judge(report, node, node.test, ancestors),
    DoWhileStatement: (node, ancestors) => judge(report, node, node.test, ancestors),
  }),
};

type Loop = Extract<AnyNode, { type: "ForStatement" | "WhileStatement" | "DoWhileStatement" }>;

function judge(report: Report, loop: Loop, test: AnyNode | null, ancestors: readonly AnyNode[]): void {
  if (test !== null && !isAlwaysTrue(test)) return;
  const around = ancestors.at(-1);
  const label = around?.type === "LabeledStatement" ? around.label.name : null;
  const update = loop.type === "ForStatement" && loop.update ? [loop.update] : [];
  if (hasExit([loop.body, ...update], label)) return;
  report(loop, "nothing ends this loop: give it a condition, or a `break`");
}

function isAlwaysTrue(test: AnyNode): boolean {
  if (test.type === "Literal") return Boolean(test.value) || test.regex !== undefined;
  if (test.type === "UnaryExpression" && test.operator === "!") return isAlwaysFalse(test.argument);
  return test.type === "ArrayExpression" || test.type === "ObjectExpression";
}

function isAlwaysFalse(test: AnyNode): boolean {
  return test.type === "Literal"
    ? !test.value && test.regex === undefined
    : test.type === "UnaryExpression" && test.operator === "void";
}

function hasExit(parts: readonly AnyNode[], label: string | null): boolean {
  const left = parts.map((node) => ({ node, isInner: false }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, isInner } = next;
    switch (node.type) {
      case "ReturnStatement":
      case "ThrowStatement":
      case "YieldExpression":
      case "AwaitExpression":
        return true;
      case "ForOfStatement":
        if (node.await) return true;
        break;
      case "BreakStatement":
        // A label that is not this loop's stands around it: everything inside was left by its own.
        if (node.label ? node.label.name === label || isOutside(node.label.name, parts) : !isInner)
          return true;
        continue;
      case "ContinueStatement":
        if (node.label && node.label.name !== label && isOutside(node.label.name, parts)) return true;
        continue;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "ClassBody":
        continue;
    }
    const breaksHere = isInner || /^(?:For|While|DoWhile|Switch)/.test(node.type);
    for (const child of childrenOf(node)) left.push({ node: child, isInner: breaksHere });
  }
  return false;
}

/** Whether no statement among the parts bears the label. */
function isOutside(name: string, parts: readonly AnyNode[]): boolean {
  const left = [...parts];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === "LabeledStatement" && node.label.name === name) return false;
    left.push(...childrenOf(node));
  }
  return true;
}
