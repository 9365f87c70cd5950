// `emgate breaker reset <plugin> --site S`: a plugin that kept failing is called again at once.
// Never asks first: should it go on failing, its breaker opens again.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Acknowledged } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { parsePluginId, reasonOption, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface ResetOptions {
  readonly site: SiteId;
  readonly reason?: string;
}

export function addBreakerCommand(program: Command, answer: Answering): void {
  const group = program.command("breaker").description("the breakers of plugins that keep failing");
  const reset = group
    .command("reset")
    .description("close a plugin's breaker on a site, so that it is called again at once")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .addOption(reasonOption())
    .action((plugin: PluginId, { site, reason }: ResetOptions) =>
      answer(reset, async (context) => ({
        json: await useServer(context, (admin) =>
          admin.resetBreaker({ site, plugin, ...(reason !== undefined && { reason }) }),
        ),
        render: (view: Acknowledged, paint) => renderReset(view, site, paint),
      })),
    );
  addExample(reset, 'emgate breaker reset seo-check --site demo --reason "its server is back"');
}

export function renderReset({ plugin, changed }: Acknowledged, site: string, paint: Paint): string {
  if (!changed) return `the breaker of ${plugin} on ${site} is closed already`;
  return `${paint("green", "closed")} the breaker of ${plugin} on ${site}; it is called again`;
}
