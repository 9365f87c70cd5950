// Finds the literal or function that an expression can only stand for: through names that hold one thing, members of
// objects and lists that are written out, Object.freeze.
// It runs nothing: what may be something else is null.
import type { AnyNode, ObjectExpression } from "acorn";
import type { Bindings } from "./bindings.ts";
import { onlySourceOf, type Step } from "./scope.ts";

/** Names, members and calls between an expression and its value. */
const MAX_STEPS = 16;

export class Constants {
  readonly bindings: Bindings;
  readonly #members = new Map<ObjectExpression, ReadonlyMap<string, AnyNode | null>>();

  constructor(bindings: Bindings) {
    this.bindings = bindings;
  }

  valueOf(expression: AnyNode): AnyNode | null {
    let node: AnyNode | null = expression;
    for (let steps = 0; node !== null && steps < MAX_STEPS; steps += 1) {
      switch (node.type) {
        case "Identifier": {
          const source = onlySourceOf(this.bindings.bindingOf(node));
          if (source === null || source.path.length > 1) return null;
          node = source.path.length === 0 ? source.value : this.#partOf(source.value, source.path[0] ?? null);
          break;
        }
        case "MemberExpression":
          node = node.object.type === "Super" ? null : this.#partOf(node.object, plainKeyOf(node));
          break;
        case "CallExpression":
          node = isFreeze(node.callee as AnyNode)
            ? ((node.arguments[0] as AnyNode | undefined) ?? null)
            : node;
          if (node?.type === "CallExpression") return node;
          break;
        case "ChainExpression":
          node = node.expression;
          break;
        case "SequenceExpression":
          node = node.expressions.at(-1) ?? null;
          break;
        default:
          return node;
      }
    }
    return null;
  }

  /** A member of a list or an object as it is written there; null where it is not, or may be made otherwise. */
  memberOf(literal: AnyNode | null, key: string): AnyNode | null {
    if (literal?.type === "ArrayExpression") {
      const at = Number(key);
      // A spread before it moves it.
      for (let index = 0; index <= at && index < MAX_STEPS; index += 1)
        if (literal.elements[index]?.type === "SpreadElement") return null;
      const element = literal.elements[at];
      return element && element.type !== "SpreadElement" ? element : null;
    }
    return literal?.type === "ObjectExpression" ? (this.#membersOf(literal).get(key) ?? null) : null;
  }

  #partOf(object: AnyNode, key: Step): AnyNode | null {
    return typeof key === "string" ? this.memberOf(this.#literalOf(object), key) : null;
  }

  /** One step only: a chain of names is followed by whoever asks. */
  #literalOf(node: AnyNode): AnyNode | null {
    if (node.type !== "Identifier") return node;
    const source = onlySourceOf(this.bindings.bindingOf(node));
    return source?.path.length === 0 ? source.value : null;
  }

  #membersOf(object: ObjectExpression): ReadonlyMap<string, AnyNode | null> {
    const known = this.#members.get(object);
    if (known !== undefined) return known;
    const members = new Map<string, AnyNode | null>();
    for (const property of object.properties) {
      // What is spread in may replace all before it.
      if (property.type === "SpreadElement") members.clear();
      else if (!property.computed || property.key.type === "Literal")
        members.set(nameOf(property.key) ?? "", property.kind === "init" ? property.value : null);
    }
    this.#members.set(object, members);
    return members;
  }
}

/** A key that is written out as a name. */
function plainKeyOf(node: Extract<AnyNode, { type: "MemberExpression" }>): string | null {
  if (node.computed && node.property.type !== "Literal") return null;
  return nameOf(node.property);
}

export function nameOf(key: AnyNode): string | null {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : null;
}

function isFreeze(callee: AnyNode): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    (callee.property.name === "freeze" || callee.property.name === "seal")
  );
}
