// Nothing makes code out of text or bytes. The isolate refuses it too; this tells the author before.
// Comparing with Function, or naming it to ask whether something is one, is no use of it.
import type { AnyNode } from "acorn";
import type { Bundle, Report, Rule, RuntimeUse } from "../analysis.ts";
import { isHarmlessFunction } from "../idioms/harmless-function.ts";
import { isZodCompile } from "../idioms/zod-compile.ts";

/** Refused wherever they are named, but where it is asked whether they are there. */
const NEVER: ReadonlySet<string> = new Set(["eval", "importScripts", "ShadowRealm", "execScript"]);
const FUNCTION = "Function";
/** Members of WebAssembly that make nothing. */
const HARMLESS_WASM: ReadonlySet<string> = new Set(["CompileError", "LinkError", "RuntimeError"]);
/** Calls that call or construct what they are handed. */
const CALLING: ReadonlySet<string> = new Set([
  "Reflect.apply",
  "Reflect.construct",
  "Function.prototype.call.call",
  "Function.prototype.apply.call",
]);
const TIMERS: ReadonlySet<string> = new Set(["setTimeout", "setInterval"]);
const INSTEAD = "write the code itself, the sandbox runs no text";

export const noCodeFromText: Rule = {
  id: "no-code-from-text",
  severity: "reject",
  visit: (bundle, report) => ({
    use(seen) {
      const { origin, use, node } = seen;
      if (NEVER.has(origin)) {
        if (use.kind !== "typeof" && use.kind !== "unused") report(node, `${origin}: ${INSTEAD}`);
        return;
      }
      if (use.kind === "typeof" || use.kind === "named" || use.kind === "unused") return;
      if (origin === FUNCTION) judgeFunction(seen, bundle, report);
      else if (origin.startsWith("WebAssembly.") && !HARMLESS_WASM.has(origin.split(".")[1] ?? "")) {
        if (use.kind !== "compared" && use.kind !== "tested") {
          report(node, `${origin}: a plugin runs no WebAssembly, leave out what brings it`);
        }
      } else if (origin === "WebAssembly" && use.kind === "handed") {
        report(node, "WebAssembly: a plugin runs none, leave out what brings it");
      } else if (TIMERS.has(origin) && use.kind === "called" && takesText(use.call, bundle)) {
        report(node, `${origin} with text: ${INSTEAD}`);
      }
    },
  }),
};

function judgeFunction({ node, use, ancestors }: RuntimeUse, bundle: Bundle, report: Report): void {
  switch (use.kind) {
    case "called":
    case "constructed":
      if (isHarmlessFunction(use.call, bundle.origins) || isZodCompile(use.call, ancestors)) {
        report(
          node,
          "Function is tried, as libraries do that go on without it; the sandbox refuses it",
          "note",
        );
      } else {
        report(node, `Function called as a constructor: ${INSTEAD}`);
      }
      return;
    case "handed":
      if (isCalledBy(use.to, bundle)) report(node, `Function called as a constructor: ${INSTEAD}`);
      else if (/^Class/.test(use.to.type)) report(node, `Function as a superclass: ${INSTEAD}`);
      else report(node, "Function is handed on: say what it is for, or leave it out", "review");
      return;
    case "member": {
      const key = bundle.origins.keyOf(use.member);
      const around = ancestors.at(-2);
      const isCalled = around?.type === "CallExpression" && around.callee === use.member;
      if (isCalled && (key === "call" || key === "apply" || key === "bind"))
        report(node, `Function.${key}: ${INSTEAD}`);
      return;
    }
    default:
  }
}

function isCalledBy(to: AnyNode, { origins }: Bundle): boolean {
  if (to.type !== "CallExpression" || to.callee.type === "Super") return false;
  return origins.originsOf(to.callee).some((callee) => CALLING.has(callee));
}

function takesText(call: AnyNode, { origins }: Bundle): boolean {
  const first = call.type === "CallExpression" ? call.arguments[0] : undefined;
  if (first === undefined || first.type === "SpreadElement") return false;
  return (
    first.type === "TemplateLiteral" ||
    (first.type === "BinaryExpression" && first.operator === "+") ||
    origins.fold(first) !== null
  );
}
