// What is read is what runs: no control that turns text round, no character that nobody sees, no name that looks like
// another one (CVE-2021-42574, «Trojan Source»).
import type { AnyNode, Identifier, PrivateIdentifier } from "acorn";
import type { Bundle, Report, Rule } from "../analysis.ts";

/** Bidi controls, zero-width and other invisible characters, tags, and the two separators that end a line unseen. */
const HIDDEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;
const NOT_PLAIN = /[^\p{ASCII}]/u;
/** Scripts whose letters look like those of another. */
const SCRIPTS = ["Latin", "Cyrillic", "Greek", "Armenian", "Cherokee"] as const;
/** Whole names of letters that Latin has too, to the eye; three at least, since one is no word. */
const LOOKALIKES = /^(?:[асеорхуіјѕԁԛԝһАВЕКМНОРСТХІЈЅ][\d_$]*){3,}$/u;
const SCRIPT_LETTERS = SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, "u"));

/** Those of them that turn the text behind them round. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/;

interface TextPart {
  readonly start: number;
  readonly end: number;
  readonly isRegex: boolean;
}

export const hiddenText: Rule = {
  id: "hidden-text",
  severity: "reject",
  visit(bundle, report) {
    const names = new Map<string, AnyNode>();
    const strings: TextPart[] = [];
    // An escape may stand for any character in a name.
    const isPlain = !NOT_PLAIN.test(bundle.code) && !bundle.code.includes("\\u");
    const noteString = ({ start, end }: AnyNode, isRegex = false) =>
      void (isPlain || strings.push({ start, end, isRegex }));
    const noteName = (node: Identifier | PrivateIdentifier, ancestors: readonly AnyNode[]) => {
      // A key of an object is data, as a text is.
      const parent = isPlain ? undefined : ancestors.at(-1);
      const isKey = parent?.type === "Property" && parent.key === node && !parent.shorthand;
      if (!isKey && NOT_PLAIN.test(node.name)) names.set(node.name, node);
    };
    return {
      Identifier: noteName,
      PrivateIdentifier: noteName,
      Literal: (node) => noteString(node, node.regex !== undefined),
      TemplateElement: (node) => noteString(node),
      end() {
        for (const [name, node] of names) {
          const said = judgeName(name);
          if (said !== null) report(node, said);
        }
        if (!isPlain) judgeHidden(bundle, strings, report);
      },
    };
  },
};

/** What is wrong with a name that is not ASCII, escapes undone; null where nothing is. */
function judgeName(name: string): string | null {
  if (name.search(HIDDEN) >= 0) return "a name holds a character that nobody sees: take it out";
  if (SCRIPT_LETTERS.filter((letters) => letters.test(name)).length > 1)
    return "a name mixes letters of several scripts, which look alike: use one script";
  if (!NOT_PLAIN.test(name.normalize("NFKC")))
    return "a name is written in letters that look like others: use plain ones";
  return LOOKALIKES.test(name) ? "every letter of a name looks like a Latin one: use Latin ones" : null;
}

/** In a string it is data, and a note; elsewhere it hides what the code says. */
function judgeHidden({ code }: Bundle, strings: readonly TextPart[], report: Report): void {
  const byStart = strings.toSorted((a, b) => a.start - b.start);
  let index = 0;
  for (const { index: offset, 0: text } of code.matchAll(HIDDEN)) {
    while ((byStart[index]?.end ?? Number.POSITIVE_INFINITY) <= offset) index += 1;
    const string = byStart[index];
    const name = `U+${text.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
    // In a regular expression it is data too, but one that turns the rest round hides what it does.
    if (string !== undefined && string.start <= offset)
      report(
        offset,
        `${name}, which nobody sees, is in this text`,
        string.isRegex && TURNING.test(text) ? "review" : "note",
      );
    else
      report(
        offset,
        `${name}, which nobody sees, is in the code: take it out, or write it as an escape in a string`,
      );
  }
}
