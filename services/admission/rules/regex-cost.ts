// Whether a regular expression can take exponential time: a repeat in which the same text can be taken in more than
// one way. Nested repeats a library proves, alternatives regex-ambiguity.ts; a glance spares them most expressions.
// Neither can be interrupted, so what they are given is bounded: past it a person looks.
import { analyse } from "scslre";
import { isAmbiguous } from "./regex-ambiguity.ts";

/** Characters of one expression, and of all in a bundle. */
const MAX_PROVEN_CHARS = 1_000;
const MAX_PROVEN_CHARS_OF_BUNDLE = 12_000;
/** Groups of one expression that are repeated; each multiplies the work. */
const MAX_REPEATED_GROUPS = 24;
/** A group that is itself repeated, often enough to count. */
const REPEATED_GROUP = /\)(?:[*+]|\{\d+,\d*\}|\{\d{2,}\})/g;

export class RegexCosts {
  readonly #known = new Map<string, boolean>();
  #chars = 0;

  isCatastrophic(pattern: string, flags: string): boolean {
    const repeated = pattern.match(REPEATED_GROUP)?.length ?? 0;
    if (repeated === 0) return false;
    const key = `${flags}/${pattern}`;
    let isSlow = this.#known.get(key);
    if (isSlow === undefined) {
      this.#chars += pattern.length;
      isSlow =
        pattern.length > MAX_PROVEN_CHARS ||
        this.#chars > MAX_PROVEN_CHARS_OF_BUNDLE ||
        repeated > MAX_REPEATED_GROUPS ||
        prove(openEnded(pattern), flags);
      this.#known.set(key, isSlow);
    }
    return isSlow;
  }
}

/** Ten turns or more as any number of them: exponential in ten is too much already. */
function openEnded(pattern: string): string {
  return pattern.replace(/\{(\d+),\d{2,}\}/g, "{$1,}").replace(/\)\{\d{2,}\}/g, ")+");
}

function prove(source: string, flags: string): boolean {
  try {
    const { reports } = analyse({ source, flags }, { reportTypes: { Move: false, Self: true, Trade: true } });
    return reports.some(({ exponential }) => exponential) || isAmbiguous(source, flags);
  } catch {
    // Too large to be proven, or of a syntax that the library does not know: a person looks at it.
    return true;
  }
}
