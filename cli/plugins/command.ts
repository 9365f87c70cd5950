// `emgate plugins --site S`: the plugins of a site in the order in which they are called.
// Never changes anything.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { PluginStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

export function addPluginsCommand(program: Command, answer: Answering): void {
  const command = program
    .command("plugins")
    .description("list the plugins of a site")
    .addOption(siteOption())
    .action(({ site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) => admin.listPlugins({ site })),
        render: renderPlugins,
      })),
    );
  addExample(command, "emgate plugins --site demo");
}

function renderPlugins(plugins: readonly PluginStatus[]): string {
  return formatTable(
    ["PLUGIN", "VERSION", "STATUS", "HOOKS", "GRANTED"],
    plugins.map(({ plugin, version, status, hooks, scopes }) => [
      plugin,
      version,
      status,
      hooks.join(" "),
      `${scopes.granted.length} of ${scopes.asked.length} scopes`,
    ]),
    "no plugins; `emgate install <plugin> --site S` installs one",
  );
}
