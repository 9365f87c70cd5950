// A regular expression must be one that the runtime takes, and should not take for ever on text that a visitor chose.
// What is put together while the plugin runs is not known, but where an event or a setting makes it.
import type { AnyNode } from "acorn";
import type { Bundle, Rule } from "../analysis.ts";
import { isMarkedTemplate } from "../idioms/marked-template.ts";
import { GIVEN } from "../scope/bindings.ts";
import { RegexCosts } from "./regex-cost.ts";

const SLOW =
  "can take exponential time on text that does not match: write it without a repeat within a repeat";
/** Methods of text that make a regular expression of text. */
const MATCHING: ReadonlySet<string> = new Set(["match", "matchAll", "search"]);
/** Parts of a concatenation that are looked at. */
const MAX_PARTS = 32;

export const regularExpressions: Rule = {
  id: "regular-expression",
  severity: "review",
  visit(bundle, report) {
    const costs = new RegexCosts();
    const judge = (node: AnyNode, pattern: string, flags: string) => {
      if (costs.isCatastrophic(pattern, flags)) report(node, `/${pattern.slice(0, 60)}/ ${SLOW}`);
    };
    return {
      Literal(node) {
        if (!node.regex) return;
        const { pattern, flags } = node.regex;
        if (node.value === null) report(node, "the runtime does not take this regular expression", "reject");
        else if (!isMarkedTemplate(pattern)) judge(node, pattern, flags);
      },
      CallExpression(node) {
        const [first] = node.arguments as AnyNode[];
        if (first === undefined || node.callee.type !== "MemberExpression" || node.callee.computed) return;
        const { property } = node.callee;
        if (property.type !== "Identifier" || !MATCHING.has(property.name)) return;
        const pattern = first.type === "Literal" && first.regex ? null : bundle.origins.fold(first);
        if (pattern !== null) judge(node, pattern, "");
      },
      use({ node, origin, use }) {
        if (origin !== "RegExp" || (use.kind !== "called" && use.kind !== "constructed")) return;
        const call = use.call as Extract<AnyNode, { type: "CallExpression" }>; // or `new`, of the same shape
        const [first, second] = call.arguments as AnyNode[];
        if (first === undefined) return;
        const pattern = bundle.origins.fold(first);
        if (pattern !== null) judge(node, pattern, (second && bundle.origins.fold(second)) ?? "");
        else if (isOfEvent(first, bundle))
          report(
            node,
            "a regular expression made of what somebody typed: whoever types it decides how long it runs; escape the text or compare without one",
          );
      },
    };
  },
};

/** Whether text of an event, a context or a setting goes into it as it came. */
function isOfEvent(expression: AnyNode, { origins }: Bundle): boolean {
  const left: AnyNode[] = [expression];
  for (let seen = 0; seen < MAX_PARTS; seen += 1) {
    const node = left.pop();
    if (node === undefined) return false;
    if (node.type === "BinaryExpression" && node.left.type !== "PrivateIdentifier")
      left.push(node.left, node.right);
    else if (node.type === "TemplateLiteral") left.push(...node.expressions.slice(0, MAX_PARTS));
    else if (node.type === "Identifier" || node.type === "MemberExpression") {
      if (origins.originsOf(node).some((origin) => origin.startsWith(GIVEN))) return true;
    }
  }
  return false;
}
