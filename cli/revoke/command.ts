// `emgate revoke <plugin> --site S`: takes a plugin's grant back, or some of its scopes; answers when nothing
// older can act. Never asks first: who revokes is in a hurry.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Revocation } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { parsePluginId, parseScopes, reasonOption, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

type RevocationView = Omit<Revocation, "plugin">;

interface RevokeOptions {
  readonly site: SiteId;
  readonly scope?: readonly Scope[];
  readonly reason?: string;
}

export function addRevokeCommand(program: Command, answer: Answering): void {
  const command = program
    .command("revoke")
    .description("take back what a plugin was granted on a site, and wait until that holds everywhere")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .option("--scope <scopes>", "take back these alone; else everything", parseScopes)
    .addOption(reasonOption())
    .action((plugin: PluginId, { site, scope, reason }: RevokeOptions) =>
      answer(command, async (context) => {
        const { plugin: _plugin, ...json } = await useServer(context, (admin) =>
          admin.revoke({
            site,
            plugin,
            ...(scope !== undefined && { scopes: [...scope] }),
            ...(reason !== undefined && { reason }),
          }),
        );
        return {
          json,
          render: (view: RevocationView, paint) => renderRevocation(view, `${plugin} on ${site}`, paint),
        };
      }),
    );
  addExample(
    command,
    "emgate revoke seo-check --site demo",
    'emgate revoke seo-check --site demo --scope "write:kv" --reason "keeps more than it needs"',
  );
}

export function renderRevocation(
  { jti, revokedAt, drainedMs, replacedBy }: RevocationView,
  what: string,
  paint: Paint,
): string {
  const rest = replacedBy === null ? "" : `\nthe rest goes on under grant ${replacedBy}`;
  return `${paint("green", "revoked")} ${what} at ${revokedAt}; drained in ${drainedMs} ms (grant ${jti})${rest}`;
}
