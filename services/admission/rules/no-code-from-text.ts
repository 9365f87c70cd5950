// Nothing makes code out of text or bytes. The isolate refuses it too; this tells the author before.
// Comparing with Function, or naming it to ask whether something is one, is no use of it.
import type { AnyNode } from "acorn";
import type { Bundle, Report, Rule, RuntimeUse } from "../analysis.ts";
import { isHarmlessFunction } from "../idioms/harmless-function.ts";
import { isZodCompile } from "../idioms/zod-compile.ts";

/** Refused wherever they are named, but where it is asked whether they are there. */
const NEVER: ReadonlySet<string> = new Set(["eval", "importScripts", "ShadowRealm", "execScript"]);
const FUNCTIONS: ReadonlySet<string> = new Set(["Function", "Function.prototype.constructor"]);
/** Members of WebAssembly that make nothing. */
const HARMLESS_WASM: ReadonlySet<string> = new Set(["CompileError", "LinkError", "RuntimeError"]);
const TIMERS: ReadonlySet<string> = new Set(["setTimeout", "setInterval"]);
const INSTEAD = "write the code itself, the sandbox runs no text";

export const noCodeFromText: Rule = {
  id: "no-code-from-text",
  severity: "reject",
  visit: (bundle, report) => ({
    use(seen) {
      const { origin, use, node } = seen;
      if (use.kind === "typeof" || use.kind === "named" || use.kind === "unused") {
        if (use.kind !== "named" || !NEVER.has(origin)) return;
      }
      if (NEVER.has(origin)) report(node, `${origin}: ${INSTEAD}`);
      else if (FUNCTIONS.has(origin)) judgeFunction(seen, bundle, report);
      else if (origin.startsWith("WebAssembly.") && !HARMLESS_WASM.has(origin.split(".")[1] ?? "")) {
        if (use.kind !== "compared" && use.kind !== "tested") {
          report(node, `${origin}: a plugin runs no WebAssembly, leave out what brings it`);
        }
      } else if (origin === "WebAssembly" && use.kind === "handed") {
        report(node, "WebAssembly: a plugin runs none, leave out what brings it");
      } else if (TIMERS.has(origin) && use.kind === "called" && takesText(use.call)) {
        report(node, `${origin} with text: ${INSTEAD}`);
      }
    },
  }),
};

function judgeFunction({ node, use, ancestors }: RuntimeUse, { bindings }: Bundle, report: Report): void {
  switch (use.kind) {
    case "called":
    case "constructed":
      if (isHarmlessFunction(use.call, bindings) || isZodCompile(use.call, ancestors)) {
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
      report(node, "Function is handed on: say what it is for, or leave it out", "review");
      return;
    case "member": {
      const { member } = use;
      const key = member.property.type === "Identifier" && !member.computed ? member.property.name : null;
      const around = ancestors.at(-2);
      const isCalled = around?.type === "CallExpression" && around.callee === member;
      if (isCalled && (key === "call" || key === "apply")) report(node, `Function.${key}: ${INSTEAD}`);
      if (key === "bind") report(node, "Function.bind: say what it is for, or leave it out", "review");
      return;
    }
    default:
  }
}

function takesText(call: AnyNode): boolean {
  const first = call.type === "CallExpression" ? call.arguments[0] : undefined;
  if (first === undefined) return false;
  return (
    first.type === "TemplateLiteral" ||
    (first.type === "Literal" && typeof first.value === "string") ||
    (first.type === "BinaryExpression" && first.operator === "+")
  );
}
