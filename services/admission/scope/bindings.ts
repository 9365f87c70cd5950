// Which name in a bundle means what: every declaration with the values it may get, every reference resolved.
// Names that nothing declares are the runtime's: rules start from those.
import type {
  AnyNode,
  ArrowFunctionExpression,
  AssignmentProperty,
  Class,
  Expression,
  Function as FunctionNode,
  Identifier,
  Literal,
  Pattern,
  Program,
} from "acorn";
import { childrenOf } from "../parse/walk.ts";

/** Where in a value a name's own value lies: a key, the expression of one, or null for what cannot be told. */
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
  /** Everything that is assigned to it, in no order; parameters of functions that are called in place included. */
  readonly sources: Source[];
  /** Whether it may hold something that no source tells: a parameter, a loop's variable. */
  isOpen: boolean;
}

export interface Bindings {
  /** The binding that an identifier in an expression refers to; undefined: a name of the runtime's. */
  bindingOf(reference: Identifier): Binding | undefined;
  /** Whether the identifier stands for a value at all, rather than for a key, a label or a declaration. */
  isReference(identifier: Identifier): boolean;
  /** Whether the argument goes to a parameter that is known by name. */
  isFollowed(argument: AnyNode): boolean;
}

/** Calls of one function whose arguments are followed; past them its parameters may be anything. */
const MAX_FOLLOWED_CALLS = 16;

/** Starts names that no source can spell: of what the gateway hands to a hook. */
export const GIVEN = "@";

class Scope {
  readonly names = new Map<string, Binding>();
  readonly parent: Scope | null;
  /** Where `var` goes. */
  readonly home: Scope;

  constructor(parent: Scope | null, isHome: boolean) {
    this.parent = parent;
    this.home = isHome || parent === null ? this : parent.home;
  }

  declare(name: string): Binding {
    let binding = this.names.get(name);
    if (binding === undefined) {
      binding = { name, sources: [], isOpen: false };
      this.names.set(name, binding);
    }
    return binding;
  }

  find(name: string): Binding | undefined {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const binding = scope.names.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }
}

/** A name that gets a value by assignment; resolved when every declaration is known. */
interface Assignment {
  readonly name: string;
  readonly scope: Scope;
  readonly source: Source | null;
}

/** `given`: functions that the gateway calls, each with the name of what it gets. */
export function resolveBindings(program: Program, given: ReadonlyMap<AnyNode, string>): Bindings {
  return new Resolver(given).resolve(program);
}

class Resolver {
  readonly #references: { readonly identifier: Identifier; readonly scope: Scope }[] = [];
  readonly #assignments: Assignment[] = [];
  readonly #left: { readonly node: AnyNode; readonly scope: Scope }[] = [];
  readonly #given: ReadonlyMap<AnyNode, string>;
  readonly #calls: {
    readonly callee: Identifier;
    readonly given: readonly AnyNode[];
    readonly scope: Scope;
  }[] = [];
  readonly #paramsOf = new Map<
    AnyNode,
    { readonly params: readonly Pattern[]; readonly scope: Scope; calls: number }
  >();
  readonly #followed = new Set<AnyNode>();

  constructor(given: ReadonlyMap<AnyNode, string>) {
    this.#given = given;
  }

  resolve(program: Program): Bindings {
    const top = new Scope(null, true);
    this.#later(program.body, top);
    for (let next = this.#left.pop(); next !== undefined; next = this.#left.pop())
      this.#visit(next.node, next.scope);
    for (const { name, scope, source } of this.#assignments) {
      const binding = scope.find(name);
      if (binding === undefined) continue;
      if (source === null) binding.isOpen = true;
      else binding.sources.push(source);
    }
    for (const { callee, given, scope } of this.#calls) this.#follow(scope.find(callee.name), given);
    const resolved = new Map(
      this.#references.map(({ identifier, scope }) => [identifier, scope.find(identifier.name)]),
    );
    return {
      bindingOf: (reference) => resolved.get(reference),
      isReference: (identifier) => resolved.has(identifier),
      isFollowed: (argument) => this.#followed.has(argument),
    };
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.#references.push({ identifier: node, scope });
        return;
      case "FunctionDeclaration":
        if (node.id !== null) scope.declare(node.id.name).sources.push({ value: node, path: [] });
        this.#visitFunction(node, scope);
        return;
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#visitFunction(node, scope);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#visitClass(node, scope);
        return;
      case "VariableDeclaration": {
        const target = node.kind === "var" ? scope.home : scope;
        for (const { id, init } of node.declarations) {
          this.#declare(id, target, scope, init ? { value: init, path: [] } : null, init == null);
          if (init) this.#later([init], scope);
        }
        return;
      }
      case "ForInStatement":
      case "ForOfStatement": {
        const inner = new Scope(scope, false);
        if (node.left.type === "VariableDeclaration") {
          const target = node.left.kind === "var" ? scope.home : inner;
          for (const { id } of node.left.declarations) this.#declare(id, target, inner, null);
        } else {
          this.#assign(node.left, inner, null);
        }
        this.#later([node.right, node.body], inner);
        return;
      }
      case "BlockStatement":
      case "ForStatement":
      case "SwitchStatement":
        this.#later(childrenOf(node), new Scope(scope, false));
        return;
      case "StaticBlock":
        this.#later(node.body, new Scope(scope, true));
        return;
      case "CatchClause": {
        const inner = new Scope(scope, false);
        if (node.param) this.#declare(node.param, inner, inner, null);
        this.#later([node.body], inner);
        return;
      }
      case "AssignmentExpression": {
        const carries = node.operator === "=" || /^(?:\|\||&&|\?\?)=$/.test(node.operator);
        this.#assign(node.left, scope, carries ? { value: node.right, path: [] } : null);
        this.#later([node.right], scope);
        return;
      }
      case "UpdateExpression":
        this.#assign(node.argument, scope, null);
        return;
      case "CallExpression":
        this.#visitCall(node.callee as AnyNode, node.arguments as AnyNode[], scope);
        return;
      case "MemberExpression":
        this.#later([node.object], scope);
        if (node.computed) this.#later([node.property], scope);
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.#later([node.key], scope);
        // A field's value runs in a function of its own.
        if (node.value)
          this.#later([node.value], node.type === "PropertyDefinition" ? new Scope(scope, true) : scope);
        return;
      case "LabeledStatement":
        this.#later([node.body], scope);
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        return;
      case "ExportSpecifier":
        if (node.local.type === "Identifier") this.#later([node.local], scope);
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) this.#later([node.declaration], scope);
        else if (!node.source) this.#later(node.specifiers, scope);
        return;
      default:
        this.#later(childrenOf(node), scope);
    }
  }

  #visitFunction(
    node: FunctionNode | ArrowFunctionExpression,
    outer: Scope,
    given: readonly AnyNode[] | null = this.#givenTo(node as AnyNode),
  ): void {
    let around = outer;
    if (node.type === "FunctionExpression" && node.id) {
      around = new Scope(outer, false);
      around.declare(node.id.name).sources.push({ value: node as AnyNode, path: [] });
    }
    // Two scopes: what the body declares is not what a default value sees.
    const ofParams = new Scope(around, true);
    this.#paramsOf.set(node as AnyNode, { params: node.params, scope: ofParams, calls: 0 });
    for (const [index, param] of node.params.entries()) {
      this.#declare(param, ofParams, ofParams, sourceOf(given, param, index), given === null);
    }
    for (const argument of given ?? []) this.#followed.add(argument);
    this.#later(
      node.body.type === "BlockStatement" ? node.body.body : [node.body],
      new Scope(ofParams, true),
    );
  }

  #givenTo(node: AnyNode): readonly AnyNode[] | null {
    const name = this.#given.get(node);
    return name === undefined
      ? null
      : [{ type: "Identifier", name: GIVEN + name, start: node.start, end: node.start }];
  }

  /** A function that is called where it stands gets what it is given there. */
  #visitCall(callee: AnyNode, given: readonly AnyNode[], scope: Scope): void {
    this.#later(given, scope);
    if (callee.type === "FunctionExpression" || callee.type === "ArrowFunctionExpression") {
      this.#visitFunction(callee, scope, given);
      return;
    }
    if (callee.type === "Identifier" && given.length > 0) this.#calls.push({ callee, given, scope });
    this.#later([callee], scope);
  }

  /** What a function of the bundle's own is called with is what its parameters may hold. */
  #follow(binding: Binding | undefined, given: readonly AnyNode[]): void {
    const [source, ...others] = binding?.sources ?? [];
    if (source === undefined || others.length > 0 || source.path.length > 0 || binding?.isOpen === true)
      return;
    const called = this.#paramsOf.get(source.value);
    if (called === undefined || called.calls >= MAX_FOLLOWED_CALLS) return;
    called.calls += 1;
    for (const [index, param] of called.params.entries()) {
      const from = sourceOf(given, param, index);
      if (from === null) continue;
      this.#followed.add(from.value);
      this.#spread(param, called.scope, from, (name, part) => {
        if (part !== null) called.scope.declare(name).sources.push(part);
      });
    }
  }

  #visitClass(node: Class, outer: Scope): void {
    const inner = new Scope(outer, false);
    if (node.id) {
      const source = { value: node as AnyNode, path: [] };
      if (node.type === "ClassDeclaration") outer.declare(node.id.name).sources.push(source);
      inner.declare(node.id.name).sources.push(source);
    }
    if (node.superClass) this.#later([node.superClass], inner);
    this.#later(node.body.body, inner);
  }

  /** `source` null: nobody knows what it gets. `scope`: where the pattern's own expressions are looked up. */
  #declare(pattern: Pattern, target: Scope, scope: Scope, source: Source | null, isOpen = true): void {
    this.#spread(pattern, scope, source, (name, from) => {
      const binding = target.declare(name);
      if (from !== null) binding.sources.push(from);
      else if (isOpen) binding.isOpen = true;
    });
  }

  #assign(target: AnyNode, scope: Scope, source: Source | null): void {
    this.#spread(target, scope, source, (name, from, identifier) => {
      this.#assignments.push({ name, scope, source: from });
      this.#references.push({ identifier, scope });
    });
  }

  /** Tells each name of a pattern what part of the value it gets; other expressions in it are visited. */
  #spread(
    pattern: AnyNode,
    scope: Scope,
    source: Source | null,
    tell: (name: string, source: Source | null, identifier: Identifier) => void,
  ): void {
    const left: { readonly pattern: AnyNode; readonly source: Source | null }[] = [{ pattern, source }];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const from = next.source;
      const node = next.pattern;
      switch (node.type) {
        case "Identifier":
          tell(node.name, from, node);
          break;
        case "AssignmentPattern":
          this.#later([node.right], scope);
          left.push(
            { pattern: node.left, source: { value: node.right, path: [], isDefault: true } },
            { pattern: node.left, source: from },
          );
          break;
        case "ObjectPattern":
          for (const property of node.properties) {
            if (property.type === "RestElement") {
              left.push({ pattern: property.argument, source: from });
              continue;
            }
            if (property.computed) this.#later([property.key], scope);
            left.push({ pattern: property.value, source: step(from, keyOf(property)) });
          }
          break;
        case "ArrayPattern":
          for (const element of node.elements)
            if (element) left.push({ pattern: element, source: step(from, null) });
          break;
        case "RestElement":
          left.push({ pattern: node.argument, source: step(from, null) });
          break;
        default:
          this.#later([node], scope);
      }
    }
  }

  #later(nodes: readonly AnyNode[] | readonly Expression[], scope: Scope): void {
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      if (node) this.#left.push({ node: node as AnyNode, scope });
    }
  }
}

/** What the parameter gets of what is given; null where a spread or a rest leaves it open. */
function sourceOf(given: readonly AnyNode[] | null, param: Pattern, index: number): Source | null {
  if (given === null || param.type === "RestElement") return null;
  if (given.slice(0, index + 1).some(({ type }) => type === "SpreadElement")) return null;
  const value = given[index];
  return value === undefined ? null : { value, path: [] };
}

function step(source: Source | null, key: Step): Source | null {
  return source === null ? null : { value: source.value, path: [...source.path, key] };
}

function keyOf({ key, computed }: Pick<AssignmentProperty, "key" | "computed">): Step {
  if (computed) return key;
  return key.type === "Identifier" ? key.name : String((key as Literal).value); // names, strings and numbers alone
}
