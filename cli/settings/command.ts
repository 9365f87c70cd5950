// `emgate settings get|set <plugin> --site S`: what a plugin is told in context.settings.
// Never for secrets: what is set here, the plugin reads.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { PluginSettings } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import { collectSetting, parsePluginId, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { readChanges, type SettingTexts } from "./read-changes.ts";

type ShownSettings = Omit<PluginSettings, "plugin">;

interface SetOptions {
  readonly site: SiteId;
  readonly unset?: readonly string[];
}

export function addSettingsCommand(program: Command, answer: Answering): void {
  const group = program.command("settings").description("show and change a plugin's settings on a site");
  const get = group
    .command("get")
    .description("show a plugin's settings: what it is told, and where that comes from")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .action((plugin: PluginId, { site }: { site: SiteId }) =>
      answer(get, async (context) => ({
        json: withoutPlugin(await useServer(context, (admin) => admin.getSettings({ site, plugin }))),
        render: renderSettings,
      })),
    );
  addExample(get, "emgate settings get seo-check --site demo");
  addSet(group, answer);
}

function addSet(group: Command, answer: Answering): void {
  const set = group
    .command("set")
    .description("change settings of a plugin; each value is JSON where it reads as such, else text")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .argument("[settings...]", "name=value", collectSetting)
    .addOption(siteOption())
    .option("--unset <name>", "take one back to the plugin's default; repeatable", collectName)
    .action((plugin: PluginId, settings: SettingTexts | undefined, { site, unset }: SetOptions) => {
      const changes: JsonObject = readChanges(settings ?? [], unset ?? []);
      return answer(set, async (context) => ({
        json: withoutPlugin(
          await useServer(context, (admin) => admin.setSettings({ site, plugin, settings: changes })),
        ),
        render: renderSettings,
      }));
    });
  addExample(
    set,
    "emgate settings set seo-check --site demo minTitleCharacters=20",
    "emgate settings set seo-check --site demo --unset minTitleCharacters",
  );
}

function collectName(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function withoutPlugin({ effective, set }: PluginSettings): ShownSettings {
  return { effective, set };
}

function renderSettings({ effective, set }: ShownSettings): string {
  return formatTable(
    ["NAME", "VALUE", "FROM"],
    Object.entries(effective).map(([name, value]) => [
      name,
      JSON.stringify(value),
      Object.hasOwn(set, name) ? "this site" : "the plugin's default",
    ]),
    "this plugin has no settings",
  );
}
