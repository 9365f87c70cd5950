// `emgate grants --site S`: what admins have signed on a site.
// Never shows a grant's token; the server does not hand one out.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { GrantStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderExpiryWarnings } from "./render-expiry.ts";
import { renderScope } from "./render-scope.ts";

export function addGrantsCommand(program: Command, answer: Answering): void {
  const command = program
    .command("grants")
    .description("list the grants of a site, and which of them end soon")
    .addOption(siteOption())
    .action(({ site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) => admin.listGrants({ site })),
        render: (view: readonly GrantStatus[], paint) => renderGrants(view, site, paint),
      })),
    );
  addExample(command, "emgate grants --site demo");
}

export function renderGrants(grants: readonly GrantStatus[], site: string, paint: Paint): string {
  const table = formatTable(
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
  const live = grants.filter(({ status }) => status === "live");
  const warnings = renderExpiryWarnings(live, site).map((line) => paint("yellow", line));
  return [table, ...warnings].join("\n");
}
