// Collects what a check took out of a patch, in words that teach its author.
// Never decides anything, and never repeats more of the patch than a short excerpt.

import type { Dropped } from "../../contracts/html-patch.ts";
import { MAX_DROPPED_CHARS, MAX_DROPPED_ENTRIES } from "../../contracts/limits.ts";

export interface Report {
  /** Notes one dropped thing: its place in the patch, the thing itself, and a sentence that teaches. */
  drop(where: string, what: string, why: string): void;
  list(): Dropped[];
}

/** A report without entries. */
export function startReport(): Report {
  const entries: Dropped[] = [];
  let unlisted = 0;
  return {
    drop(where, what, why) {
      if (entries.length < MAX_DROPPED_ENTRIES) entries.push({ where, what: excerptOf(what), why });
      else unlisted += 1;
    },
    list() {
      if (unlisted === 0) return [...entries];
      const why = `only the first ${MAX_DROPPED_ENTRIES} things that were dropped are listed`;
      return [...entries, { where: "patch", what: `${unlisted} more`, why }];
    },
  };
}

/** For a second look at what was reported before. */
export const muteReport: Report = { drop() {}, list: () => [] };

/** One line of at most 80 characters, whatever the thing holds. */
function excerptOf(what: string): string {
  // Sliced before it is cleaned, so that a large thing costs no more than a small one.
  const line = what
    .slice(0, 4 * MAX_DROPPED_CHARS)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, "·")
    .replace(/\s+/g, " ");
  return line.length <= MAX_DROPPED_CHARS ? line : `${line.slice(0, MAX_DROPPED_CHARS - 1).toWellFormed()}…`;
}
