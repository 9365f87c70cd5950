// `emgate rollback <plugin> --site S`: shows the version that was live before and the grant it had, asks, goes back.
// Never grants more than that grant held, nor for longer: anything else is `emgate grant`'s.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Rollback, RollbackProposal } from "../../contracts/rpc.ts";
import { renderScope } from "../grants/render-scope.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes, assertCanAsk } from "../program/ask.ts";
import { cleanStrings } from "../program/clean-text.ts";
import type { Paint } from "../program/io.ts";
import { parsePluginId, reasonOption, siteOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface RollbackOptions {
  readonly site: SiteId;
  readonly reason?: string;
  readonly yes?: boolean;
}

export function addRollbackCommand(program: Command, answer: Answering): void {
  const command = program
    .command("rollback")
    .description("go back to the version that was live before, with the grant and the data that it had")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .addOption(reasonOption())
    .option("--yes", "go back without asking")
    .action((plugin: PluginId, options: RollbackOptions) =>
      answer(command, (context) => rollback(context, plugin, options)),
    );
  addExample(command, 'emgate rollback seo-check --site demo --reason "2.0.0 refuses too much"');
}

async function rollback(
  context: CommandContext,
  plugin: PluginId,
  options: RollbackOptions,
): Promise<Answer<Rollback>> {
  const { site, reason } = options;
  assertCanAsk(context, options);
  const { io } = context;
  // Two sessions: a person may think for longer than one is kept open.
  const proposal = await useServer(context, (admin) => admin.describeRollback({ site, plugin }));
  await io.writeError(`${renderProposal(cleanStrings(proposal), site, io.paintError)}\n`);
  await askUnlessYes(context, options, "Go back?", "nothing was changed");
  const done = await useServer(context, (admin) =>
    admin.rollback({ site, plugin, to: proposal.to, ...(reason !== undefined && { reason }) }),
  );
  return { json: done, render: (view, paint) => renderDone(view, site, paint) };
}

function renderProposal(
  { plugin, from, to, authorization, expiresAt }: RollbackProposal,
  site: string,
  paint: Paint,
): string {
  return [
    `${paint("bold", `${plugin} ${from} → ${to}`)} on ${site}, with the grant that it had until ${expiresAt}:`,
    ...authorization.map((granted) => `  ${renderScope(granted)}`),
  ].join("\n");
}

function renderDone({ plugin, from, to, drainedMs }: Rollback, site: string, paint: Paint): string {
  return `${paint("green", "rolled back")} ${plugin} ${from} → ${to} on ${site}; drained in ${drainedMs} ms`;
}
