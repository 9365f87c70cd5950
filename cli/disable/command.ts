// `emgate disable <plugin> --site S`: a plugin is not called any more; its grant and its data stay.
// Never asks first: `emgate enable` takes it back.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Acknowledged } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { parsePluginId, reasonOption, siteOption } from "../program/parse-options.ts";
import { renderAcknowledged } from "../program/render-acknowledged.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface DisableOptions {
  readonly site: SiteId;
  readonly reason?: string;
}

export function addDisableCommand(program: Command, answer: Answering): void {
  const command = program
    .command("disable")
    .description("stop calling a plugin on a site, and wait until that holds everywhere; its grant stays")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .addOption(reasonOption())
    .action((plugin: PluginId, { site, reason }: DisableOptions) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) =>
          admin.disable({ site, plugin, ...(reason !== undefined && { reason }) }),
        ),
        render: (view: Acknowledged, paint) => renderAcknowledged(view, site, "disabled", paint),
      })),
    );
  addExample(command, 'emgate disable seo-check --site demo --reason "refuses too much"');
}
