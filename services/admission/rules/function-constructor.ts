// Ways to a function constructor without its name. The isolate makes nothing of them; a person should know why they
// are there. `new this.constructor(…)` and `x.constructor === Object` are everybody's, and pass.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import { CLASS, FUNCTION_CONSTRUCTOR } from "../scope/origin-paths.ts";

const MESSAGE =
  "this reaches a function's constructor, which makes code out of text: say what it is for, or leave it out";
/** Steps on the way from any value to a function's constructor, put down as data. */
const AS_TEXT = /constructor\W+constructor/;

export const functionConstructor: Rule = {
  id: "function-constructor",
  severity: "review",
  visit: (_bundle, report) => ({
    use({ node, origin, use }) {
      if (origin === FUNCTION_CONSTRUCTOR && use.kind !== "compared" && use.kind !== "typeof")
        report(node, MESSAGE);
      else if (origin === CLASS && use.kind === "called" && takesText(use.call)) report(node, MESSAGE);
    },
    Literal(node) {
      if (typeof node.value === "string" && node.value.length < 256 && AS_TEXT.test(node.value))
        report(node, MESSAGE);
    },
    ArrayExpression(node) {
      const steps = node.elements.slice(0, 16).filter((element) => isStep(element));
      if (steps.length > 1) report(node, MESSAGE);
    },
  }),
};

function isStep(element: AnyNode | null): boolean {
  return element?.type === "Literal" && element.value === "constructor";
}

/** `x.constructor("…")`: a class is constructed with `new`, and seldom of text. */
function takesText(call: AnyNode): boolean {
  return (
    call.type === "CallExpression" &&
    call.arguments.some(
      ({ type }) => type === "TemplateLiteral" || type === "Literal" || type === "BinaryExpression",
    )
  );
}
