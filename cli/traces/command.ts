// `emgate traces --site S`: what became of plugins' calls, the newest first, with what each asked of capabilities.
// Never shows anything of an event or of a plugin's own text: a trace holds none.
import { type Command, Option } from "commander";
import { HOOKS, type HookName } from "../../contracts/hooks.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import { MAX_JOURNAL_PAGE } from "../../contracts/limits.ts";
import { CALL_OUTCOMES, type CallOutcome } from "../../contracts/outcome.ts";
import { addExample } from "../program/add-example.ts";
import { parseCursor, parseLimit, parsePluginId, parseSince, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderTraces } from "./render-traces.ts";

/** What traces and recordings are looked for by. */
export interface CallFilter {
  readonly site: SiteId;
  readonly plugin?: PluginId;
  readonly hook?: HookName;
  readonly outcome?: CallOutcome;
  readonly since?: string;
  readonly limit: number;
  readonly cursor?: number;
}

export function addTracesCommand(program: Command, answer: Answering): void {
  const command = addCallFilter(
    program.command("traces").description("show how plugins' calls ended, the newest first"),
  ).action((filter: CallFilter) =>
    answer(command, async (context) => ({
      json: await useServer(context, (admin) => admin.listTraces(filter)),
      render: renderTraces,
    })),
  );
  addExample(
    command,
    "emgate traces --site demo --outcome timeout",
    "emgate traces --site demo --plugin notify --json",
  );
}

/** The options that name calls of a site. */
export function addCallFilter(command: Command): Command {
  return command
    .addOption(siteOption())
    .option("--plugin <id>", "calls of this plugin", parsePluginId)
    .addOption(new Option("--hook <hook>", "calls of this hook").choices(HOOKS))
    .addOption(new Option("--outcome <outcome>", "calls that ended so").choices(CALL_OUTCOMES))
    .option("--since <when>", "from then on: 24h, 7d, 2026-01-31 or 2026-01-31T08:00:00Z", (text) =>
      parseSince(text, Date.now()),
    )
    .option("--limit <n>", "so many", parseLimit(MAX_JOURNAL_PAGE), 50)
    .option("--cursor <cursor>", "older ones: the cursor of the page before", parseCursor);
}
