// `emgate uninstall <plugin> --site S`: takes a plugin off a site, with its grant.
// Never unasked: a plugin that is installed again finds nothing of what it kept, which is erased unless it is to stay.
import { type Command, InvalidArgumentError } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import { MAX_KEEP_DATA_SECONDS } from "../../contracts/limits.ts";
import type { Acknowledged } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes } from "../program/ask.ts";
import { parsePluginId, parseSpanSeconds, reasonOption, siteOption } from "../program/parse-options.ts";
import { renderAcknowledged } from "../program/render-acknowledged.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface UninstallOptions {
  readonly site: SiteId;
  readonly reason?: string;
  /** Seconds. */
  readonly keepData?: number;
  readonly yes?: boolean;
}

export function addUninstallCommand(program: Command, answer: Answering): void {
  const command = program
    .command("uninstall")
    .description(
      "take a plugin off a site, with its grant; installed again, it finds nothing of what it kept",
    )
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .addOption(reasonOption())
    .option(
      "--keep-data <span>",
      "keep its keys and databases this long, to be exported; at most 90d",
      parseKeepData,
    )
    .option("--yes", "uninstall without asking")
    .action((plugin: PluginId, options: UninstallOptions) =>
      answer(command, (context) => uninstall(context, plugin, options)),
    );
  addExample(
    command,
    "emgate uninstall seo-check --site demo --yes",
    "emgate uninstall seo-check --site demo --keep-data 30d --yes",
  );
}

async function uninstall(
  context: CommandContext,
  plugin: PluginId,
  options: UninstallOptions,
): Promise<Answer<Acknowledged>> {
  const { site, reason, keepData } = options;
  const fate =
    keepData === undefined
      ? "What it kept is erased."
      : "What it kept stays for a while, to be exported; installed again, it finds nothing of it.";
  const question = `Uninstall ${plugin} from ${site}? ${fate}`;
  await askUnlessYes(context, options, question, "nothing was uninstalled");
  return {
    json: await useServer(context, (admin) =>
      admin.uninstall({
        site,
        plugin,
        ...(reason !== undefined && { reason }),
        ...(keepData !== undefined && { keepDataSeconds: keepData }),
      }),
    ),
    render: (view, paint) => renderAcknowledged(view, site, "uninstalled", paint),
  };
}

function parseKeepData(text: string): number {
  const seconds = parseSpanSeconds(text);
  if (seconds <= MAX_KEEP_DATA_SECONDS) return seconds;
  throw new InvalidArgumentError(`expected at most ${MAX_KEEP_DATA_SECONDS / 86_400} days`);
}
