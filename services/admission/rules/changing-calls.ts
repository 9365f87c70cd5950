// Calls that change what they are handed, straight, by `call` and `apply`, or by Reflect.apply.
// What the change means, no-changed-globals.ts says.
import type { AnyNode } from "acorn";
import { UNKNOWN_KEY } from "../scope/origin-paths.ts";
import type { OriginTracer } from "../scope/origins.ts";

/** Each changes its first argument; those that are true name what they change in their second. */
const CHANGING: ReadonlyMap<string, boolean> = new Map([
  ["Object.assign", false],
  ["Object.defineProperty", true],
  ["Object.defineProperties", false],
  ["Object.setPrototypeOf", false],
  ["Object.freeze", false],
  ["Object.seal", false],
  ["Object.preventExtensions", false],
  ["Reflect.defineProperty", true],
  ["Reflect.deleteProperty", true],
  ["Reflect.set", true],
  ["Reflect.setPrototypeOf", false],
  ["Reflect.preventExtensions", false],
  // Of them the object is the first argument where they are called by `call`.
  ["Object.prototype.__defineGetter__.call", true],
  ["Object.prototype.__defineSetter__.call", true],
]);

export interface Change {
  /** What of it is changed, or UNKNOWN_KEY. */
  readonly key: string;
  /** Whether the call names nothing: the object as a whole is changed. */
  readonly isWhole: boolean;
}

/** What the call around changes of the node; null where it changes nothing. */
export function findChange(
  origins: OriginTracer,
  node: AnyNode,
  ancestors: readonly AnyNode[],
): Change | null {
  const parent = ancestors.at(-1);
  const call = parent?.type === "ArrayExpression" ? ancestors.at(-2) : parent;
  if (call?.type !== "CallExpression" || call.callee.type === "Super") return null;
  for (const callee of origins.originsOf(call.callee)) {
    const { name, given } = unwrap(callee, call.arguments as AnyNode[], origins);
    const isNamed = CHANGING.get(name);
    if (isNamed === undefined || given[0] !== node) continue;
    const key = isNamed && given[1] ? origins.keyOf({ computed: true, property: given[1] }) : null;
    return { key: key ?? UNKNOWN_KEY, isWhole: !isNamed };
  }
  return null;
}

interface Unwrapped {
  readonly name: string;
  readonly given: readonly AnyNode[];
}

/** `f.call(x, a)`, `f.apply(x, [a])` and `Reflect.apply(f, x, [a])` as `f(a)`. */
function unwrap(callee: string, given: readonly AnyNode[], origins: OriginTracer): Unwrapped {
  if (CHANGING.has(callee)) return { name: callee, given };
  if (callee.endsWith(".call")) return { name: callee.slice(0, -".call".length), given: given.slice(1) };
  if (callee.endsWith(".apply") && callee !== "Reflect.apply")
    return { name: callee.slice(0, -".apply".length), given: elementsOf(given[1]) };
  if (callee !== "Reflect.apply" || given[0] === undefined) return { name: callee, given };
  return { name: origins.originsOf(given[0])[0] ?? "", given: elementsOf(given[2]) };
}

function elementsOf(list: AnyNode | undefined): AnyNode[] {
  if (list?.type !== "ArrayExpression") return [];
  return list.elements.slice(0, 3).flatMap((element) => element ?? []);
}
