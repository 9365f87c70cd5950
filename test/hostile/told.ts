// Reads what a plugin reported of its attack: in the issues of a gate's answer, which are there to be read.
// Whatever it reads is the plugin's word: it shows that an attack was made, and what the attacker saw of it.
import { expect } from "vitest";
import type { Issue } from "../../contracts/hooks.ts";
import type { RunReport } from "../../contracts/outcome.ts";

/** What was reported with `say(value)`; null where nothing was. */
export function saidIn({ result }: Pick<RunReport, "result">): unknown {
  const [issue] = issuesOf(result);
  return issue === undefined || issue.field !== undefined ? null : JSON.parse(issue.message);
}

/** What was reported with `tell({ name: text })` of plugin-text.ts. */
export function toldIn({ result }: Pick<RunReport, "result">): Record<string, string> {
  return Object.fromEntries(issuesOf(result).map(({ field, message }) => [field ?? "", message]));
}

/** Each of these was tried, and each attempt came to the same. */
export function expectEach(
  told: Readonly<Record<string, string>>,
  tried: Readonly<Record<string, unknown>>,
  answer: RegExp,
): void {
  expect(told).toEqual(
    Object.fromEntries(Object.keys(tried).map((name) => [name, expect.stringMatching(answer)])),
  );
}

/** The call ended well, or as a failure of nobody but its plugin. */
export function expectOwnFailure({ outcome, error }: Pick<RunReport, "outcome" | "error">): void {
  const codes = outcome === "ok" ? [undefined] : ["PLUGIN_ERROR", "RESULT_REJECTED", "DEADLINE_EXCEEDED"];
  expect(codes).toContain(error?.code);
}

/** The calls of a trace that did not go through, each named once. */
export function refusedIn({ calls }: Pick<RunReport, "calls">): string[] {
  const names = calls
    .filter(({ outcome }) => outcome !== "ok")
    .map(({ capability, method }) => `${capability}.${method}`);
  return [...new Set(names)].sort();
}

function issuesOf(result: unknown): readonly Issue[] {
  const { issues } = (result ?? {}) as { issues?: readonly Issue[] }; // parsed by the hook's schema
  return issues ?? [];
}
