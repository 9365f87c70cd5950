// Traces an expression back to what the runtime offers: `const f = globalThis["fe" + "tch"]; f(…)` is `fetch`.
// It follows names, members, answers of the bundle's own functions; what it cannot tell has no origin.
import type { AnyNode, CallExpression, Identifier } from "acorn";
import { type Bindings, GIVEN } from "./bindings.ts";
import { classOf } from "./class-of.ts";
import { Constants } from "./constants.ts";
import { TextFolder } from "./fold-text.ts";
import { DESCRIPTOR, GLOBAL, isGlobalObject, MAZE, memberOf, PROTOTYPE } from "./origin-paths.ts";
import type { Source, Step } from "./scope.ts";

/** Origins of one expression, and steps from name to name; more is a maze, not a program. */
const MAX_ORIGINS = 8;
const MAX_DEPTH = 200;
/** Steps for a whole bundle; honest ones of 1 MiB take a tenth. */
const MAX_STEPS = 5_000_000;

/** Calls that answer what they are given. */
const PASSING: ReadonlySet<string> = new Set([
  "Object",
  "Object.assign",
  "Object.freeze",
  "Object.seal",
  "Object.preventExtensions",
  "structuredClone",
]);

/** Paths of names with a point between them, such as `Reflect.get`; several where it may be one or another. */
export type Origins = readonly string[];

const NONE: Origins = [];
const LOST: Origins = [MAZE];

export class OriginTracer {
  readonly #bindings: Bindings;
  readonly #plugin: AnyNode | null;
  readonly #constants: Constants;
  readonly #folder: TextFolder;
  /** By binding, or by function for what it answers. */
  readonly #known = new Map<object, Origins>();
  readonly #begun = new Map<object, { origins: Origins; lowest: number }>();
  readonly #order: object[] = [];
  /** Of what is being worked out, the first that was come back to. */
  #lowest = Number.POSITIVE_INFINITY;
  #steps = 0;

  /** `plugin`: the exported object, whose members are followed too. */
  constructor(bindings: Bindings, plugin: AnyNode | null) {
    this.#bindings = bindings;
    this.#plugin = plugin;
    this.#constants = new Constants(bindings);
    this.#folder = new TextFolder(this.#constants);
  }

  /** The text that the expression stands for, or null. */
  fold(expression: AnyNode): string | null {
    return this.#folder.fold(expression);
  }

  /** The literal or function that the expression can only stand for, or null. */
  valueOf(expression: AnyNode): AnyNode | null {
    return this.#constants.valueOf(expression);
  }

  originsOf(node: AnyNode): Origins {
    return this.#trace(node, 0);
  }

  /** The key of a member; null where it is made while the plugin runs. */
  keyOf(node: { readonly computed: boolean; readonly property: AnyNode }): string | null {
    if (!node.computed) return node.property.type === "Identifier" ? node.property.name : null;
    const text = this.#folder.fold(node.property);
    if (text !== null || node.property.type !== "MemberExpression") return text;
    // Symbol.species is as good as a name.
    const { object, property } = node.property;
    const isSymbol =
      object.type === "Identifier" && object.name === "Symbol" && property.type === "Identifier";
    return isSymbol ? `@@${property.name}` : null;
  }

  #trace(node: AnyNode, depth: number): Origins {
    this.#steps += 1;
    if (depth > MAX_DEPTH || this.#steps > MAX_STEPS) return LOST;
    switch (node.type) {
      case "Identifier":
        return this.#ofIdentifier(node, depth);
      case "MemberExpression":
        if (node.object.type === "Super" || node.property.type === "PrivateIdentifier") return NONE;
        return this.#ofMember(node.object, () => this.keyOf(node), depth);
      case "ObjectExpression":
        return this.#ofObject(node, depth);
      case "ChainExpression":
        return this.#trace(node.expression, depth + 1);
      case "AwaitExpression":
        return this.#trace(node.argument, depth + 1);
      case "SequenceExpression":
        return this.#trace(node.expressions.at(-1) as AnyNode, depth + 1); // acorn makes none of nothing
      case "AssignmentExpression":
        return this.#trace(node.right, depth + 1);
      case "LogicalExpression":
        return unite(this.#trace(node.left, depth + 1), this.#trace(node.right, depth + 1));
      case "ConditionalExpression":
        return unite(this.#trace(node.consequent, depth + 1), this.#trace(node.alternate, depth + 1));
      case "CallExpression":
        return node.callee.type === "Super" ? NONE : this.#ofCall(node, node.callee, depth + 1);
      default:
        return NONE;
    }
  }

  #ofIdentifier(node: Identifier, depth: number): Origins {
    const binding = this.#bindings.bindingOf(node);
    if (binding === undefined) {
      if (node.name.startsWith(GIVEN)) return [node.name];
      if (node.name === "undefined" || node.name === "arguments" || !this.#bindings.isReference(node))
        return NONE;
      return [isGlobalObject(node.name) ? GLOBAL : node.name];
    }
    if (binding.sources.length === 0) return NONE;
    return this.#remember(binding, binding.sources, (source) => this.#ofPart(source, depth + 1));
  }

  /**
   * Of all parts together, worked out once. Names that are made of each other are asked for while they are being worked
   * out: then only the one that the circle began with is known to the end, and the others are asked again.
   */
  #remember<Part>(key: object, parts: readonly Part[], trace: (part: Part) => Origins): Origins {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const begun = this.#begun.get(key);
    if (begun !== undefined) {
      this.#lowest = Math.min(this.#lowest, begun.lowest);
      return begun.origins;
    }
    const index = this.#order.length;
    const entry = { origins: NONE, lowest: index };
    this.#begun.set(key, entry);
    this.#order.push(key);
    const lowestBefore = this.#lowest;
    this.#lowest = index;
    for (const part of parts) {
      entry.origins = unite(entry.origins, trace(part));
      if (entry.origins.length >= MAX_ORIGINS) break;
    }
    entry.lowest = this.#lowest;
    this.#lowest = Math.min(lowestBefore, entry.lowest);
    if (entry.lowest === index) this.#finish(key, index);
    return entry.origins;
  }

  #finish(key: object, index: number): void {
    const circle = this.#order.splice(index);
    // Nothing made of nothing is nothing, wherever one begins.
    const isNothing = circle.every((one) => this.#begun.get(one)?.origins.length === 0);
    for (const one of circle) {
      const origins = this.#begun.get(one)?.origins ?? NONE;
      if (isNothing || one === key) this.#known.set(one, origins);
      this.#begun.delete(one);
    }
  }

  #ofPart({ value, path }: Source, depth: number): Origins {
    const [first, ...others] = path;
    if (first === undefined) return this.#trace(value, depth);
    let origins = this.#ofMember(value, () => this.#textOf(first), depth);
    for (const step of others) origins = membersOf(origins, this.#textOf(step));
    return origins;
  }

  #textOf(step: Step): string | null {
    return step === null || typeof step === "string" ? step : this.#folder.fold(step);
  }

  /** `key`: worked out where it matters. */
  #ofMember(object: AnyNode, key: () => string | null, depth: number): Origins {
    const objects = this.#trace(object, depth + 1);
    if (objects.length > 0) return membersOf(objects, key());
    const literal = this.#constants.valueOf(object);
    const name = key();
    if (name === "constructor" || name === "__proto__") {
      const prototype = prototypeOfValue(object, literal);
      return [name === "__proto__" ? prototype : memberOf(prototype, name)];
    }
    if (literal?.type === "ArrayExpression" && name === null) {
      let origins = NONE;
      for (const element of literal.elements.slice(0, MAX_ORIGINS))
        if (element) origins = unite(origins, this.#trace(element, depth + 1));
      return origins;
    }
    const value = name === null ? null : this.#constants.memberOf(literal, name);
    return value === null ? NONE : this.#trace(value, depth + 1);
  }

  /** The plugin itself, or a copy of the global object. */
  #ofObject(node: Extract<AnyNode, { type: "ObjectExpression" }>, depth: number): Origins {
    if (node === this.#plugin) return [`${GIVEN}plugin`];
    for (const property of node.properties.slice(0, MAX_ORIGINS)) {
      if (property.type !== "SpreadElement") continue;
      if (this.#trace(property.argument, depth + 1).includes(GLOBAL)) return [GLOBAL];
    }
    return NONE;
  }

  #ofCall(node: CallExpression, callee: Exclude<AnyNode, { type: "Super" }>, depth: number): Origins {
    if (callee.type === "MemberExpression" && callee.object.type !== "Super" && this.keyOf(callee) === "bind")
      return this.#trace(callee.object, depth);
    const [first, second] = node.arguments as AnyNode[];
    for (const origin of this.#trace(callee, depth)) {
      if (first === undefined) break;
      if (PASSING.has(origin)) return this.#ofPassed(node.arguments as AnyNode[], depth);
      switch (origin) {
        case "Reflect.get":
          return second ? this.#ofMember(first, () => this.fold(second), depth) : NONE;
        case "Object.getPrototypeOf":
        case "Reflect.getPrototypeOf":
          return this.#ofMember(first, () => "__proto__", depth);
        case "Object.getOwnPropertyDescriptor":
        case "Reflect.getOwnPropertyDescriptor":
          return second
            ? this.#ofMember(first, () => this.fold(second), depth).map((path) => path + DESCRIPTOR)
            : NONE;
        case "Object.getOwnPropertyDescriptors":
          return this.#trace(first, depth).map((path) => DESCRIPTOR + path);
      }
    }
    const called = this.#constants.valueOf(callee) ?? callee;
    const answers = this.#bindings.returnsOf(called);
    return answers.length === 0
      ? NONE
      : this.#remember(called, answers, (answer) => this.#trace(answer, depth));
  }

  /** The first argument; a copy of the global object wherever it is among them. */
  #ofPassed([first, ...others]: readonly AnyNode[], depth: number): Origins {
    const origins = first ? this.#trace(first, depth) : NONE;
    return origins.length === 0 && others.some((other) => this.#trace(other, depth).includes(GLOBAL))
      ? [GLOBAL]
      : origins;
  }
}

function prototypeOfValue(object: AnyNode, literal: AnyNode | null): string {
  // A member of a literal that is not written in it is a method.
  const isMethod = object.type === "MemberExpression" && literal === null && classOf(object.object) !== null;
  const name = isMethod ? "Function" : classOf(literal);
  return name === null ? PROTOTYPE : `${name}.prototype`;
}

function membersOf(objects: Origins, key: string | null): Origins {
  if (objects.length === 1) return [memberOf(objects[0] as string, key)];
  return [...new Set(objects.map((object) => memberOf(object, key)))];
}

function unite(a: Origins, b: Origins): Origins {
  if (b.length === 0 || a === b) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].slice(0, MAX_ORIGINS);
}
