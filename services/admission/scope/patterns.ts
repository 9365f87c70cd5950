// Takes a destructuring pattern apart: which name gets which part of the value.
// With a stack of its own, since patterns nest as deep as their author likes.
import type { AnyNode, AssignmentProperty, Identifier, Literal } from "acorn";
import type { Source, Step } from "./scope.ts";

export interface PatternVisitor {
  /** `source` null: nobody knows what the name gets. */
  name(identifier: Identifier, source: Source | null): void;
  /** An expression in the pattern: a default, a computed key, a member that is written. */
  expression(node: AnyNode): void;
}

/** `source` null: nobody knows what is taken apart. */
export function spreadPattern(pattern: AnyNode, source: Source | null, visitor: PatternVisitor): void {
  if (pattern.type === "Identifier") {
    visitor.name(pattern, source);
    return;
  }
  const left: { readonly pattern: AnyNode; readonly from: Source | null }[] = [{ pattern, from: source }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { pattern: node, from } = next;
    switch (node.type) {
      case "Identifier":
        visitor.name(node, from);
        break;
      case "AssignmentPattern":
        visitor.expression(node.right);
        left.push(
          { pattern: node.left, from: { value: node.right, path: [], isDefault: true } },
          { pattern: node.left, from },
        );
        break;
      case "ObjectPattern":
        for (const property of node.properties) {
          if (property.type === "RestElement") {
            left.push({ pattern: property.argument, from });
            continue;
          }
          if (property.computed) visitor.expression(property.key);
          left.push({ pattern: property.value, from: stepInto(from, keyOf(property)) });
        }
        break;
      case "ArrayPattern":
        for (const [index, element] of node.elements.entries()) {
          if (element === null) continue;
          const key = element.type === "RestElement" ? null : String(index);
          left.push({ pattern: element, from: stepInto(from, key) });
        }
        break;
      case "RestElement":
        left.push({ pattern: node.argument, from });
        break;
      default:
        visitor.expression(node);
    }
  }
}

export function stepInto(source: Source | null, key: Step): Source | null {
  return source === null ? null : { value: source.value, path: [...source.path, key] };
}

function keyOf({ key, computed }: Pick<AssignmentProperty, "key" | "computed">): Step {
  if (computed) return key;
  return key.type === "Identifier" ? key.name : String((key as Literal).value); // names, strings and numbers alone
}
