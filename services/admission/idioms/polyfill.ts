// `Symbol.dispose ||= Symbol.for("dispose")`: something is put where nothing is. Seen in capnweb and core-js.
import type { AnyNode } from "acorn";
import { childrenOf } from "../parse/walk.ts";

const MAX_NODES = 64;

/** Whether the member is written only where it is not there: by `??=`, `||=`, or behind a question for it. */
export function isPolyfill(member: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const assignment = ancestors.at(-1);
  if (assignment?.type !== "AssignmentExpression" || assignment.left !== member) return false;
  if (assignment.operator === "??=" || assignment.operator === "||=") return true;
  let child: AnyNode = assignment;
  for (const parent of ancestors.slice(0, -1).reverse()) {
    if (parent.type === "LogicalExpression" && parent.right === child) {
      return parent.operator === "&&" ? asksWhetherMissing(parent.left, member) : isSame(parent.left, member);
    }
    if (parent.type === "IfStatement" && parent.consequent === child)
      return asksWhetherMissing(parent.test, member);
    if (parent.type !== "ExpressionStatement" && parent.type !== "BlockStatement") return false;
    child = parent;
  }
  return false;
}

/** `!x`, `typeof x !== "function"`, `x === undefined` and the like. */
function asksWhetherMissing(test: AnyNode, member: AnyNode): boolean {
  if (test.type === "UnaryExpression") return test.operator === "!" && isSame(test.argument, member);
  if (test.type !== "BinaryExpression" || test.left.type === "PrivateIdentifier") return false;
  const [asked, answer] = test.left.type === "Literal" ? [test.right, test.left] : [test.left, test.right];
  const isNothing =
    answer.type === "UnaryExpression" ||
    (answer.type === "Literal" && answer.value === null) ||
    (answer.type === "Identifier" && answer.name === "undefined");
  if (isSame(asked, member)) return isNothing && test.operator.startsWith("==");
  if (asked.type !== "UnaryExpression" || asked.operator !== "typeof" || !isSame(asked.argument, member))
    return false;
  if (answer.type !== "Literal") return false;
  return answer.value === "undefined" ? test.operator.startsWith("==") : test.operator.startsWith("!=");
}

/** The same syntax, names included. */
function isSame(a: AnyNode, b: AnyNode): boolean {
  const left: [AnyNode, AnyNode][] = [[a, b]];
  for (let seen = 0; seen < MAX_NODES; seen += 1) {
    const pair = left.pop();
    if (pair === undefined) return true;
    const [one, other] = pair;
    if (one.type !== other.type || nameOf(one) !== nameOf(other)) return false;
    const [children, others] = [childrenOf(one), childrenOf(other)];
    if (children.length !== others.length) return false;
    for (const [index, child] of children.entries()) left.push([child, others[index] as AnyNode]);
  }
  return false;
}

function nameOf(node: AnyNode): unknown {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return node.computed;
  return node.type === "Literal" ? node.value : null;
}
