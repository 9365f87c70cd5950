// What a dry run of a grant found, a hook a line, and whether that counts as failing.
// Pure: it gets cleaned text and hands back text.
import type { DryRunResult } from "../../contracts/consent.ts";
import { onOneLine } from "../program/clean-text.ts";
import type { Paint } from "../program/io.ts";

/** True where the hook would not do its work under the grant that was tried. */
export function wouldFail({ outcome }: DryRunResult): boolean {
  return outcome !== "ok";
}

export function renderDryRun(results: readonly DryRunResult[], paint: Paint): string {
  if (results.length === 0) return "Tried under this grant: no hook to call.";
  return ["Tried under this grant:", ...results.map((result) => renderResult(result, paint))].join("\n");
}

function renderResult(result: DryRunResult, paint: Paint): string {
  const { hook, outcome, error } = result;
  if (!wouldFail(result)) return `  ${hook} ${paint("green", "would work")}`;
  const why = error === null ? outcome : `${error.code} ${onOneLine(error.message)}`;
  return `  ${hook} ${paint("red", "would fail")}: ${why}`;
}
