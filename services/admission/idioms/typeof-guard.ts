// `typeof process !== "undefined" && process.env…`: what libraries ask before they use what may not be there.
// Seen in debug (micromark), esbuild's `require` shim, and every UMD wrapper.
import type { AnyNode } from "acorn";
import { childrenOf } from "../parse/walk.ts";

/** Nodes of a condition that are looked at; a longer one is no guard that a person reads. */
const MAX_NODES = 64;

/** Whether the use stands where `typeof name` was asked before, in the same expression or statement. */
export function isGuarded(name: string, node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  let child = node;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as AnyNode;
    if (parent.type === "LogicalExpression" && parent.right === child && asksFor(parent.left, name))
      return true;
    const isBranch =
      (parent.type === "ConditionalExpression" || parent.type === "IfStatement") && parent.test !== child;
    if (isBranch && asksFor(parent.test, name)) return true;
    child = parent;
  }
  return false;
}

function asksFor(condition: AnyNode, name: string): boolean {
  const left: AnyNode[] = [condition];
  for (let seen = 0; seen < MAX_NODES; seen += 1) {
    const node = left.shift();
    if (node === undefined) return false;
    if (node.type === "UnaryExpression" && node.operator === "typeof" && endsWith(node.argument, name))
      return true;
    left.push(...childrenOf(node));
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
