// `emgate logs --site S [--follow]`: what a site's plugins have logged, oldest first.
// Never gathers the log: each page is printed before the next one is asked for.
import { type Command, Option } from "commander";
import { PLUGIN_METHODS, type PluginMethod } from "../../contracts/hooks.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { KeptLine } from "../../contracts/journal.ts";
import { MAX_JOURNAL_PAGE } from "../../contracts/limits.ts";
import { LOG_LEVELS, type LogLevel } from "../../contracts/outcome.ts";
import { addExample } from "../program/add-example.ts";
import { cleanStrings } from "../program/clean-text.ts";
import { parseLimit, parsePluginId, parseSince, siteOption } from "../program/parse-options.ts";
import type { Answering, CommandContext } from "../program/run-command.ts";
import { findServer } from "../session/use-server.ts";
import { followLines, type LogQuery } from "./follow-lines.ts";
import { LINE_HEADINGS, renderLine } from "./render-line.ts";

/** Lines that are shown where nobody says how many. */
const DEFAULT_LINES = 100;

interface LogsOptions {
  readonly site: SiteId;
  readonly plugin?: PluginId;
  readonly hook?: PluginMethod;
  readonly level?: LogLevel;
  readonly since?: string;
  readonly limit?: number;
  readonly follow?: boolean;
}

export function addLogsCommand(program: Command, answer: Answering): void {
  const command = program
    .command("logs")
    .description("show what plugins have logged, oldest first; with --json one JSON document a line")
    .addOption(siteOption())
    .option("--plugin <id>", "lines of this plugin", parsePluginId)
    .addOption(
      new Option("--hook <hook>", "lines of calls of this hook, or of migrate").choices(PLUGIN_METHODS),
    )
    .addOption(new Option("--level <level>", "lines of this level and graver ones").choices(LOG_LEVELS))
    .option("--since <when>", "from then on: 24h, 7d, 2026-01-31 or 2026-01-31T08:00:00Z", (text) =>
      parseSince(text, Date.now()),
    )
    .option(
      "--limit <n>",
      `the newest so many (default: ${DEFAULT_LINES}; with --since all)`,
      parseLimit(MAX_JOURNAL_PAGE),
    )
    .option("--follow", "go on with what comes, until Ctrl-C")
    .action((options: LogsOptions) =>
      answer(command, async (context) => {
        await printLines(context, options);
        return null;
      }),
    );
  addExample(
    command,
    "emgate logs --site demo --since 1h --level warn",
    "emgate logs --site demo --plugin notify --follow --json",
  );
}

async function printLines(
  context: CommandContext,
  { follow = false, ...options }: LogsOptions,
): Promise<void> {
  const { useAdmin } = await import("../session/connect-admin.ts");
  const address = findServer(context);
  const { since, limit } = options;
  const query: LogQuery = {
    ...options,
    limit: limit ?? (since === undefined ? DEFAULT_LINES : MAX_JOURNAL_PAGE),
    // From the first one on, where all since then are asked for.
    ...(since !== undefined && limit === undefined && { after: 0 }),
  };
  let isEmpty = true;
  await followLines((work) => useAdmin(address, work), query, {
    stopped: follow ? waitForInterrupt() : null,
    print: async (lines) => {
      await printPage(context, lines, isEmpty);
      isEmpty &&= lines.length === 0;
    },
    onLost: () => context.warn(`${address.url} does not answer any more; waiting for it`),
  });
  if (isEmpty && !follow && !context.options.json) await context.io.writeOut("no lines\n");
}

async function printPage(
  { io, options: { json } }: CommandContext,
  lines: readonly KeptLine[],
  isFirst: boolean,
): Promise<void> {
  if (lines.length === 0) return;
  const rendered = json
    ? lines.map((line) => JSON.stringify(line))
    : [
        ...(isFirst ? [LINE_HEADINGS] : []),
        ...cleanStrings(lines).map((line) => renderLine(line, io.paintOut)),
      ];
  await io.writeOut(`${rendered.join("\n")}\n`);
}

/**
 * Resolves at the first signal. Further ones change nothing: where a parent hands it on, a terminal's Ctrl-C comes
 * twice, and the second would end the process with the signal's status.
 */
function waitForInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}
