// `emgate sites list` and `emgate sites create <id>`: the sites of a deployment.
// Never removes one.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { SiteInfo } from "../../contracts/site.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";
import { parseSiteId } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface CreateOptions {
  readonly name?: string;
  readonly address?: string;
  readonly locale?: string;
}

export function addSitesCommand(program: Command, answer: Answering): void {
  const group = program.command("sites").description("list and create sites");
  const list = group
    .command("list")
    .description("list the sites of the server")
    .action(() =>
      answer(list, async (context) => ({
        json: await useServer(context, (admin) => admin.listSites()),
        render: renderSites,
      })),
    );
  addExample(list, "emgate sites list");
  const create = group
    .command("create")
    .description("create a site")
    .argument("<id>", "its id: a-z, 0-9 and inner hyphens", parseSiteId)
    .option("--name <name>", "the name shown to people")
    .option("--address <url>", "the public address of the site's pages")
    .option("--locale <locale>", "the language of its pages, such as en")
    .action((site: SiteId, { name, address, locale }: CreateOptions) =>
      answer(create, async (context) => ({
        json: await useServer(context, (admin) =>
          admin.createSite({
            site,
            ...(name !== undefined && { name }),
            ...(address !== undefined && { url: address }),
            ...(locale !== undefined && { locale }),
          }),
        ),
        render: (view: SiteInfo, paint: Paint) =>
          `${paint("green", "created")} site ${view.id} (${view.name}) at ${view.url}`,
      })),
    );
  addExample(create, 'emgate sites create studio --name "Studio"');
}

function renderSites(sites: readonly SiteInfo[]): string {
  return formatTable(
    ["SITE", "NAME", "URL", "LOCALE", "CREATED"],
    sites.map(({ id, name, url, locale, createdAt }) => [id, name, url, locale, createdAt]),
    "no sites; `emgate sites create <id>` makes one",
  );
}
