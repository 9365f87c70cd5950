// `emgate audit [--site S]`: who did what, when and why, oldest first, to the end of the log.
// Never gathers the log: each page is printed before the next one is asked for.
import { type Command, Option } from "commander";
import { AUDIT_KINDS, type AuditEntry, type AuditKind } from "../../contracts/audit.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import { MAX_AUDIT_PAGE } from "../../contracts/limits.ts";
import { addExample } from "../program/add-example.ts";
import { cleanStrings } from "../program/clean-text.ts";
import { parsePluginId, parseSince, parseSiteId } from "../program/parse-options.ts";
import type { Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { type AuditFilter, listPages } from "./list-pages.ts";
import { AUDIT_HEADINGS, renderEntry } from "./render-entry.ts";

interface AuditOptions {
  readonly site?: SiteId;
  readonly plugin?: PluginId;
  readonly since?: string;
  readonly kind?: AuditKind;
}

export function addAuditCommand(program: Command, answer: Answering): void {
  const command = program
    .command("audit")
    .description("list who did what, when and why; with --json one JSON document a line")
    .option(
      "--site <id>",
      "the site; else the deployment's own log: keys, tokens, sites, versions, yanks",
      parseSiteId,
    )
    .option("--plugin <id>", "what concerns this plugin", parsePluginId)
    .option("--since <when>", "from then on: 24h, 7d, 2026-01-31 or 2026-01-31T08:00:00Z", (text) =>
      parseSince(text, Date.now()),
    )
    .addOption(new Option("--kind <kind>", "entries of this kind").choices(AUDIT_KINDS))
    .action((options: AuditOptions) =>
      answer(command, async (context) => {
        await printLog(context, options);
        return null;
      }),
    );
  addExample(
    command,
    "emgate audit --site demo --since 24h",
    "emgate audit --site demo --plugin seo-check --kind denial --json",
  );
}

async function printLog(context: CommandContext, { site, plugin, since, kind }: AuditOptions): Promise<void> {
  const filter: AuditFilter = {
    ...(site !== undefined && { site }),
    ...(plugin !== undefined && { plugin }),
    ...(since !== undefined && { since }),
    ...(kind !== undefined && { kind }),
    limit: MAX_AUDIT_PAGE,
  };
  // A session a page: how long the log is, no session's time limit should decide.
  const pages = listPages((query) => useServer(context, (admin) => admin.audit(query)), filter);
  let isEmpty = true;
  for await (const entries of pages) {
    await printPage(context, entries, isEmpty);
    isEmpty &&= entries.length === 0;
  }
  if (isEmpty && !context.options.json) await context.io.writeOut("no entries\n");
}

async function printPage(
  { io, options: { json } }: CommandContext,
  entries: readonly AuditEntry[],
  isFirst: boolean,
): Promise<void> {
  if (entries.length === 0) return;
  const lines = json
    ? entries.map((entry) => JSON.stringify(entry))
    : [...(isFirst ? [AUDIT_HEADINGS] : []), ...cleanStrings(entries).map(renderEntry)];
  await io.writeOut(`${lines.join("\n")}\n`);
}
