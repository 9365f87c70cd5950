// `emgate revoke <plugin> --site S`: takes a plugin's grant back; answers when nothing older can act.
// Never asks first: who revokes is in a hurry.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Revocation } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { parsePluginId, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

export function addRevokeCommand(program: Command, answer: Answering): void {
  const command = program
    .command("revoke")
    .description("take back everything a plugin was granted on a site")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .action((plugin: PluginId, { site }: { site: SiteId }) =>
      answer(command, async (context) => {
        const { revokedAt, epoch, drainedMs, jti } = await useServer(context, (admin) =>
          admin.revoke({ site, plugin }),
        );
        return {
          json: { revokedAt, epoch, drainedMs, jti },
          render: (view: Omit<Revocation, "plugin">, paint: Paint) =>
            `${paint("green", "revoked")} ${plugin} on ${site} at ${view.revokedAt}; drained in ${view.drainedMs} ms (grant ${view.jti})`,
        };
      }),
    );
  addExample(command, "emgate revoke seo-check --site demo");
}
