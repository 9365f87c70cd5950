// The paths by which origins are named: `Array.prototype.map`, `@hook.api.kv`, and those of what has no name.
// Text alone: what an expression's origin is, origins.ts works out.

import { GIVEN } from "./bindings.ts";
import { isIntrinsic } from "./runtime-names.ts";

/** Names of the global object itself, whose members are the runtime's names. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(["globalThis", "self", "window", "global"]);
/** The origin of the global object. */
export const GLOBAL = "";
/** A member whose key is made while the plugin runs. */
export const UNKNOWN_KEY = "[?]";
/** What is handed on through more names than anybody follows. */
export const MAZE = "[maze]";
/** A function's constructor, reached without its name. */
export const FUNCTION_CONSTRUCTOR = "[function constructor]";
/** The class and the prototype of something unknown. */
export const CLASS = "[class]";
export const PROTOTYPE = "[prototype]";
/** Behind a path: the descriptor of that member. Before it: all descriptors of its members. */
export const DESCRIPTOR = "[descriptor]";
/** Longer paths lead nowhere. */
const MAX_PATH_CHARS = 200;
/** Members of the runtime's in lower case that are no functions. */
const OBJECTS: ReadonlySet<string> = new Set([
  "prototype",
  "console",
  "performance",
  "navigator",
  "crypto",
  "subtle",
  "scheduler",
  "caches",
  "undefined",
]);

export function isGlobalObject(name: string): boolean {
  return GLOBAL_OBJECTS.has(name);
}

export function memberOf(path: string, key: string | null): string {
  const name = key ?? UNKNOWN_KEY;
  if (path === GLOBAL) return isGlobalObject(name) ? GLOBAL : name;
  if (path === MAZE || path.length > MAX_PATH_CHARS) return MAZE;
  if (path.startsWith(DESCRIPTOR)) return memberOf(path.slice(DESCRIPTOR.length), key) + DESCRIPTOR;
  if (path.endsWith(DESCRIPTOR)) return path.slice(0, -DESCRIPTOR.length);
  if (name === "constructor") return constructorOf(path);
  if (name === "__proto__") return prototypeOf(path);
  return path === CLASS && name === "prototype" ? PROTOTYPE : `${path}.${name}`;
}

function constructorOf(path: string): string {
  if (path === PROTOTYPE) return CLASS;
  if (path === CLASS || path === FUNCTION_CONSTRUCTOR || path === "Function.prototype")
    return FUNCTION_CONSTRUCTOR;
  if (isGiven(path)) return isFunctionGiven(path) ? FUNCTION_CONSTRUCTOR : "Object";
  if (path.endsWith(".prototype")) return path.slice(0, -".prototype".length);
  return isFunction(path) ? FUNCTION_CONSTRUCTOR : `${path}.constructor`;
}

function prototypeOf(path: string): string {
  if (isGiven(path)) return isFunctionGiven(path) ? "Function.prototype" : "Object.prototype";
  if (path.endsWith(".prototype")) return "Object.prototype";
  return path === CLASS || isFunction(path) ? "Function.prototype" : PROTOTYPE;
}

function isGiven(path: string): boolean {
  return path.startsWith(GIVEN);
}

function isFunctionGiven(path: string): boolean {
  return path.startsWith(`${GIVEN}hook.api.`);
}

/** `Array`, `Math.max`, `Array.prototype.map`, by the names that the language gives. */
function isFunction(path: string): boolean {
  if (!isIntrinsic(path)) return false;
  const name = path.slice(path.lastIndexOf(".") + 1);
  return !OBJECTS.has(name) && !/^(?:Math|JSON|Reflect|Atomics|Intl|WebAssembly)$/.test(path);
}
