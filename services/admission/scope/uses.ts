// What is done with the value of an expression where it stands: called, compared, given a name, handed on.
// It looks upwards only, at the syntax around.
import type { AnyNode } from "acorn";
import type { Bindings } from "./bindings.ts";

/**
 * `member`: a member of it is read or called. `named`: the bundle goes on under a name that is followed. `handed`: it
 * goes where nobody follows it. `written`: something is put in its place.
 */
export type Use =
  | { readonly kind: "called" | "constructed"; readonly call: AnyNode }
  | { readonly kind: "member"; readonly member: Extract<AnyNode, { type: "MemberExpression" }> }
  | { readonly kind: "typeof" | "compared" | "tested" | "named" | "unused" | "written" | "deleted" }
  | { readonly kind: "handed"; readonly to: AnyNode };

/** `ancestors`: those above `node`, the root first. */
export function useOf(node: AnyNode, ancestors: readonly AnyNode[], bindings: Bindings): Use {
  let child = node;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    const use = useBy(parent, child, bindings);
    if (use !== null) return use;
    child = parent;
  }
  return { kind: "unused" };
}

/** Null where the parent's value is the child's, or may be. */
function useBy(parent: AnyNode, child: AnyNode, bindings: Bindings): Use | null {
  switch (parent.type) {
    case "ChainExpression":
    case "AwaitExpression":
    case "LogicalExpression":
      return null;
    case "ConditionalExpression":
      return parent.test === child ? { kind: "tested" } : null;
    case "SequenceExpression":
      return parent.expressions.at(-1) === child ? null : { kind: "unused" };
    case "AssignmentExpression":
      if (parent.left === child) return { kind: "written" };
      return parent.left.type === "MemberExpression" ? { kind: "handed", to: parent } : null;
    case "UpdateExpression":
      return { kind: "written" };
    case "UnaryExpression":
      if (parent.operator === "typeof") return { kind: "typeof" };
      return { kind: parent.operator === "delete" ? "deleted" : "tested" };
    case "BinaryExpression":
      return { kind: "compared" };
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
      return { kind: "tested" };
    case "ExpressionStatement":
      return { kind: "unused" };
    case "CallExpression":
      if (parent.callee === child) return { kind: "called", call: parent };
      return bindings.isFollowed(child) ? { kind: "named" } : { kind: "handed", to: parent };
    case "NewExpression":
      return parent.callee === child ? { kind: "constructed", call: parent } : { kind: "handed", to: parent };
    case "TaggedTemplateExpression":
      return { kind: "called", call: parent };
    case "MemberExpression":
      return parent.object === child ? { kind: "member", member: parent } : { kind: "tested" };
    case "VariableDeclarator":
    case "AssignmentPattern":
      return { kind: "named" };
    case "ObjectPattern":
    case "ArrayPattern":
      return { kind: "written" };
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === child ? { kind: "written" } : { kind: "handed", to: parent };
    default:
      return { kind: "handed", to: parent };
  }
}
