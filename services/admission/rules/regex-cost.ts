// Whether a regular expression can take exponential time: a repeat within a repeat that can take the same text in
// more than one way. The library proves it; a glance at the text spares it most expressions.
import { analyse } from "scslre";

/** Characters; a longer one is looked at by a person if it repeats within a repeat at all. */
const MAX_PROVEN_CHARS = 2_000;
/** A group with a repeat in it, or an alternative, that is itself repeated. */
const NESTED = /\)(?:[*+]|\{\d+,)/;

export function isCatastrophic(pattern: string, flags: string): boolean {
  if (!NESTED.test(pattern)) return false;
  if (pattern.length > MAX_PROVEN_CHARS) return true;
  try {
    const { reports } = analyse(
      { source: pattern, flags },
      { reportTypes: { Move: false, Self: true, Trade: true } },
    );
    return reports.some(({ exponential }) => exponential);
  } catch {
    // Too large to be proven, or of a syntax that the library does not know: a person looks at it.
    return true;
  }
}
