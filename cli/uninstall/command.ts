// `emgate uninstall <plugin> --site S`: takes a plugin off a site, with its grant.
// Never unasked: a plugin that is installed again finds nothing of what it kept.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Acknowledged } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes } from "../program/ask.ts";
import { parsePluginId, reasonOption, siteOption } from "../program/parse-options.ts";
import { renderAcknowledged } from "../program/render-acknowledged.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface UninstallOptions {
  readonly site: SiteId;
  readonly reason?: string;
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
    .option("--yes", "uninstall without asking")
    .action((plugin: PluginId, options: UninstallOptions) =>
      answer(command, (context) => uninstall(context, plugin, options)),
    );
  addExample(command, "emgate uninstall seo-check --site demo --yes");
}

async function uninstall(
  context: CommandContext,
  plugin: PluginId,
  options: UninstallOptions,
): Promise<Answer<Acknowledged>> {
  const { site, reason } = options;
  const question = `Uninstall ${plugin} from ${site}? Installed again, it finds nothing of what it kept.`;
  await askUnlessYes(context, options, question, "nothing was uninstalled");
  return {
    json: await useServer(context, (admin) =>
      admin.uninstall({ site, plugin, ...(reason !== undefined && { reason }) }),
    ),
    render: (view, paint) => renderAcknowledged(view, site, "uninstalled", paint),
  };
}
