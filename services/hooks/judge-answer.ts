// Turns what came out of the sandbox into an outcome in our own words.
// The result is parsed by the hook's schema; of a plugin's error nothing is kept but whether to try again.
import type { Invocation } from "../../capabilities/index.ts";
import { type HookName, type PluginMethod, resultSchemas } from "../../contracts/hooks.ts";
import type { CallOutcome, OutcomeError } from "../../contracts/outcome.ts";
import type { SandboxAnswer } from "../sandbox/index.ts";

/** The fields of results whose keys a plugin chooses. */
const RECORDS: ReadonlySet<PropertyKey | undefined> = new Set(["boosts", "setAttributes"]);

export interface Judgement {
  readonly outcome: CallOutcome;
  /** The parsed result when the outcome is ok. */
  readonly result?: unknown;
  readonly error?: OutcomeError;
  /** False when the plugin said that trying again is of no use. */
  readonly retry?: boolean;
  /** True where core or the gateway failed the plugin in this call before it failed. */
  readonly excused?: boolean;
}

type Failure = Judgement & { readonly error: OutcomeError };

/** The outcome of `answer`; `invocation` is the host's own account of what was denied and what failed. */
export function judgeAnswer(
  hook: HookName,
  plugin: string,
  answer: SandboxAnswer,
  invocation: Invocation,
  timeoutMs: number,
): Judgement {
  const judgement = judge(hook, plugin, answer, invocation, timeoutMs);
  return judgement.outcome !== "ok" && invocation.metHostFault ? { ...judgement, excused: true } : judgement;
}

function judge(
  hook: HookName,
  plugin: string,
  answer: SandboxAnswer,
  invocation: Invocation,
  timeoutMs: number,
): Judgement {
  if (answer.status !== "returned") return judgeFailure(hook, plugin, answer, invocation, timeoutMs);
  const parsed = resultSchemas[hook].safeParse(answer.result ?? null);
  if (parsed.success) return { outcome: "ok", result: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? ` at ${describePath(issue.path)}` : "";
  return failed(
    "rejected",
    "RESULT_REJECTED",
    `${plugin} returned something that ${hook} does not take${where}`,
  );
}

/** The outcome of a call that did not return. */
export function judgeFailure(
  hook: PluginMethod,
  plugin: string,
  answer: Exclude<SandboxAnswer, { status: "returned" }>,
  invocation: Invocation,
  timeoutMs: number,
): Failure {
  switch (answer.status) {
    case "threw": {
      // The plugin's word that it was denied counts only where a guard of ours has denied it.
      const denied = answer.code === "PERMISSION_DENIED" ? invocation.deniedScope : null;
      if (denied !== null) {
        return failed("denied", "PERMISSION_DENIED", `${plugin} called what needs the scope ${denied}`);
      }
      const failure = failed("error", "PLUGIN_ERROR", `${plugin} threw in ${hook}`);
      return answer.retry === undefined ? failure : { ...failure, retry: answer.retry };
    }
    case "timeout":
      return failed("timeout", "DEADLINE_EXCEEDED", `${plugin} did not end ${hook} within ${timeoutMs} ms`);
    case "oversized":
      return failed("rejected", "RESULT_REJECTED", `${plugin} returned more than a result may hold`);
    case "unserialisable":
      return failed("rejected", "RESULT_REJECTED", `${plugin} returned something that is not plain data`);
    case "missing":
      return failed("error", "PLUGIN_ERROR", `${plugin} has no ${hook}`);
    case "busy":
      return failed("error", "BUSY", `${plugin} found no time to run: others were watched one by one`);
    case "stopped":
      return failed("timeout", "CPU_LIMIT", `${plugin} held up the runtime and is switched off`);
    case "broken":
      return failed("error", "PLUGIN_ERROR", `${plugin} could not be run`);
    case "unread":
      return failed("error", "UNAVAILABLE", `the code of ${plugin} could not be read`);
  }
}

/** The path in the schema's words: a record's keys are the plugin's own and stay out. */
function describePath(path: readonly PropertyKey[]): string {
  return path.map((key, index) => (RECORDS.has(path[index - 1]) ? "*" : String(key))).join(".");
}

function failed(outcome: CallOutcome, code: OutcomeError["code"], message: string): Failure {
  return { outcome, error: { code, message } };
}
