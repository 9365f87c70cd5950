// Compiles a selector as the runtime will, and reads off which elements it plainly selects.
// The reading is for early advice: what a selector really matches is judged where the patch is applied.
import { byteLength } from "../../contracts/json.ts";
import { MAX_SELECTOR_BYTES } from "../../contracts/limits.ts";

/** Escapes, and attribute tests with their quoted values: nothing in them names the subject. */
const TESTS = /\\.|\[(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\]"'])*\]/gs;
/** Arguments that hold no others: `:not(a)`, and the inner of `:not(:not(a))`. */
const ARGUMENTS = /\([^()]*\)/g;

/** Why HTMLRewriter will not take the selector, or null when it will. */
export function whyNoSelector(selector: string): string | null {
  if (byteLength(selector) > MAX_SELECTOR_BYTES)
    return `a selector is at most ${MAX_SELECTOR_BYTES} bytes long`;
  if (!selector.isWellFormed()) return "a selector is well-formed text";
  try {
    new HTMLRewriter().on(selector, { element() {} });
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Parser error: /, "") : "not a selector";
    return `${reason} HTMLRewriter knows no :has, :is, :last-child, + or ~`;
  }
}

/** What a selector says about one kind of element that it selects: its own type and those around it. */
export interface Selected {
  /** Lower case; null when the last compound names no type. */
  readonly type: string | null;
  /** Types of the compounds before the last. */
  readonly within: readonly string[];
}

/** One entry for each alternative of the list: `form input, .a > p` gives input within form, and p. */
export function readSelected(selector: string): Selected[] {
  // Something stays in their place: a compound may be nothing but a test.
  let plain = selector.replace(TESTS, "#");
  for (let before = ""; before !== plain; ) {
    before = plain;
    plain = plain.replace(ARGUMENTS, "");
  }
  return plain.split(",").map((alternative) => {
    const types = alternative
      .trim()
      .split(/[\s>]+/)
      .map(typeOf);
    return { type: types.at(-1) ?? null, within: types.slice(0, -1).filter((type) => type !== null) };
  });
}

function typeOf(compound: string): string | null {
  return /^[a-z][a-z0-9-]*/i.exec(compound)?.[0].toLowerCase() ?? null;
}
