// Merges the rankings of onSearch: boosts multiply scores, then explicit orders, then what is hidden goes.
import type { HookEvent, HookResult } from "../../contracts/hooks.ts";
import type { SearchOutcome } from "../../contracts/outcome.ts";
import type { InvocationReport } from "./invocation-report.ts";

type Ranking = NonNullable<HookResult<"onSearch">>;

/** The new order of the event's ids. Of ids that several plugins order, the first in the site's order wins. */
export function mergeSearch(
  reports: readonly InvocationReport[],
  results: HookEvent<"onSearch">["results"],
): Pick<SearchOutcome, "order" | "hidden"> {
  const rankings = reports
    .filter(({ outcome }) => outcome === "ok")
    .map(({ result }) => result as Ranking | null) // parsed by judgeAnswer
    .filter((ranking) => ranking !== null);

  const scoreOf = ({ id, score }: { id: string; score: number }) =>
    rankings.reduce(
      (product, { boosts }) => product * (boosts && Object.hasOwn(boosts, id) ? (boosts[id] ?? 1) : 1),
      score,
    );
  // Array.sort is stable, so equal scores keep core's order.
  const boosted = results.map((result) => ({ id: result.id, score: scoreOf(result) }));
  if (rankings.some(({ boosts }) => boosts !== undefined)) boosted.sort((a, b) => b.score - a.score);

  const hidden = new Set(rankings.flatMap(({ hide }) => hide ?? []));
  const order = new Set(rankings.flatMap(({ order }) => order ?? []));
  for (const { id } of boosted) order.add(id);
  return { order: [...order].filter((id) => !hidden.has(id)), hidden: [...hidden] };
}

/** The first id of a ranking that was not among the event's, or null: a plugin ranks what it was given. */
export function findForeignId(ranking: Ranking, results: HookEvent<"onSearch">["results"]): string | null {
  const given = new Set(results.map(({ id }) => id));
  const named = [...(ranking.order ?? []), ...(ranking.hide ?? []), ...Object.keys(ranking.boosts ?? {})];
  return named.find((id) => !given.has(id)) ?? null;
}
