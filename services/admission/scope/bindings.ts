// Which name in a bundle means what: every declaration with the values it may get, every reference resolved.
// Names that nothing declares are the runtime's: rules start from those.
import type {
  AnyNode,
  ArrowFunctionExpression,
  Class,
  Function as FunctionNode,
  Identifier,
  Pattern,
  Program,
} from "acorn";
import { forEachChild } from "../parse/walk.ts";
import { Calls, listOf, sourcesOf } from "./calls.ts";
import { spreadPattern } from "./patterns.ts";
import { type Binding, Scope, type Source } from "./scope.ts";

export interface Bindings {
  /** The binding that an identifier in an expression refers to; undefined: a name of the runtime's. */
  bindingOf(reference: Identifier): Binding | undefined;
  /** Whether the identifier stands for a value at all, rather than for a key, a label or a declaration. */
  isReference(identifier: Identifier): boolean;
  /** Whether the argument goes to a parameter that is known by name. */
  isFollowed(argument: AnyNode): boolean;
  /** What a function may answer; empty for what is none. */
  returnsOf(node: AnyNode): readonly AnyNode[];
}

/** Starts names that no source can spell: of what the gateway hands to a hook, and of the plugin itself. */
export const GIVEN = "@";

/** Something that is settled when every declaration is known. */
interface Assignment {
  readonly name: string;
  readonly scope: Scope;
  readonly source: Source | null;
}
interface NamedCall {
  readonly callee: Identifier;
  readonly given: readonly AnyNode[];
  readonly scope: Scope;
}

/** What it refers to is written beside it, null for a name of the runtime's: a map of 100,000 takes as long as a walk. */
interface Reference extends Identifier {
  binding?: Binding | null;
}

/** `given`: functions that the gateway calls, each with the name of what it gets. */
export function resolveBindings(program: Program, given: ReadonlyMap<AnyNode, string>): Bindings {
  return new Resolver(given).resolve(program);
}

/** Whether a name may hold more than its sources tell: never, where it has none, or always. */
type Openness = "closed" | "unknown" | "open";

const NOTHING: readonly AnyNode[] = [];

class Resolver {
  readonly #given: ReadonlyMap<AnyNode, string>;
  /** Each reference, and the scope that it stands in. */
  readonly #references: Reference[] = [];
  readonly #referenceScopes: Scope[] = [];
  readonly #assignments: Assignment[] = [];
  readonly #namedCalls: NamedCall[] = [];
  readonly #calls = new Calls();
  readonly #returns = new Map<AnyNode, AnyNode[]>();
  /** What is left to visit, and the scope that each stands in. */
  readonly #nodes: AnyNode[] = [];
  readonly #scopes: Scope[] = [];

  constructor(given: ReadonlyMap<AnyNode, string>) {
    this.#given = given;
  }

  resolve(program: Program): Bindings {
    const top = new Scope(null, "home");
    this.#laterBelow(program, top);
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop())
      this.#visit(node, this.#scopes.pop() as Scope);
    for (const { name, scope, source } of this.#assignments) {
      const binding = scope.find(name);
      if (binding === undefined) continue;
      if (source === null) binding.isOpen = true;
      else binding.sources.push(source);
    }
    for (const { callee, given, scope } of this.#namedCalls)
      this.#calls.follow(scope.find(callee.name), given);
    for (const [index, reference] of this.#references.entries())
      reference.binding = this.#referenceScopes[index]?.find(reference.name) ?? null;
    return {
      bindingOf: (reference: Reference) => reference.binding ?? undefined,
      isReference: (identifier: Reference) => identifier.binding !== undefined,
      isFollowed: (argument) => this.#calls.isFollowed(argument),
      returnsOf: (node) => this.#returns.get(node) ?? NOTHING,
    };
  }

  #visit(node: AnyNode, scope: Scope): void {
    switch (node.type) {
      case "Identifier":
        this.#refer(node, scope);
        return;
      case "Literal":
      case "ThisExpression":
      case "TemplateElement":
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
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
          this.#declare(id, target, scope, init ? { value: init, path: [] } : null, "closed");
          if (init) this.#later(init, scope);
        }
        return;
      }
      case "ForInStatement":
      case "ForOfStatement":
        this.#visitLoop(node, new Scope(scope, "block"));
        return;
      case "BlockStatement":
      case "ForStatement":
      case "SwitchStatement":
        this.#laterBelow(node, new Scope(scope, "block"));
        return;
      case "StaticBlock":
        this.#laterBelow(node, new Scope(scope, "home"));
        return;
      case "CatchClause": {
        const inner = new Scope(scope, "block");
        if (node.param) this.#declare(node.param, inner, inner, null);
        this.#later(node.body, inner);
        return;
      }
      case "ReturnStatement":
        if (!node.argument) return;
        scope.home.returns?.push(node.argument);
        this.#later(node.argument, scope);
        return;
      case "AssignmentExpression": {
        const carries = /^(?:\|\||&&|\?\?)?=$/.test(node.operator);
        this.#assign(node.left, scope, carries ? { value: node.right, path: [] } : null);
        this.#later(node.right, scope);
        return;
      }
      case "UpdateExpression":
        this.#assign(node.argument, scope, null);
        return;
      case "CallExpression":
        this.#visitCall(node.callee as AnyNode, node.arguments as AnyNode[], scope);
        return;
      case "MemberExpression":
        this.#later(node.object, scope);
        if (node.computed) this.#later(node.property, scope);
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
        if (node.computed) this.#later(node.key, scope);
        // A field's value runs in a function of its own.
        if (node.value)
          this.#later(node.value, node.type === "PropertyDefinition" ? new Scope(scope, "home") : scope);
        return;
      case "LabeledStatement":
        this.#later(node.body, scope);
        return;
      case "ExportSpecifier":
        this.#later(node.local, scope);
        return;
      case "ExportNamedDeclaration":
        if (node.declaration) this.#later(node.declaration, scope);
        else if (!node.source) for (const specifier of node.specifiers) this.#later(specifier, scope);
        return;
      default:
        this.#laterBelow(node, scope);
    }
  }

  #visitLoop(node: Extract<AnyNode, { type: "ForInStatement" | "ForOfStatement" }>, inner: Scope): void {
    // Each turn gets one of what it goes over; what iterating makes of it nobody knows.
    const source = node.type === "ForOfStatement" ? { value: node.right, path: [null] } : null;
    if (node.left.type === "VariableDeclaration") {
      const target = node.left.kind === "var" ? inner.home : inner;
      for (const { id } of node.left.declarations) this.#declare(id, target, inner, source, "open");
    } else {
      this.#assign(node.left, inner, source, "open");
    }
    this.#later(node.right, inner);
    this.#later(node.body, inner);
  }

  #visitFunction(
    node: FunctionNode | ArrowFunctionExpression,
    outer: Scope,
    given: readonly AnyNode[] | null = this.#givenTo(node as AnyNode),
  ): void {
    let around = outer;
    if (node.type === "FunctionExpression" && node.id) {
      around = new Scope(outer, "block");
      around.declare(node.id.name).sources.push({ value: node as AnyNode, path: [] });
    }
    // Two scopes: what the body declares is not what a default value sees.
    const ofParams = new Scope(around, "home");
    this.#calls.add(node as AnyNode, node.params, ofParams);
    if (node.type !== "ArrowFunctionExpression" && given !== null)
      ofParams.declare("arguments").sources.push({ value: listOf(given), path: [] });
    const sources = given === null ? [] : sourcesOf(given, node.params);
    for (const [index, param] of node.params.entries()) {
      this.#declare(param, ofParams, ofParams, sources[index] ?? null, given === null ? "unknown" : "closed");
    }
    if (given !== null) this.#calls.markFollowed(given);
    const returns: AnyNode[] = [];
    this.#returns.set(node as AnyNode, returns);
    const inner = new Scope(ofParams, "home", returns);
    if (node.body.type === "BlockStatement") {
      this.#laterBelow(node.body, inner);
    } else {
      returns.push(node.body);
      this.#later(node.body, inner);
    }
  }

  #givenTo(node: AnyNode): readonly AnyNode[] | null {
    const name = this.#given.get(node);
    return name === undefined
      ? null
      : [{ type: "Identifier", name: GIVEN + name, start: node.start, end: node.start }];
  }

  /** A function that is called where it stands gets what it is given there. */
  #visitCall(callee: AnyNode, given: readonly AnyNode[], scope: Scope): void {
    for (const argument of given) this.#later(argument, scope);
    if (callee.type === "FunctionExpression" || callee.type === "ArrowFunctionExpression") {
      this.#visitFunction(callee, scope, given);
      return;
    }
    if (callee.type === "Identifier" && given.length > 0) this.#namedCalls.push({ callee, given, scope });
    this.#later(callee, scope);
  }

  #visitClass(node: Class, outer: Scope): void {
    const inner = new Scope(outer, "block");
    if (node.id) {
      const source = { value: node as AnyNode, path: [] };
      if (node.type === "ClassDeclaration") outer.declare(node.id.name).sources.push(source);
      inner.declare(node.id.name).sources.push(source);
    }
    if (node.superClass) this.#later(node.superClass, inner);
    this.#laterBelow(node.body as AnyNode, inner);
  }

  /** `source` null: nobody knows what it gets. `scope`: where the pattern's own expressions are looked up. */
  #declare(
    pattern: Pattern,
    target: Scope,
    scope: Scope,
    source: Source | null,
    openness: Openness = "unknown",
  ): void {
    spreadPattern(pattern as AnyNode, source, {
      name(identifier, from) {
        const binding = target.declare(identifier.name);
        if (from !== null) binding.sources.push(from);
        if (openness === "open" || (openness === "unknown" && from === null)) binding.isOpen = true;
      },
      expression: (node) => this.#later(node, scope),
    });
  }

  #assign(target: AnyNode, scope: Scope, source: Source | null, openness: Openness = "unknown"): void {
    spreadPattern(target, source, {
      name: (identifier, from) => {
        this.#assignments.push({ name: identifier.name, scope, source: from });
        if (openness === "open") this.#assignments.push({ name: identifier.name, scope, source: null });
        this.#refer(identifier, scope);
      },
      expression: (node) => this.#later(node, scope),
    });
  }

  #refer(identifier: Identifier, scope: Scope): void {
    this.#references.push(identifier);
    this.#referenceScopes.push(scope);
  }

  #later(node: AnyNode, scope: Scope): void {
    this.#nodes.push(node);
    this.#scopes.push(scope);
  }

  #laterBelow(node: AnyNode, scope: Scope): void {
    forEachChild(node, (child) => this.#later(child, scope));
  }
}
