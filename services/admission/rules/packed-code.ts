// Long text that looks like noise may be code in disguise: a person looks at it.
// Alphabets, word lists and tables are long too, and pass.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";

/** Characters; a shorter one hides little. */
const MIN_CHARS = 1_024;
/** Bits a character: prose and tables stay under it, base64 of packed bytes has 5.9 to 6. */
const MAX_ENTROPY = 5.7;
const SAMPLE_CHARS = 65_536;

export const packedCode: Rule = {
  id: "packed-code",
  severity: "review",
  visit(_bundle, report) {
    const judge = (node: AnyNode, text: string) => {
      if (
        text.length < MIN_CHARS ||
        entropyOf(text.slice(0, SAMPLE_CHARS)) <= MAX_ENTROPY ||
        /\s\S+\s/.test(text)
      )
        return;
      report(
        node,
        `${text.length} characters that look like packed code or data: say what they are, or fetch them`,
      );
    };
    return {
      Literal: (node) => void (typeof node.value === "string" && judge(node, node.value)),
      TemplateElement: (node) => judge(node, node.value.raw),
    };
  },
};

/** Shannon's, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<number, number>();
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
