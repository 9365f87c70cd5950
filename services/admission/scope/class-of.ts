// The class of the language's whose instance a literal is.
// Null for what is no literal.
import type { AnyNode } from "acorn";

export function classOf(node: AnyNode | null): string | null {
  switch (node?.type) {
    case "ArrayExpression":
      return "Array";
    case "ObjectExpression":
      return "Object";
    case "TemplateLiteral":
      return "String";
    case "FunctionExpression":
    case "FunctionDeclaration":
    case "ArrowFunctionExpression":
    case "ClassExpression":
    case "ClassDeclaration":
      return "Function";
    case "Literal":
      return node.regex ? "RegExp" : classOfValue(typeof node.value);
    default:
      return null;
  }
}

function classOfValue(type: string): string | null {
  if (type === "string") return "String";
  if (type === "number") return "Number";
  return type === "boolean" ? "Boolean" : null;
}
