// `Symbol.dispose ||= Symbol.for("dispose")`: something is put where nothing is. Seen in capnweb and core-js.
import type { AnyNode } from "acorn";
import { isSameSyntax } from "./same-syntax.ts";

/** Whether the member is written only where it is not there: by `??=`, `||=`, or behind a question for it. */
export function isPolyfill(member: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const assignment = ancestors.at(-1);
  if (assignment?.type !== "AssignmentExpression" || assignment.left !== member) return false;
  if (assignment.operator === "??=" || assignment.operator === "||=") return true;
  let child: AnyNode = assignment;
  for (let index = ancestors.length - 2; index >= 0; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    if (parent.type === "LogicalExpression" && parent.right === child) {
      return parent.operator === "&&"
        ? asksWhetherMissing(parent.left, member)
        : isSameSyntax(parent.left, member);
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
  if (test.type === "UnaryExpression") return test.operator === "!" && isSameSyntax(test.argument, member);
  if (test.type !== "BinaryExpression" || test.left.type === "PrivateIdentifier") return false;
  const [asked, answer] = test.left.type === "Literal" ? [test.right, test.left] : [test.left, test.right];
  const isNothing =
    answer.type === "UnaryExpression" ||
    (answer.type === "Literal" && answer.value === null) ||
    (answer.type === "Identifier" && answer.name === "undefined");
  if (isSameSyntax(asked, member)) return isNothing && test.operator.startsWith("==");
  if (
    asked.type !== "UnaryExpression" ||
    asked.operator !== "typeof" ||
    !isSameSyntax(asked.argument, member)
  )
    return false;
  if (answer.type !== "Literal") return false;
  return answer.value === "undefined" ? test.operator.startsWith("==") : test.operator.startsWith("!=");
}
