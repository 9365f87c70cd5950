// `emgate renew <plugin> --site S`: shows the grant in force, asks, and has it signed again for longer.
// Never widens or narrows it: that is `emgate grant`'s.
import type { Command } from "commander";
import { EmgateError } from "../../contracts/errors.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { AdminSession, GrantStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes, assertCanAsk } from "../program/ask.ts";
import { cleanStrings } from "../program/clean-text.ts";
import { expiresOption, parsePluginId, siteOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderGrantInForce } from "./render-grant.ts";

interface RenewOptions {
  readonly site: SiteId;
  readonly expires?: number;
  readonly yes?: boolean;
}

export function addRenewCommand(program: Command, answer: Answering): void {
  const command = program
    .command("renew")
    .description("sign the grant in force again, as it is, for longer")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .addOption(expiresOption("its lifetime from now, at most 90d"))
    .option("--yes", "renew without asking")
    .action((plugin: PluginId, options: RenewOptions) =>
      answer(command, (context) => renew(context, plugin, options)),
    );
  addExample(command, "emgate renew seo-check --site demo --expires 30d");
}

async function renew(
  context: CommandContext,
  plugin: PluginId,
  options: RenewOptions,
): Promise<Answer<GrantStatus>> {
  const { site, expires } = options;
  assertCanAsk(context, options);
  const grant = await useServer(context, (admin) => findGrantInForce(admin, site, plugin));
  const { io } = context;
  await io.writeError(`${renderGrantInForce(cleanStrings(grant), site, io.paintError)}\n`);
  await askUnlessYes(context, options, "Renew this?", "nothing was renewed");
  const renewed = await useServer(context, (admin) =>
    admin.renew({
      site,
      plugin,
      jti: grant.jti,
      ...(expires !== undefined && { expiresInSeconds: expires }),
    }),
  );
  return {
    json: renewed,
    render: (view, paint) =>
      `${paint("green", "renewed")} ${view.plugin}@${view.version} until ${view.expiresAt} (grant ${view.jti})`,
  };
}

/** The grant in force, expired or not. @throws NOT_FOUND where there is none: a revoked one needs consent */
export async function findGrantInForce(
  admin: Pick<AdminSession, "listGrants">,
  site: SiteId,
  plugin: PluginId,
): Promise<GrantStatus> {
  const grants = await admin.listGrants({ site });
  const grant = grants.find(
    (one) => one.plugin === plugin && (one.status === "live" || one.status === "expired"),
  );
  if (grant) return grant;
  throw new EmgateError(
    "NOT_FOUND",
    `no grant of ${plugin} is in force on ${site}: emgate grant ${plugin} --site ${site} signs one`,
  );
}
