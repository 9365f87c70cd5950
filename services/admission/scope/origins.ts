// Traces an expression back to what the runtime offers: `const f = globalThis["fe" + "tch"]; f(…)` is `fetch`.
// It follows names within the bundle and nothing else; what it cannot tell has no origin.
import type { AnyNode, Identifier } from "acorn";
import { type Bindings, GIVEN, type Source, type Step } from "./bindings.ts";
import { foldText } from "./fold-text.ts";

/** Names of the global object itself, whose members are the runtime's names. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);
/** The origin of the global object. */
export const GLOBAL = "";
/** A member whose key is made while the plugin runs. */
export const UNKNOWN_KEY = "[?]";

/** Origins of one expression, and steps from name to name; more is a maze, not a program. */
const MAX_ORIGINS = 8;
const MAX_DEPTH = 200;
/** What is handed on through more names than anybody follows. */
export const MAZE = "[maze]";

/** Calls that answer what they are given, or a member of it. */
const PASSING = new Set([
  "Object",
  "Object.freeze",
  "Object.seal",
  "Object.preventExtensions",
  "structuredClone",
]);

/** Paths of names with a point between them, such as `Reflect.get`; several where it may be one or another. */
export type Origins = readonly string[];

export class OriginTracer {
  readonly #bindings: Bindings;
  readonly #ofSource = new Map<Source, Origins>();

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
  }

  originsOf(node: AnyNode, depth = 0): Origins {
    if (depth > MAX_DEPTH) return [MAZE];
    const trace = (inner: AnyNode) => this.originsOf(inner, depth + 1);
    switch (node.type) {
      case "Identifier":
        return this.#ofIdentifier(node, depth);
      case "MemberExpression": {
        if (node.object.type === "Super" || node.property.type === "PrivateIdentifier") return [];
        const objects = trace(node.object);
        return objects.length === 0 ? [] : this.#members(objects, this.keyOf(node));
      }
      case "ChainExpression":
        return trace(node.expression);
      case "AwaitExpression":
        return trace(node.argument);
      case "SequenceExpression":
        return node.expressions.length > 0 ? trace(node.expressions.at(-1) as AnyNode) : [];
      case "AssignmentExpression":
        return trace(node.right);
      case "LogicalExpression":
        return unite(trace(node.left), trace(node.right));
      case "ConditionalExpression":
        return unite(trace(node.consequent), trace(node.alternate));
      case "CallExpression": {
        const callee = node.callee;
        if (
          callee.type === "MemberExpression" &&
          callee.object.type !== "Super" &&
          this.keyOf(callee) === "bind"
        ) {
          return trace(callee.object);
        }
        const [first, second] = node.arguments as AnyNode[];
        if (first === undefined || callee.type === "Super") return [];
        for (const origin of trace(callee)) {
          if (PASSING.has(origin)) return trace(first);
          if (origin === "Reflect.get" && second)
            return this.#members(trace(first), foldText(second, this.#bindings));
        }
        return [];
      }
      default:
        return [];
    }
  }

  /** The key of a member; null where it is made while the plugin runs. */
  keyOf(node: { readonly computed: boolean; readonly property: AnyNode }): string | null {
    if (node.computed) return foldText(node.property, this.#bindings);
    return node.property.type === "Identifier" ? node.property.name : null;
  }

  #ofIdentifier(node: Identifier, depth: number): Origins {
    const binding = this.#bindings.bindingOf(node);
    if (node.name.startsWith(GIVEN)) return [node.name];
    if (binding === undefined) {
      if (!this.#bindings.isReference(node)) return [];
      return [GLOBAL_OBJECTS.has(node.name) ? GLOBAL : node.name];
    }
    let origins: Origins = [];
    for (const source of binding.sources) {
      origins = unite(origins, this.#ofPart(source, depth));
      if (origins.length >= MAX_ORIGINS) break;
    }
    return origins;
  }

  #ofPart(source: Source, depth: number): Origins {
    const known = this.#ofSource.get(source);
    if (known !== undefined) return known;
    // Names that are made of each other have no origin but those that they were first given.
    this.#ofSource.set(source, []);
    let origins = this.originsOf(source.value, depth + 1);
    for (const step of source.path) {
      if (origins.length === 0) break;
      origins = this.#members(origins, this.#textOf(step));
    }
    this.#ofSource.set(source, origins);
    return origins;
  }

  #textOf(step: Step): string | null {
    return step === null || typeof step === "string" ? step : foldText(step, this.#bindings);
  }

  #members(objects: Origins, key: string | null): Origins {
    return objects.map((object) => {
      const name = key ?? UNKNOWN_KEY;
      if (object !== GLOBAL) return `${object}.${name}`;
      return GLOBAL_OBJECTS.has(name) ? GLOBAL : name;
    });
  }
}

function unite(a: Origins, b: Origins): Origins {
  if (b.length === 0) return a;
  return [...new Set([...a, ...b])].slice(0, MAX_ORIGINS);
}
