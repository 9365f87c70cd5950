// What is read is what runs: no control that turns text round, no character that nobody sees, no name that looks like
// another one (CVE-2021-42574, «Trojan Source»).
import type { AnyNode } from "acorn";
import type { Bundle, Report, Rule } from "../analysis.ts";

/** Bidi controls, zero-width and other invisible characters, tags, and the two separators that end a line unseen. */
const HIDDEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
const NOT_PLAIN = /[^\p{ASCII}]/u;
/** Scripts whose letters look like those of another. */
const SCRIPTS = ["Latin", "Cyrillic", "Greek", "Armenian", "Cherokee"] as const;
const SCRIPT_LETTERS = SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, "u"));

export const hiddenText: Rule = {
  id: "hidden-text",
  severity: "reject",
  visit(bundle, report) {
    const names = new Map<string, AnyNode>();
    const strings: { start: number; end: number }[] = [];
    const isPlain = !NOT_PLAIN.test(bundle.code);
    const noteString = (node: { start: number; end: number }) => void (isPlain || strings.push(node));
    return {
      Identifier: (node) => void (NOT_PLAIN.test(node.name) && names.set(node.name, node)),
      PrivateIdentifier: (node) => void (NOT_PLAIN.test(node.name) && names.set(node.name, node)),
      Literal: noteString,
      TemplateElement: noteString,
      end() {
        for (const [name, node] of names) {
          if (SCRIPT_LETTERS.filter((letters) => letters.test(name)).length > 1) {
            report(node, "a name mixes letters of several scripts, which look alike: use one script");
          }
        }
        if (!isPlain) judgeHidden(bundle, strings, report);
      },
    };
  },
};

/** In a string it is data, and a note; elsewhere it hides what the code says. */
function judgeHidden(
  { code }: Bundle,
  strings: readonly { start: number; end: number }[],
  report: Report,
): void {
  const byStart = strings.toSorted((a, b) => a.start - b.start);
  let index = 0;
  for (const { index: offset, 0: text } of code.matchAll(HIDDEN)) {
    while ((byStart[index]?.end ?? Number.POSITIVE_INFINITY) <= offset) index += 1;
    const string = byStart[index];
    const name = `U+${text.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
    if (string !== undefined && string.start <= offset)
      report(offset, `${name}, which nobody sees, is in this text`, "note");
    else
      report(
        offset,
        `${name}, which nobody sees, is in the code: take it out, or write it as an escape in a string`,
      );
  }
}
