// `typeof process !== "undefined" && process.env…`: what libraries ask before they use what may not be there.
// Seen in debug (micromark), lodash-es, esbuild's `require` shim, and every UMD wrapper.
import type { AnyNode } from "acorn";
import { forEachChild } from "../parse/walk.ts";
import { isSameSyntax } from "./same-syntax.ts";

/** Nodes of a condition that are looked at; a longer one is no guard that a person reads. */
const MAX_NODES = 64;
/** How far above a guard is looked for. */
const MAX_ANCESTORS = 100;

/** Whether the use stands where `typeof name` was asked before, in the same expression or statement. */
export function isGuarded(name: string, node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  return isBehind(node, ancestors, (condition) =>
    hasPart(
      condition,
      (part) =>
        part.type === "UnaryExpression" && part.operator === "typeof" && endsWith(part.argument, name),
    ),
  );
}

/** Whether the use stands where the same was asked for before: `x && x.y`, `x ? x.y : null`, `x?.y`. */
export function isAskedFor(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const parent = ancestors.at(-1);
  if (parent?.type === "MemberExpression" && parent.object === node && parent.optional) return true;
  return isBehind(node, ancestors, (condition) => hasPart(condition, (part) => isSameSyntax(part, node)));
}

/** Whether a condition that satisfies `isGuard` stands before the node. */
function isBehind(
  node: AnyNode,
  ancestors: readonly AnyNode[],
  isGuard: (condition: AnyNode) => boolean,
): boolean {
  let child = node;
  const end = Math.max(0, ancestors.length - MAX_ANCESTORS);
  for (let index = ancestors.length - 1; index >= end; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    if (parent.type === "LogicalExpression" && parent.right === child && isGuard(parent.left)) return true;
    const isBranch =
      (parent.type === "ConditionalExpression" || parent.type === "IfStatement") && parent.test !== child;
    if (isBranch && isGuard(parent.test)) return true;
    child = parent;
  }
  return false;
}

function hasPart(condition: AnyNode, isSought: (part: AnyNode) => boolean): boolean {
  const left: AnyNode[] = [condition];
  for (let seen = 0; seen < MAX_NODES; seen += 1) {
    const node = left.pop();
    if (node === undefined) return false;
    if (isSought(node)) return true;
    forEachChild(node, (child) => {
      if (left.length < MAX_NODES) left.push(child);
    });
  }
  return false;
}

/** `process` and `globalThis.process` alike. */
function endsWith(node: AnyNode, name: string): boolean {
  if (node.type === "Identifier") return node.name === name;
  return (
    node.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === name
  );
}
