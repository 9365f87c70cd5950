// What parameters get: from a call in place, from the calls of a function that has a name, from the gateway.
// A parameter that other callers may reach stays open.
import type { AnyNode, ArrayExpression, Pattern } from "acorn";
import { spreadPattern } from "./patterns.ts";
import { type Binding, onlySourceOf, type Scope, type Source } from "./scope.ts";

/** Calls of one function whose arguments are followed; past them its parameters may be anything. */
const MAX_FOLLOWED_CALLS = 16;

interface Called {
  readonly params: readonly Pattern[];
  readonly scope: Scope;
  calls: number;
}

export class Calls {
  readonly #called = new Map<AnyNode, Called>();
  readonly #followed = new Set<AnyNode>();

  /** A function, once its parameters are declared in `scope`. */
  add(node: AnyNode, params: readonly Pattern[], scope: Scope): void {
    if (params.length > 0) this.#called.set(node, { params, scope, calls: 0 });
  }

  markFollowed(given: readonly AnyNode[]): void {
    for (const argument of given) this.#followed.add(argument);
  }

  /** Whether the argument goes to a parameter that is known by name. */
  isFollowed(argument: AnyNode): boolean {
    return this.#followed.has(argument);
  }

  /** What a function of the bundle's own is called with is what its parameters may hold. */
  follow(binding: Binding | undefined, given: readonly AnyNode[]): void {
    const source = onlySourceOf(binding);
    if (source === null || source.path.length > 0) return;
    const called = this.#called.get(source.value);
    if (called === undefined || called.calls >= MAX_FOLLOWED_CALLS) return;
    called.calls += 1;
    for (const [index, from] of sourcesOf(given, called.params).entries()) {
      const param = called.params[index];
      if (from === null || param === undefined) continue;
      this.#followed.add(from.value);
      spreadPattern(param as AnyNode, from, {
        name: (identifier, part) => {
          if (part !== null) called.scope.declare(identifier.name).sources.push(part);
        },
        // They were visited when the parameter was declared.
        expression() {},
      });
    }
  }
}

/** What each parameter gets of what is given; null where a spread leaves it open. */
export function sourcesOf(given: readonly AnyNode[], params: readonly Pattern[]): (Source | null)[] {
  const spreadAt = given.findIndex(({ type }) => type === "SpreadElement");
  const known = spreadAt < 0 ? given : given.slice(0, spreadAt);
  return params.map((param, index) => {
    if (param.type === "RestElement")
      return spreadAt < 0 ? { value: listOf(given.slice(index)), path: [] } : null;
    const value = known[index];
    return value === undefined ? null : { value, path: [] };
  });
}

/** The list that a rest parameter or `arguments` stands for. */
export function listOf(given: readonly AnyNode[]): ArrayExpression {
  return { type: "ArrayExpression", elements: [...given] as ArrayExpression["elements"], start: 0, end: 0 };
}
