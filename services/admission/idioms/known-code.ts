// Code of honest libraries that looks like an attack, by the shape of its syntax and where it was seen.
// Imitating it gains nothing: the isolate refuses the act itself.
import type { AnyNode } from "acorn";
import { childrenOf } from "../parse/walk.ts";

/** Nodes of a shape; what is larger is no idiom. */
const MAX_NODES = 200;

/**
 * The syntax without the names that a minifier chooses: kinds, operators, texts and the names of members.
 * Null for what is too large.
 */
export function shapeOf(root: AnyNode): string | null {
  const parts: string[] = [];
  const left: AnyNode[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (parts.length >= MAX_NODES) return null;
    const part = describe(node);
    // A template without expressions is the text that it holds, as minifiers have it.
    if (part !== "") parts.push(part);
    const children = childrenOf(node);
    if (children.length > MAX_NODES) return null;
    left.push(...children.reverse());
  }
  return parts.join(" ");
}

function describe(node: AnyNode): string {
  switch (node.type) {
    case "Literal":
      return JSON.stringify(node.value ?? null);
    case "TemplateLiteral":
      return node.expressions.length === 0 ? "" : "Template";
    case "TemplateElement":
      return JSON.stringify(node.value.cooked ?? null);
    case "MemberExpression":
      return node.computed || node.property.type !== "Identifier"
        ? "Member[]"
        : `Member.${node.property.name}`;
    case "BinaryExpression":
    case "LogicalExpression":
    case "UnaryExpression":
      return node.operator;
    default:
      return node.type.replace(/Expression$|Statement$/, "");
  }
}
