// A regular expression must be one that the runtime takes, and should not take for ever on text that a visitor chose.

import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import { MAX_REGEX_CHARS } from "../parse/limits.ts";
import { foldText } from "../scope/fold-text.ts";
import { isCatastrophic } from "./regex-cost.ts";

const SLOW =
  "can take exponential time on text that does not match: write it without a repeat within a repeat";

export const regularExpressions: Rule = {
  id: "regular-expression",
  severity: "review",
  visit: ({ bindings }, report) => ({
    Literal(node) {
      if (!node.regex) return;
      const { pattern, flags } = node.regex;
      if (node.value === null) report(node, "the runtime does not take this regular expression", "reject");
      else if (pattern.length > MAX_REGEX_CHARS)
        report(node, `a regular expression of more than ${MAX_REGEX_CHARS} characters`);
      else if (isCatastrophic(pattern, flags)) report(node, `/${pattern.slice(0, 60)}/ ${SLOW}`);
    },
    use({ node, origin, use }) {
      if (origin !== "RegExp" || (use.kind !== "called" && use.kind !== "constructed")) return;
      const call = use.call as Extract<AnyNode, { type: "CallExpression" }>;
      const [first, second] = call.arguments as AnyNode[];
      const pattern = first ? foldText(first, bindings) : null;
      const flags = second ? foldText(second, bindings) : "";
      if (pattern !== null && isCatastrophic(pattern, flags ?? ""))
        report(node, `${pattern.slice(0, 60)} ${SLOW}`);
    },
  }),
};
