// Names the markup that a parser passes over in silence: comments, declarations, stray and unfinished tags.
// For reports only: nothing is decided here, and what it misses is dropped all the same.
import type { Report } from "./report.ts";

/** One construct at a time, in an expression that never backtracks. */
const CONSTRUCTS =
  /<!--[\s\S]*?(?:--!?>|$)|<[!?][^>]*>?|<(\/?)([a-z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^>"'])*(>?)/gi;

/**
 * Reports what vanishes from `fragment` without an event of the parser.
 *
 * @param opened how often the parser saw each element open
 */
export function reportLostMarkup(
  fragment: string,
  opened: ReadonlyMap<string, number>,
  where: string,
  report: Report,
): void {
  const open = new Map(opened);
  for (const match of fragment.matchAll(CONSTRUCTS)) {
    const [construct, slash, tag, close] = match;
    if (tag === undefined) {
      report.drop(where, construct, "comments, declarations and processing instructions are not taken");
    } else if (close === "" && match.index + construct.length === fragment.length) {
      report.drop(where, construct, "this tag is not finished: its > is missing");
    } else if (slash === "/") {
      const name = tag.toLowerCase();
      const left = open.get(name) ?? 0;
      if (left > 0) open.set(name, left - 1);
      else
        report.drop(where, `</${name}>`, "an end tag closes what the same fragment opened, never the page's");
    }
  }
}
