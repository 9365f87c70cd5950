// `emgate plugins --site S`: the plugins of a site in the order in which they are called.
// Never changes anything.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { PluginStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderPlugins } from "./render-plugins.ts";

export function addPluginsCommand(program: Command, answer: Answering): void {
  const command = program
    .command("plugins")
    .description("list the plugins of a site, what they wait for, and what ends soon")
    .addOption(siteOption())
    .action(({ site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) => admin.listPlugins({ site })),
        render: (view: readonly PluginStatus[], paint) => renderPlugins(view, site, paint),
      })),
    );
  addExample(command, "emgate plugins --site demo");
}
