// `emgate enable <plugin> --site S`: a disabled plugin is called again, under the grant that it has.
// Never grants anything.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Acknowledged } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { parsePluginId, siteOption } from "../program/parse-options.ts";
import { renderAcknowledged } from "../program/render-acknowledged.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

export function addEnableCommand(program: Command, answer: Answering): void {
  const command = program
    .command("enable")
    .description("call a disabled plugin again, under the grant that it has")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .action((plugin: PluginId, { site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) => admin.enable({ site, plugin })),
        render: (view: Acknowledged, paint) => renderAcknowledged(view, site, "enabled", paint),
      })),
    );
  addExample(command, "emgate enable seo-check --site demo");
}
