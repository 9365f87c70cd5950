// Works out text that is put together of constants: "con" + "structor", templates, character codes.
// It runs nothing and gives up early: what it cannot tell is unknown, never guessed.
import type { AnyNode, CallExpression } from "acorn";
import { type Constants, nameOf } from "./constants.ts";
import { foldMethod } from "./fold-method.ts";
import { type Binding, onlySourceOf } from "./scope.ts";

/** Steps of one folding; longer chains are data, not names. */
const MAX_STEPS = 256;
/** Characters of a name that anything is called. */
const MAX_CHARS = 256;
/** Functions of the runtime's that decode text. */
const DECODERS: ReadonlyMap<string, (text: string) => string> = new Map([
  ["atob", atob],
  ["unescape", unescapeText],
  ["decodeURI", decodeURI],
  ["decodeURIComponent", decodeURIComponent],
  ["String", (text: string) => text],
]);

export class TextFolder {
  readonly #constants: Constants;
  readonly #known = new Map<Binding, string | null>();
  #steps = 0;

  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** The text that the expression stands for as a property's key, or null. */
  fold(expression: AnyNode): string | null {
    // What is asked for most.
    if (expression.type === "Literal") return foldLiteral(expression);
    this.#steps = 0;
    return this.#fold(expression);
  }

  #fold(node: AnyNode): string | null {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) return null;
    switch (node.type) {
      case "Literal":
        return foldLiteral(node);
      case "TemplateLiteral":
        return this.#foldTemplate(node);
      case "BinaryExpression":
        return node.operator === "+" && node.left.type !== "PrivateIdentifier"
          ? this.#join([node.left, node.right])
          : null;
      case "SequenceExpression": {
        const last = node.expressions.at(-1);
        return last ? this.#fold(last) : null;
      }
      case "AssignmentExpression":
        return node.operator === "=" ? this.#fold(node.right) : null;
      case "Identifier":
        return this.#foldName(this.#constants.bindings.bindingOf(node));
      case "MemberExpression":
        return this.#foldMember(node);
      case "CallExpression":
        return this.#foldCall(node);
      default:
        return null;
    }
  }

  #foldName(binding: Binding | undefined): string | null {
    const source = onlySourceOf(binding);
    if (binding === undefined || source === null || source.path.length > 1) return null;
    const known = this.#known.get(binding);
    if (known !== undefined) return known;
    // Names that are made of each other stand for nothing.
    this.#known.set(binding, null);
    const [key] = source.path;
    let value: AnyNode | null = source.value;
    if (key !== undefined) {
      const name = key === null || typeof key === "string" ? key : this.#fold(key);
      value = name === null ? null : this.#constants.memberOf(this.#constants.valueOf(source.value), name);
    }
    const text = value === null ? null : this.#fold(value);
    this.#known.set(binding, text);
    return text;
  }

  #join(parts: readonly AnyNode[]): string | null {
    let text = "";
    for (const part of parts) {
      const folded = this.#fold(part);
      if (folded === null) return null;
      text += folded;
    }
    return bounded(text);
  }

  #foldTemplate({ quasis, expressions }: Extract<AnyNode, { type: "TemplateLiteral" }>): string | null {
    let text = "";
    for (const [index, { value }] of quasis.entries()) {
      const expression = expressions[index];
      const folded = expression ? this.#fold(expression) : "";
      if (folded === null || typeof value.cooked !== "string") return null;
      text += value.cooked + folded;
      if (text.length > MAX_CHARS) return null;
    }
    return text;
  }

  /** A member of a constant list or object, or a character of a constant text. */
  #foldMember(node: Extract<AnyNode, { type: "MemberExpression" }>): string | null {
    const key = node.computed ? this.#fold(node.property) : nameOf(node.property);
    if (key === null || node.object.type === "Super") return null;
    const value = this.#constants.memberOf(this.#constants.valueOf(node.object), key);
    if (value !== null) return this.#fold(value);
    const text = /^\d+$/.test(key) ? this.#fold(node.object) : null;
    return text?.charAt(Number(key)) ?? null;
  }

  #foldCall({ callee, arguments: given }: CallExpression): string | null {
    if (callee.type === "Identifier") {
      const decode = this.#constants.bindings.bindingOf(callee) ? undefined : DECODERS.get(callee.name);
      const text = decode && given[0] ? this.#fold(given[0] as AnyNode) : null;
      return decode === undefined || text === null ? null : bounded(attempt(() => decode(text)));
    }
    if (callee.type !== "MemberExpression" || callee.object.type === "Super") return null;
    const method = callee.computed ? this.#fold(callee.property) : nameOf(callee.property);
    if (method === "fromCharCode" || method === "fromCodePoint") {
      const codes = this.#foldItems(given as AnyNode[])?.map(Number);
      if (!codes?.every((code) => Number.isInteger(code) && code >= 0 && code <= 0x10ffff)) return null;
      return bounded(String[method](...codes));
    }
    if (method === "join") {
      const separator = given[0] ? this.#fold(given[0] as AnyNode) : ",";
      const items = this.#foldList(callee.object);
      return separator === null || items === null ? null : bounded(items.join(separator));
    }
    if (method === "concat") return this.#join([callee.object, ...(given.slice(0, MAX_STEPS) as AnyNode[])]);
    const text = method === null ? null : this.#fold(callee.object);
    const values = text === null ? null : this.#foldItems(given as AnyNode[]);
    return text === null || values === null || method === null
      ? null
      : bounded(foldMethod(text, method, values, MAX_CHARS));
  }

  /** `["a", "b"]`, `"ba".split("").reverse()` and `[..."ba"]`. */
  #foldList(node: AnyNode): string[] | null {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) return null;
    const literal = this.#constants.valueOf(node);
    if (literal?.type === "ArrayExpression") return this.#foldItems(literal.elements);
    if (literal?.type !== "CallExpression" || literal.callee.type !== "MemberExpression") return null;
    const { callee, arguments: given } = literal;
    const method = callee.computed ? this.#fold(callee.property) : nameOf(callee.property);
    if (callee.object.type === "Super") return null;
    if (method === "reverse" || method === "toReversed")
      return this.#foldList(callee.object)?.reverse() ?? null;
    const text = method === "split" && given[0] ? this.#fold(callee.object) : null;
    const by = text === null ? null : this.#fold(given[0] as AnyNode);
    return text === null || by === null ? null : text.split(by);
  }

  #foldItems(nodes: readonly (AnyNode | null)[]): string[] | null {
    const items: string[] = [];
    for (const node of nodes) {
      if (node === null) return null;
      if (node.type === "SpreadElement") {
        const spread = this.#foldList(node.argument) ?? this.#fold(node.argument);
        if (spread === null) return null;
        for (const item of spread) items.push(item);
      } else {
        const item = this.#fold(node);
        if (item === null) return null;
        items.push(item);
      }
    }
    return items;
  }
}

function foldLiteral(node: Extract<AnyNode, { type: "Literal" }>): string | null {
  return bounded(node.regex || node.value === undefined ? null : String(node.value));
}

function bounded(text: string | null): string | null {
  return text !== null && text.length <= MAX_CHARS ? text : null;
}

/** Null for text that is no code of the kind. */
function attempt(decode: () => string): string | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

function unescapeText(text: string): string {
  return text.replace(/%u([\da-f]{4})|%([\da-f]{2})/gi, (_, wide?: string, narrow?: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow ?? "", 16)),
  );
}
