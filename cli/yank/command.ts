// `emgate yank <plugin> <version> --reason TEXT`: withdraws a version's code on every site at once.
// Never unasked: sites that run it lose the plugin until they take another version.
import type { Command } from "commander";
import type { PluginId } from "../../contracts/ids.ts";
import type { YankReport } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes } from "../program/ask.ts";
import { parsePluginId, parseVersion, reasonOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface YankOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function addYankCommand(program: Command, answer: Answering): void {
  const command = program
    .command("yank")
    .description("withdraw a version of a plugin on every site at once, for a security reason")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .argument("<version>", "the version", parseVersion)
    .addOption(reasonOption().makeOptionMandatory())
    .option("--yes", "yank without asking")
    .action((plugin: PluginId, version: string, options: YankOptions) =>
      answer(command, (context) => yank(context, plugin, version, options)),
    );
  addExample(command, 'emgate yank seo-check 1.0.0 --reason "sends titles where it should not" --yes');
}

async function yank(
  context: CommandContext,
  plugin: PluginId,
  version: string,
  options: YankOptions,
): Promise<Answer<YankReport>> {
  const question = `Yank ${plugin} ${version}? No site can run this code any more.`;
  await askUnlessYes(context, options, question, "nothing was yanked");
  return {
    json: await useServer(context, (admin) => admin.yank({ plugin, version, reason: options.reason })),
    render: (view, paint) =>
      `${paint("green", "yanked")} ${view.plugin}@${view.version} at ${view.yankedAt}; drained in ${view.drainedMs} ms (code ${view.code})`,
  };
}
