// What nobody can read is not waved through: the global object handed on, and names of the runtime's that are looked up
// under a key made while the plugin runs. A person decides what they are for.
import type { Rule } from "../analysis.ts";
import { isNativeLookup } from "../idioms/native-lookup.ts";
import { isGuarded } from "../idioms/typeof-guard.ts";
import { nameOf } from "../scope/constants.ts";
import { GLOBAL, MAZE, UNKNOWN_KEY } from "../scope/origin-paths.ts";

/** Calls that only look at what they are handed, or whose answer is followed. */
const LOOKING: ReadonlySet<string> = new Set([
  "Object",
  "Object.assign",
  "Object.defineProperty",
  "Object.getOwnPropertyDescriptor",
  "Object.getOwnPropertyDescriptors",
  "Object.getOwnPropertyNames",
  "Object.getPrototypeOf",
  "Object.hasOwn",
  "Object.keys",
  "Object.prototype.hasOwnProperty.call",
  "Object.prototype.toString.call",
  "Reflect.defineProperty",
  "Reflect.get",
  "Reflect.getOwnPropertyDescriptor",
  "Reflect.getPrototypeOf",
  "Reflect.has",
  "Reflect.set",
  "Reflect.deleteProperty",
]);

export const unknownGlobal: Rule = {
  id: "unknown-global",
  severity: "review",
  visit: ({ origins }, report) => ({
    use({ node, origin, use, ancestors }) {
      if (use.kind === "called" || use.kind === "constructed") {
        if (origin === UNKNOWN_KEY)
          report(
            node,
            "a name of the runtime's is made while the plugin runs and called: write the name out",
          );
        else if (origin === MAZE)
          report(node, "what is called here goes through more names than anybody follows: call it by one");
      } else if (use.kind === "handed" && origin === GLOBAL) {
        const { to } = use;
        if (to.type === "SpreadElement" || isGuarded(nameOf(node) ?? "", node, ancestors)) return;
        if (to.type === "CallExpression" && to.callee.type !== "Super") {
          if (origins.originsOf(to.callee).some((callee) => LOOKING.has(callee))) return;
          if (isNativeLookup(to, node, origins)) return;
        }
        report(node, "the global object is handed on: hand on what is needed of it");
      }
    },
  }),
};
