// Long text that looks like noise may be code in disguise: a person looks at it.
// Alphabets, word lists and tables are long too, and pass.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import { isKnownTable } from "../idioms/known-table.ts";

/** Characters without a space; a shorter run hides little. */
const MIN_CHARS = 1_024;
/** Bits a character: prose and tables stay under it, base64 of packed bytes has 5.9 to 6. */
const MAX_ENTROPY = 5.7;
const SAMPLE_CHARS = 65_536;
/** Characters of hexadecimal digits, and numbers of a list of bytes. */
const MIN_DIGITS = 2_048;
const MIN_BYTES = 2_048;

export const packedCode: Rule = {
  id: "packed-code",
  severity: "review",
  visit(_bundle, report) {
    const judge = (node: AnyNode, text: string) => {
      if (text.length >= MIN_CHARS && isNoise(text) && !isKnownTable(text))
        report(
          node,
          `${text.length} characters that look like packed code: say what they are, or fetch them`,
        );
    };
    return {
      Literal: (node) => void (typeof node.value === "string" && judge(node, node.value)),
      TemplateElement: (node) => judge(node, node.value.raw),
      BinaryExpression(node, ancestors) {
        if (node.operator !== "+" || ancestors.at(-1)?.type === "BinaryExpression") return;
        if (node.left.type === "BinaryExpression") judge(node, textOf(partsOf(node)));
      },
      ArrayExpression(node) {
        if (node.elements.length < 8) return;
        judge(node, textOf(node.elements));
        if (node.elements.length >= MIN_BYTES && node.elements.every(isByte))
          report(
            node,
            `${node.elements.length} bytes that may be packed code: say what they are, or fetch them`,
          );
      },
    };
  },
};

/** The parts of `a + b + c`, as far as they hang to the left. */
function partsOf(node: AnyNode): AnyNode[] {
  const parts: AnyNode[] = [];
  let left: AnyNode = node;
  for (; left.type === "BinaryExpression" && left.operator === "+"; left = left.left) parts.push(left.right);
  return [...parts, left].reverse();
}

/** The texts among the parts, in a row; words of a list have a space in between by being short. */
function textOf(parts: readonly (AnyNode | null)[]): string {
  let text = "";
  for (const part of parts) {
    if (part?.type !== "Literal" || typeof part.value !== "string") continue;
    text += part.value.length < 32 ? `${part.value} ` : part.value;
    if (text.length > SAMPLE_CHARS) break;
  }
  return text;
}

function isByte(element: AnyNode | null): boolean {
  if (element?.type !== "Literal") return false;
  const { value } = element;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

function isNoise(text: string): boolean {
  const run = longestRunOf(text.slice(0, SAMPLE_CHARS));
  if (run.length < MIN_CHARS) return false;
  return entropyOf(run) > MAX_ENTROPY || (run.length >= MIN_DIGITS && /^[\da-f]+$/i.test(run));
}

/** The longest without a space. */
function longestRunOf(text: string): string {
  let longest = "";
  for (const run of text.split(/\s+/)) if (run.length > longest.length) longest = run;
  return longest;
}

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
