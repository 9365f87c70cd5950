// A plugin patches Object, Array and the prototypes that every value of its realm has.
import { it } from "vitest";
import { expectOwnFailures } from "./patching.ts";

const patches: Record<string, string> = {
  "Object.hasOwn that always says no": "Object.hasOwn = () => false;",
  "Object.hasOwn that always says yes": "Object.hasOwn = () => true;",
  "Object.hasOwn that throws": "Object.hasOwn = () => { throw new Error('no'); };",
  "a setter on Object.prototype":
    "Object.defineProperty(Object.prototype, 'status', { set() { throw new Error('no'); }, configurable: true });",
  "a getter on Object.prototype":
    "Object.defineProperty(Object.prototype, 'result', { get() { return true; }, configurable: true });",
  "Array.prototype methods that throw":
    "for (const name of ['push', 'map', 'join', 'includes']) Array.prototype[name] = () => { throw new Error('no'); };",
  "an array's iterator that never ends":
    "Array.prototype[Symbol.iterator] = function* () { let turn = 0; while (turn++ < 1000) yield 'debug'; };",
  "String.prototype.slice that answers objects": "String.prototype.slice = () => ({});",
  "String.prototype.split that answers nothing": "String.prototype.split = () => [];",
  "a frozen realm":
    "for (const it of [Object.prototype, Array.prototype, Promise.prototype, console, globalThis]) try { Object.freeze(it); } catch {}",
  "no globals at all":
    "for (const name of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[name]; } catch {}",
};

it("a patched object ends in an outcome of its own plugin", () => expectOwnFailures(patches));
