// Works out text that is put together of constants: "con" + "structor", templates, character codes.
// It runs nothing and gives up early: what it cannot tell is unknown, never guessed.
import type { AnyNode, CallExpression } from "acorn";
import type { Bindings } from "./bindings.ts";

/** Steps of one folding; longer chains are data, not names. */
const MAX_STEPS = 256;
/** Characters of a name that anything is called. */
const MAX_CHARS = 256;

/** The text that the expression stands for as a property's key, or null. */
export function foldText(expression: AnyNode, bindings: Bindings): string | null {
  return new Folder(bindings).fold(expression);
}

class Folder {
  #steps = 0;
  readonly #bindings: Bindings;

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  fold(node: AnyNode): string | null {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) return null;
    switch (node.type) {
      case "Literal":
        return bounded(node.regex || node.value === undefined ? null : String(node.value));
      case "TemplateLiteral":
        return this.#join(interleave(node.quasis, node.expressions));
      case "TemplateElement":
        return bounded(node.value.cooked ?? null);
      case "BinaryExpression":
        return node.operator === "+" && node.left.type !== "PrivateIdentifier"
          ? this.#join([node.left, node.right])
          : null;
      case "SequenceExpression": {
        const last = node.expressions.at(-1);
        return last ? this.fold(last) : null;
      }
      case "AssignmentExpression":
        return node.operator === "=" ? this.fold(node.right) : null;
      case "Identifier": {
        const binding = this.#bindings.bindingOf(node);
        const [source, ...others] = binding?.sources ?? [];
        if (binding?.isOpen !== false || source === undefined || others.length > 0) return null;
        return source.path.length === 0 ? this.fold(source.value) : this.#foldPart(source.value, source.path);
      }
      case "MemberExpression":
        return this.#foldMember(
          node.object,
          node.computed ? this.fold(node.property) : nameOf(node.property),
        );
      case "CallExpression":
        return this.#foldCall(node);
      default:
        return null;
    }
  }

  #join(parts: readonly AnyNode[]): string | null {
    let text = "";
    for (const part of parts) {
      const folded = this.fold(part);
      if (folded === null) return null;
      text += folded;
    }
    return bounded(text);
  }

  #foldPart(value: AnyNode, path: readonly (string | AnyNode | null)[]): string | null {
    if (path.length !== 1) return null;
    const [key] = path;
    return this.#foldMember(value, typeof key === "string" || key == null ? (key ?? null) : this.fold(key));
  }

  /** A member of a constant list or object, written there or held by a constant. */
  #foldMember(object: AnyNode, key: string | null): string | null {
    if (key === null) return null;
    const literal = this.#literalOf(object);
    if (literal?.type === "ArrayExpression") {
      const element = literal.elements[Number(key)];
      return element && element.type !== "SpreadElement" ? this.fold(element) : null;
    }
    if (literal?.type !== "ObjectExpression") return null;
    for (const property of literal.properties) {
      if (property.type === "SpreadElement" || property.kind !== "init") return null;
      const name = property.computed ? this.fold(property.key) : nameOf(property.key);
      if (name === key) return this.fold(property.value);
    }
    return null;
  }

  #literalOf(node: AnyNode): AnyNode | null {
    if (node.type !== "Identifier") return node;
    const binding = this.#bindings.bindingOf(node);
    const [source, ...others] = binding?.sources ?? [];
    return binding?.isOpen === false && others.length === 0 && source?.path.length === 0
      ? source.value
      : null;
  }

  #foldCall({ callee, arguments: given }: CallExpression): string | null {
    if (callee.type !== "MemberExpression" || given.some(({ type }) => type === "SpreadElement")) return null;
    const method = callee.computed ? this.fold(callee.property) : nameOf(callee.property);
    const on = callee.object;
    if (method === "fromCharCode" || method === "fromCodePoint") {
      const codes = given.map((code) => Number(this.fold(code) ?? Number.NaN));
      if (!codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 0x10ffff)) return null;
      return bounded(String[method](...codes.slice(0, MAX_CHARS)));
    }
    if (method === "join" || method === "reverse") return this.#foldList(on, given, method);
    if (method === "concat") return on.type === "Super" ? null : this.#join([on, ...given]);
    const text = on.type === "Super" ? null : this.fold(on);
    if (text === null) return null;
    const [first, second] = given.map((one) => this.fold(one));
    switch (method) {
      case "toLowerCase":
      case "toUpperCase":
      case "trim":
      case "toString":
      case "valueOf":
        return method === "valueOf" || method === "toString" ? text : text[method]();
      case "slice":
      case "substring":
        return text[method](Number(first ?? 0), second == null ? undefined : Number(second));
      case "replace":
      case "replaceAll":
        return first == null || second == null ? null : bounded(text[method](first, () => second));
      case "repeat":
        return Number(first) * text.length <= MAX_CHARS
          ? bounded(text.repeat(Math.max(0, Number(first))))
          : null;
      case "charAt":
        return text.charAt(Number(first ?? 0));
      default:
        return null;
    }
  }

  /** `["a", "b"].join("")` and `"ba".split("").reverse().join("")`. */
  #foldList(on: AnyNode, given: readonly AnyNode[], method: "join" | "reverse"): string | null {
    if (method === "reverse") return null;
    const separator = given[0] ? this.fold(given[0]) : ",";
    const items = this.#foldItems(on);
    return separator === null || items === null ? null : bounded(items.join(separator));
  }

  #foldItems(node: AnyNode): string[] | null {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) return null;
    const literal = this.#literalOf(node);
    if (literal?.type === "ArrayExpression") {
      const items: string[] = [];
      for (const element of literal.elements) {
        const item = element && element.type !== "SpreadElement" ? this.fold(element) : null;
        if (item === null) return null;
        items.push(item);
      }
      return items;
    }
    if (literal?.type !== "CallExpression" || literal.callee.type !== "MemberExpression") return null;
    const { callee, arguments: given } = literal;
    const method = callee.computed ? this.fold(callee.property) : nameOf(callee.property);
    if (method === "reverse") return this.#foldItems(callee.object)?.reverse() ?? null;
    if (method !== "split" || !given[0]) return null;
    const [text, by] = [this.fold(callee.object), this.fold(given[0])];
    return text === null || by === null ? null : text.split(by);
  }
}

function interleave(quasis: readonly AnyNode[], expressions: readonly AnyNode[]): AnyNode[] {
  return quasis.flatMap((quasi, index) => {
    const expression = expressions[index];
    return expression ? [quasi, expression] : [quasi];
  });
}

function nameOf(key: AnyNode): string | null {
  if (key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : null;
}

function bounded(text: string | null): string | null {
  return text !== null && text.length <= MAX_CHARS ? text : null;
}
