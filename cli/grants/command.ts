// `emgate grants --site S`: what admins have signed on a site.
// Never shows a grant's token; the server does not hand one out.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { GrantStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

export function addGrantsCommand(program: Command, answer: Answering): void {
  const command = program
    .command("grants")
    .description("list the grants of a site")
    .addOption(siteOption())
    .action(({ site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) => admin.listGrants({ site })),
        render: renderGrants,
      })),
    );
  addExample(command, "emgate grants --site demo");
}

function renderGrants(grants: readonly GrantStatus[]): string {
  return formatTable(
    ["PLUGIN", "VERSION", "STATUS", "EXPIRES", "GRANTED BY", "SCOPES"],
    grants.map((grant) => [
      grant.plugin,
      grant.version,
      grant.status,
      grant.expiresAt,
      grant.grantedBy,
      grant.authorization.map(renderScope).join(" "),
    ]),
    "no grants; `emgate grant <plugin> --site S` signs one",
  );
}

function renderScope({ scope, caveats }: GrantStatus["authorization"][number]): string {
  const narrowed = Object.entries(caveats).map(([name, value]) => `${name}=${String(value)}`);
  return narrowed.length === 0 ? scope : `${scope}(${narrowed.join(" ")})`;
}
