// Moves up results whose title holds the words searched for, and those published lately.
// It hides nothing and keeps nothing of what visitors search for.
import type { Plugin, PluginEvents } from "emgate/plugin";

interface Settings {
  titleBoost: number;
  freshBoost: number;
  freshDays: number;
}

type Result = PluginEvents<"read:pages">["onSearch"]["results"][number];

const DAY_MS = 86_400_000;
const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

export default {
  onSearch({ data, context }) {
    const { titleBoost, freshBoost, freshDays } = context.settings;
    const queryWords = new Set(splitWords(data.query));
    const freshSinceMs = Date.now() - freshDays * DAY_MS;

    const boosts: Record<string, number> = {};
    for (const result of data.results) {
      const share = shareOfWords(queryWords, splitWords(result.title ?? ""));
      const boost = (1 + (titleBoost - 1) * share) * (isFresh(result, freshSinceMs) ? freshBoost : 1);
      if (boost !== 1) boosts[result.id] = boost;
    }
    // A search without scores has nothing to multiply; there the boost itself is the order.
    const hasScores = data.results.every(({ score }) => score > 0);
    return hasScores ? { boosts } : { order: sortByBoost(data.results, boosts) };
  },
} satisfies Plugin<"hook:onSearch" | "read:pages", Settings>;

/** Lower-case words; NFKC makes one of full-width and ordinary letters. */
function splitWords(text: string): string[] {
  const segments = [...segmenter.segment(text.normalize("NFKC").toLowerCase())];
  return segments.filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** 0 to 1: how many of the query's words begin a word of the title, so that «page» finds «pages». */
function shareOfWords(queryWords: ReadonlySet<string>, titleWords: readonly string[]): number {
  if (queryWords.size === 0) return 0;
  const found = [...queryWords].filter((word) => titleWords.some((other) => other.startsWith(word)));
  return found.length / queryWords.size;
}

/** A date ahead of the clock is a page planned for later, not a new one. */
function isFresh({ publishedAt }: Result, sinceMs: number): boolean {
  const publishedMs = Date.parse(publishedAt ?? "");
  return publishedMs >= sinceMs && publishedMs <= Date.now();
}

/** Those that are boosted, best first; equal ones as they came (the sort is stable). The rest keep their place. */
function sortByBoost(results: readonly Result[], boosts: Readonly<Record<string, number>>): string[] {
  const boosted = results.map(({ id }) => id).filter((id) => boosts[id] !== undefined);
  return boosted.sort((a, b) => (boosts[b] ?? 1) - (boosts[a] ?? 1));
}
