// `emgate data list|export|delete`: what plugins keep on a site, in a file of its own, and gone.
// Never erases unasked, and never what an enabled plugin uses: the server refuses that.
import { type Command, InvalidArgumentError } from "commander";
import type { DataStatus, ErasedData } from "../../contracts/data.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes } from "../program/ask.ts";
import { parsePluginId, reasonOption, siteOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { exportData } from "./export.ts";
import { renderData, renderErased } from "./render-data.ts";

interface DataOptions {
  readonly site: SiteId;
  readonly major?: number;
}

interface DeleteOptions extends DataOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

export function addDataCommand(program: Command, answer: Answering): void {
  const group = program.command("data").description("list, export and erase what plugins keep on a site");
  const list = group
    .command("list")
    .description("list what plugins keep, by major version, and until when; also those that were uninstalled")
    .addOption(siteOption())
    .action(({ site }: DataOptions) => answer(list, (context) => listData(context, site)));
  addExample(list, "emgate data list --site demo");
  const exporting = group
    .command("export")
    .description("write a plugin's keys and database as JSON, a line a key, a table or a row")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .option("--major <number>", "this major version alone", parseMajor)
    .option("--out <file>", "the file, which must not be there yet; else stdout")
    .action((plugin: PluginId, options: DataOptions & { readonly out?: string }) =>
      answer(exporting, (context) => exportData(context, plugin, options)),
    );
  addExample(exporting, "emgate data export notify --site demo --out notify.jsonl");
  const deleting = group
    .command("delete")
    .description("erase what a plugin keeps, for good; one that is installed must be disabled first")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .option("--major <number>", "this major version alone", parseMajor)
    .addOption(reasonOption())
    .option("--yes", "erase without asking")
    .action((plugin: PluginId, options: DeleteOptions) =>
      answer(deleting, (context) => deleteData(context, plugin, options)),
    );
  addExample(deleting, "emgate data delete notify --site demo --yes");
}

async function listData(context: CommandContext, site: SiteId): Promise<Answer<readonly DataStatus[]>> {
  return { json: await useServer(context, (admin) => admin.listData({ site })), render: renderData };
}

async function deleteData(
  context: CommandContext,
  plugin: PluginId,
  options: DeleteOptions,
): Promise<Answer<ErasedData>> {
  const { site, major, reason } = options;
  const which = major === undefined ? "all that" : `what major version ${major} of`;
  const question = `Erase ${which} ${plugin} keeps on ${site}? Nothing brings it back.`;
  await askUnlessYes(context, options, question, "nothing was erased");
  const target = {
    site,
    plugin,
    ...(major !== undefined && { major }),
    ...(reason !== undefined && { reason }),
  };
  return {
    json: await useServer(context, (admin) => admin.deleteData(target)),
    render: (view, paint) => renderErased(view, site, paint),
  };
}

function parseMajor(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected a major version: 0, 1, 2 and so on");
}
