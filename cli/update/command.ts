// `emgate update <plugin> --site S`: another version of a plugin, at once or held until an admin consents.
// Never grants anything; a held version is granted with `emgate grant`.
import type { Command } from "commander";
import type { UpdateReport } from "../../contracts/consent.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import { addExample } from "../program/add-example.ts";
import { parsePluginId, parseVersion, siteOption } from "../program/parse-options.ts";
import type { Answering, ExitStatus } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderUpdate } from "./render-update.ts";

interface UpdateOptions {
  readonly site: SiteId;
  readonly to?: string;
  readonly dryRun?: boolean;
}

export function addUpdateCommand(program: Command, answer: Answering): void {
  const command = program
    .command("update")
    .description("go to another version of a plugin; ends with 2 when it is held until an admin consents")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .option("--to <version>", "the version, an older one too; the newest unless given", parseVersion)
    .option("--dry-run", "say what would change, and change nothing")
    .action((plugin: PluginId, { site, to, dryRun = false }: UpdateOptions) =>
      answer(command, async (context) => {
        const { plugin: _plugin, ...json } = await useServer(context, (admin) =>
          admin.update({ site, plugin, dryRun, ...(to !== undefined && { to }) }),
        );
        return {
          json,
          render: (view: typeof json, paint) => renderUpdate({ plugin, ...view }, { site, dryRun }, paint),
          exitStatus: toExitStatus(json),
        };
      }),
    );
  addExample(
    command,
    "emgate update seo-check --site demo --dry-run",
    "emgate update seo-check --site demo --to 1.0.0",
  );
}

/** A dry run of what would be held ends as the update would: a script asks for that. */
export function toExitStatus({ status }: Pick<UpdateReport, "status">): ExitStatus {
  return status === "held" ? 2 : 0;
}
