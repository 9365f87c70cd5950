// Whether two expressions are written alike, names included.
// Large ones count as different.
import type { AnyNode } from "acorn";
import { childrenOf } from "../parse/walk.ts";

const MAX_NODES = 64;

export function isSameSyntax(a: AnyNode, b: AnyNode): boolean {
  const left: [AnyNode, AnyNode][] = [[a, b]];
  for (let seen = 0; seen < MAX_NODES; seen += 1) {
    const pair = left.pop();
    if (pair === undefined) return true;
    const [one, other] = pair;
    if (one.type !== other.type || nameOf(one) !== nameOf(other)) return false;
    const [children, others] = [childrenOf(one), childrenOf(other)];
    if (children.length !== others.length || children.length > MAX_NODES) return false;
    for (const [index, child] of children.entries()) left.push([child, others[index] as AnyNode]);
  }
  return false;
}

function nameOf(node: AnyNode): unknown {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression") return node.computed;
  return node.type === "Literal" ? node.value : null;
}
