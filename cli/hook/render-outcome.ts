// The outcome of a hook in words, for `hook` and `publish`.
// Pure: it gets cleaned text and hands back text.
import type { GateOutcome, HookOutcome, PluginTrace } from "../../contracts/outcome.ts";
import type { Colour, Paint } from "../program/io.ts";

const SEVERITY_COLOURS = { error: "red", warning: "yellow", info: "cyan" } as const satisfies Record<
  string,
  Colour
>;

/** Each issue on a line: severity, plugin, field, message. */
export function renderIssues(outcome: GateOutcome, paint: Paint): readonly string[] {
  return outcome.issues.map(({ severity, plugin, field, message }) => {
    const where = field === undefined ? "" : ` (${field})`;
    return `  ${paint(SEVERITY_COLOURS[severity], severity)} ${plugin}${where}: ${message}`;
  });
}

/** Each plugin's part on a line. */
export function renderTrace({ trace }: HookOutcome, paint: Paint): readonly string[] {
  return trace.plugins.map((plugin) => paint("dim", `  ${renderPlugin(plugin)}`));
}

/** The first line of an outcome, by the mode it belongs to. */
export function renderVerdict(outcome: HookOutcome, paint: Paint): string {
  if ("allow" in outcome) {
    if (outcome.allow) return paint("green", "allowed");
    return `${paint("red", "refused")} by ${outcome.refusedBy.join(", ") || "the gateway"}`;
  }
  if ("patch" in outcome) return `patch: ${JSON.stringify(outcome.patch, null, 2)}`;
  if ("order" in outcome)
    return `order: ${outcome.order.join(", ")}\nhidden: ${outcome.hidden.join(", ") || "-"}`;
  return `queued: ${outcome.queued}`;
}

function renderPlugin({ plugin, version, outcome, ms, calls, error }: PluginTrace): string {
  const called = calls.length === 1 ? "1 call" : `${calls.length} calls`;
  const why = error ? `: ${error.code} ${error.message}` : "";
  return `${plugin}@${version} ${outcome}, ${ms} ms, ${called}${why}`;
}
