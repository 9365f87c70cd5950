// The realm stays as it is: a plugin that patches Promise or JSON changes what its libraries and the shell do.
// A name of its own on the global object harms nobody: it lives and dies with the isolate.
import type { AnyNode } from "acorn";
import type { Report, Rule } from "../analysis.ts";
import { isPolyfill } from "../idioms/polyfill.ts";
import { GIVEN } from "../scope/bindings.ts";
import { GLOBAL, UNKNOWN_KEY } from "../scope/origin-paths.ts";
import type { Origins } from "../scope/origins.ts";
import { isIntrinsic } from "../scope/runtime-names.ts";
import { findChange } from "./changing-calls.ts";

/** Methods by which an object changes itself. */
const CHANGING_METHODS: ReadonlySet<string> = new Set(["__defineGetter__", "__defineSetter__"]);
/** What engines offer to be set, and what a polyfill of globalThis puts there and takes away. Seen in handlebars 4.7.10. */
const SETTABLE: ReadonlySet<string> = new Set(["Error.stackTraceLimit", "Object.prototype.__magic__"]);
const INSTEAD = "keep what is yours in names of your own";

export const noChangedGlobals: Rule = {
  id: "no-changed-globals",
  severity: "reject",
  visit: ({ bindings, origins }, report) => ({
    use({ node, origin, use, ancestors }) {
      switch (use.kind) {
        case "written":
        case "deleted":
          // A local name that holds something of the runtime's may get another value.
          if (node.type === "Identifier" && bindings.bindingOf(node)) return;
          // So may a member of an object of the bundle's own.
          if (node.type === "MemberExpression" && origins.originsOf(node.object as AnyNode).length === 0)
            return;
          // What is written is where the prototype or the class hangs, and neither itself.
          if (
            node.type === "MemberExpression" &&
            /^(?:__proto__|constructor)$/.test(origins.keyOf(node) ?? "")
          )
            judgeOwner(report, node, origins.originsOf(node.object as AnyNode));
          else if (isIntrinsic(origin) && isPolyfill(node, ancestors))
            report(node, `${origin} is added where it is missing`, "note");
          else judgeWrite(report, node, origin);
          return;
        case "handed": {
          const change = findChange(origins, node, ancestors);
          if (change === null) return;
          const path = origin === GLOBAL ? change.key : `${origin}.${change.key}`;
          // What has a name is changed, whatever of it.
          if (change.key === UNKNOWN_KEY && change.isWhole && isIntrinsic(origin))
            judgeWrite(report, node, origin);
          else judgeWrite(report, node, path);
          return;
        }
        case "member": {
          const key = isIntrinsic(origin) ? origins.keyOf(use.member) : null;
          if (key === null || !CHANGING_METHODS.has(key)) return;
          const call = ancestors.at(-2);
          const [name] = call?.type === "CallExpression" ? call.arguments : [];
          judgeWrite(
            report,
            node,
            `${origin}.${(name && origins.keyOf({ computed: true, property: name })) ?? key}`,
          );
        }
      }
    },
  }),
};

function judgeWrite(report: Report, node: AnyNode, origin: string): void {
  if (SETTABLE.has(origin)) {
    report(node, `${origin} is set for the whole plugin`, "note");
  } else if (origin === UNKNOWN_KEY || (origin.includes(UNKNOWN_KEY) && isIntrinsicOrUnknown(origin))) {
    report(node, `a name of the runtime's may be changed here, under a computed key: ${INSTEAD}`, "review");
  } else if (isIntrinsic(origin)) {
    report(node, `${origin} is changed: ${INSTEAD}`);
  } else if (!origin.startsWith(GIVEN) && !origin.includes(".") && !origin.startsWith("[")) {
    report(node, `${origin} is put on the global object: it lives no longer than this isolate`, "note");
  }
}

function judgeOwner(report: Report, node: AnyNode, objects: Origins): void {
  const object = objects.find(isIntrinsic);
  if (object !== undefined) report(node, `what ${object} is made of is changed: ${INSTEAD}`);
}

function isIntrinsicOrUnknown(origin: string): boolean {
  return isIntrinsic(origin) || origin.startsWith(UNKNOWN_KEY);
}
