// A scope's names and what each may hold: the bricks of bindings.ts.
// It knows nothing of the syntax that makes a scope.
import type { AnyNode, Expression } from "acorn";

/** Where in a value a name's own value lies: a key, the expression of one, or null for any of them. */
export type Step = string | Expression | null;

/** An expression that a binding may hold, or part of one. */
export interface Source {
  readonly value: AnyNode;
  readonly path: readonly Step[];
  /** Whether it is what a parameter or a pattern falls back to. */
  readonly isDefault?: true;
}

export interface Binding {
  readonly name: string;
  /** Everything that is assigned to it, in no order; parameters of functions whose calls are followed included. */
  readonly sources: Source[];
  /** Whether it may hold something that no source tells: a parameter, a loop's variable. */
  isOpen: boolean;
}

export class Scope {
  /** Made with the first name: most blocks have none. */
  #names: Map<string, Binding> | null = null;
  readonly #parent: Scope | null;
  /** Where `var` goes. */
  readonly home: Scope;
  /** What the function answers whose body this is; null for another scope. */
  readonly returns: AnyNode[] | null;

  constructor(parent: Scope | null, kind: "block" | "home", returns: AnyNode[] | null = null) {
    this.#parent = parent;
    this.home = kind === "home" || parent === null ? this : parent.home;
    this.returns = returns;
  }

  declare(name: string): Binding {
    this.#names ??= new Map();
    let binding = this.#names.get(name);
    if (binding === undefined) {
      binding = { name, sources: [], isOpen: false };
      this.#names.set(name, binding);
    }
    return binding;
  }

  find(name: string): Binding | undefined {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#parent) {
      const binding = scope.#names?.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }
}

/** The one thing that the binding ever holds; null where there may be another. */
export function onlySourceOf(binding: Binding | undefined): Source | null {
  if (binding === undefined || binding.isOpen || binding.sources.length !== 1) return null;
  return binding.sources[0] ?? null;
}
