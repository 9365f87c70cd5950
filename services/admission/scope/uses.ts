// What is done with the value of an expression where it stands: called, compared, given a name, handed on.
// It looks upwards only, at the syntax around.
import type { AnyNode } from "acorn";
import type { Bindings } from "./bindings.ts";

/**
 * `member`: a member of it is read or called. `named`: the bundle goes on under a name that is followed. `handed`: it
 * goes where nobody follows it. `answered`: a function answers it. `written`: something is put in its place.
 */
export type Use =
  | { readonly kind: "called" | "constructed"; readonly call: AnyNode }
  | { readonly kind: "member"; readonly member: Extract<AnyNode, { type: "MemberExpression" }> }
  | {
      readonly kind:
        | "typeof"
        | "compared"
        | "tested"
        | "named"
        | "answered"
        | "unused"
        | "written"
        | "deleted";
    }
  | { readonly kind: "handed"; readonly to: AnyNode };

/** Expressions that a value goes through to where it is used; past them it counts as handed on. */
const MAX_PASSED = 64;

/** `ancestors`: those above `node`, the root first. */
export function useOf(node: AnyNode, ancestors: readonly AnyNode[], bindings: Bindings): Use {
  let child = node;
  const end = Math.max(0, ancestors.length - MAX_PASSED);
  for (let index = ancestors.length - 1; index >= end; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    const use = isInPattern(ancestors, index) ? useInPattern(parent, child) : useBy(parent, child, bindings);
    if (use !== null) return use;
    child = parent;
  }
  return end === 0 ? { kind: "unused" } : { kind: "handed", to: child };
}

/** Whether the ancestor is a part of a pattern that looks like one of a literal. */
function isInPattern(ancestors: readonly AnyNode[], index: number): boolean {
  const { type } = ancestors[index] as AnyNode;
  return type === "RestElement" || (type === "Property" && ancestors[index - 1]?.type === "ObjectPattern");
}

function useInPattern(parent: AnyNode, child: AnyNode): Use {
  return parent.type === "Property" && parent.value !== child ? { kind: "tested" } : { kind: "written" };
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
    case "AssignmentPattern":
      return { kind: parent.left === child ? "written" : "named" };
    case "VariableDeclarator":
      return { kind: "named" };
    case "ArrowFunctionExpression":
    case "ReturnStatement":
      return { kind: "answered" };
    case "Property":
      return parent.key === child && parent.computed ? { kind: "tested" } : { kind: "handed", to: parent };
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
