// A loop that nothing ends holds the runtime up until its limit. Its own `break`, a `return`, a `throw` or a `yield`
// ends one, or lets it be ended; an `await` alone does not. What a condition comes to is not worked out.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import type { OriginTracer } from "../scope/origins.ts";

type Ancestors = readonly AnyNode[];

const LOOP = /^(?:For|While|DoWhile)/;
const FUNCTION = /Function|^StaticBlock$|^PropertyDefinition$/;
/** Parts within parts of a condition; a longer one is no constant. */
const MAX_DEPTH = 16;
const COMPARING: ReadonlySet<string> = new Set(["==", "===", ">=", "<="]);

export const endlessLoops: Rule = {
  id: "endless-loop",
  severity: "review",
  visit({ origins }, report) {
    const endless: AnyNode[] = [];
    const left = new Set<AnyNode>();
    const returned = new Set<AnyNode>();
    const judge = (loop: AnyNode, test: AnyNode | null | undefined) => {
      if (test == null || isAlwaysTrue(test, origins)) endless.push(loop);
    };
    return {
      ForStatement: (node) => judge(node, node.test),
      WhileStatement: (node) => judge(node, node.test),
      DoWhileStatement: (node) => judge(node, node.test),
      ReturnStatement: (_, ancestors) => leaveAll(ancestors, left, returned),
      YieldExpression: (_, ancestors) => leaveAll(ancestors, left, returned),
      ThrowStatement: (_, ancestors) => leaveByThrow(ancestors, left),
      BreakStatement: (node, ancestors) => leaveUpTo(node.label?.name ?? null, ancestors, left),
      ContinueStatement(node, ancestors) {
        if (node.label) leaveUpTo(node.label.name, ancestors, left, true);
      },
      end() {
        for (const loop of endless)
          if (!left.has(loop)) report(loop, "nothing ends this loop: give it a condition, or a `break`");
      },
    };
  },
};

/** Every loop of the function. `returned`: loops from which all above were left before. */
function leaveAll(ancestors: Ancestors, left: Set<AnyNode>, returned: Set<AnyNode>): void {
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const node = ancestors[index] as AnyNode;
    if (FUNCTION.test(node.type) || returned.has(node)) return;
    if (!LOOP.test(node.type)) continue;
    left.add(node);
    returned.add(node);
  }
}

/** Every loop up to the function or the `catch` that takes what is thrown. */
function leaveByThrow(ancestors: Ancestors, left: Set<AnyNode>): void {
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const node = ancestors[index] as AnyNode;
    if (FUNCTION.test(node.type)) return;
    if (node.type === "TryStatement" && node.handler && node.block === ancestors[index + 1]) return;
    if (LOOP.test(node.type)) left.add(node);
  }
}

/** Every loop inside the labelled statement; the loop itself too, unless it goes on. */
function leaveUpTo(label: string | null, ancestors: Ancestors, left: Set<AnyNode>, goesOn = false): void {
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const node = ancestors[index] as AnyNode;
    if (node.type === "LabeledStatement" && node.label.name === label) return;
    if (label === null && node.type === "SwitchStatement") return;
    if (!LOOP.test(node.type)) continue;
    if (goesOn && isLabelled(label, ancestors, index)) return;
    left.add(node);
    if (label === null) return;
  }
}

function isLabelled(label: string | null, ancestors: Ancestors, index: number): boolean {
  for (let at = index - 1; at >= 0; at -= 1) {
    const node = ancestors[at];
    if (node?.type !== "LabeledStatement") return false;
    if (node.label.name === label) return true;
  }
  return false;
}

function isAlwaysTrue(test: AnyNode, origins: OriginTracer, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (test.type) {
    case "Literal":
      return Boolean(test.value) || test.regex !== undefined;
    case "Identifier": {
      const value = origins.valueOf(test);
      return value !== null && value.type !== "Identifier" && isAlwaysTrue(value, origins, depth + 1);
    }
    case "TemplateLiteral":
      return test.quasis.some(({ value }) => value.raw !== "");
    case "UnaryExpression":
      return test.operator === "!" ? isAlwaysFalse(test.argument) : test.operator === "typeof";
    case "SequenceExpression":
      return isAlwaysTrue(test.expressions.at(-1) as AnyNode, origins, depth + 1); // acorn makes none of nothing
    case "LogicalExpression":
      return test.operator === "||" && isAlwaysTrue(test.left, origins, depth + 1);
    case "BinaryExpression":
      return (
        COMPARING.has(test.operator) &&
        test.left.type === "Literal" &&
        test.right.type === "Literal" &&
        test.left.value === test.right.value
      );
    case "ArrayExpression":
    case "ObjectExpression":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ClassExpression":
    case "NewExpression":
      return true;
    default:
      return false;
  }
}

function isAlwaysFalse(test: AnyNode): boolean {
  if (test.type === "Literal") return !test.value && test.regex === undefined;
  if (test.type !== "UnaryExpression") return false;
  if (test.operator === "void") return true;
  return test.operator === "!" && test.argument.type === "Literal" && Boolean(test.argument.value);
}
