// A plugin patches promises and the hidden symbols by which the language itself calls functions.
import { it } from "vitest";
import { expectOwnFailures } from "./patching.ts";

const patches: Record<string, string> = {
  "then that never calls back": "Promise.prototype.then = () => new Promise(() => {});",
  "then that calls back twice":
    "const { then } = Promise.prototype; Promise.prototype.then = function (a, b) { then.call(this, a, b); return then.call(this, a, b); };",
  "a global Promise of its own": "globalThis.Promise = class { then() {} };",
  "a species that is no promise":
    "Object.defineProperty(Promise, Symbol.species, { get() { return Array; } });",
  "a species that throws":
    "Object.defineProperty(Promise, Symbol.species, { get() { throw new Error('no'); } });",
  "a constructor that throws":
    "Object.defineProperty(Promise.prototype, 'constructor', { get() { throw new Error('no'); } });",
  "a then on every object":
    "Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { return undefined; } });",
  "a thenable of every object": "Object.prototype.then = function (resolve) { resolve(5); };",
};

it("a patched promise ends in an outcome of its own plugin", () => expectOwnFailures(patches));
