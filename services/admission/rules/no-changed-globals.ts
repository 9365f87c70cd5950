// The realm stays as it is: a plugin that patches Promise or JSON changes what its libraries and the shell do.
// A name of its own on the global object harms nobody: it lives and dies with the isolate.
import type { AnyNode } from "acorn";
import type { Bundle, Report, Rule } from "../analysis.ts";
import { isPolyfill } from "../idioms/polyfill.ts";
import { foldText } from "../scope/fold-text.ts";
import { GLOBAL, type OriginTracer, UNKNOWN_KEY } from "../scope/origins.ts";
import { isIntrinsic } from "./runtime-names.ts";

/** Calls that change their first argument. */
const CHANGING: ReadonlySet<string> = new Set([
  "Object.assign",
  "Object.defineProperty",
  "Object.defineProperties",
  "Object.setPrototypeOf",
  "Object.freeze",
  "Object.seal",
  "Object.preventExtensions",
  "Reflect.defineProperty",
  "Reflect.deleteProperty",
  "Reflect.set",
  "Reflect.setPrototypeOf",
  "Reflect.preventExtensions",
]);
/** Those of them that name what they change. */
const NAMING: ReadonlySet<string> = new Set([
  "Object.defineProperty",
  "Reflect.defineProperty",
  "Reflect.deleteProperty",
  "Reflect.set",
]);
/** Methods by which an object changes itself. */
const CHANGING_METHODS: ReadonlySet<string> = new Set(["__defineGetter__", "__defineSetter__"]);
/** What engines offer to be set. */
const SETTABLE: ReadonlySet<string> = new Set(["Error.stackTraceLimit"]);
const INSTEAD = "keep what is yours in names of your own";

export const noChangedGlobals: Rule = {
  id: "no-changed-globals",
  severity: "reject",
  visit: ({ bindings, origins }, report) => ({
    use({ node, origin, use, ancestors }) {
      if (use.kind === "written" && isIntrinsic(origin) && isPolyfill(node, ancestors)) {
        report(node, `${origin} is added where it is missing`, "note");
      } else if (use.kind === "written" || use.kind === "deleted") {
        // A local name that holds something of the runtime's may get another value.
        if (node.type === "Identifier" && bindings.bindingOf(node)) return;
        judgeWrite(report, node, origin);
      } else if (use.kind === "handed") {
        const key = findChange(origins, bindings, use.to, node);
        if (key !== null) judgeWrite(report, node, origin === GLOBAL ? key : `${origin}.${key}`);
      } else if (use.kind === "member" && isIntrinsic(origin)) {
        const key = origins.keyOf(use.member);
        if (key !== null && CHANGING_METHODS.has(key)) report(node, `${key} on ${origin}: ${INSTEAD}`);
      }
    },
  }),
};

function judgeWrite(report: Report, node: AnyNode, origin: string): void {
  if (SETTABLE.has(origin)) {
    report(node, `${origin} is set for the whole plugin`, "note");
  } else if (origin === UNKNOWN_KEY || (origin.endsWith(UNKNOWN_KEY) && isIntrinsic(origin))) {
    report(node, `a name of the runtime's may be changed here, under a computed key: ${INSTEAD}`, "review");
  } else if (isIntrinsic(origin)) {
    report(node, `${origin} is changed: ${INSTEAD}`);
  } else if (!origin.startsWith("@") && !origin.includes(".")) {
    report(node, `${origin} is put on the global object: it lives no longer than this isolate`, "note");
  }
}

/** The key under which the call changes what it is handed first; null where it changes nothing. */
function findChange(
  origins: OriginTracer,
  bindings: Bundle["bindings"],
  to: AnyNode,
  node: AnyNode,
): string | null {
  if (to.type !== "CallExpression" || to.callee.type === "Super") return null;
  const [first, second] = to.arguments;
  if (first !== node) return null;
  const changer = origins.originsOf(to.callee).find((callee) => CHANGING.has(callee));
  if (changer === undefined) return null;
  const name = NAMING.has(changer) && second ? foldText(second, bindings) : null;
  return name ?? UNKNOWN_KEY;
}
