// `emgate publish <collection/slug> --site S`: publishes a page of the reference core through the hooks.
// Never overrules a plugin that refuses.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { PublishReport } from "../../contracts/rpc.ts";
import { renderIssues } from "../hook/render-outcome.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

export function addPublishCommand(program: Command, answer: Answering): void {
  const command = program
    .command("publish")
    .description("publish a page through the hooks; refused by a plugin, it ends with 1")
    .argument("<page>", "the page as collection/slug, or its id")
    .addOption(siteOption())
    .action((page: string, { site }: { site: SiteId }) =>
      answer(command, async (context) => {
        const report = await useServer(context, (admin) => admin.publish({ site, page }));
        return { json: report, render: renderPublish, exitStatus: report.published ? 0 : 1 };
      }),
    );
  addExample(command, "emgate publish posts/hello-world --site demo");
}

function renderPublish({ published, page, url, outcome }: PublishReport, paint: Paint): string {
  const by = outcome.refusedBy.join(", ") || "the gateway";
  const verdict = published
    ? `${paint("green", "published")} ${page}${url === null ? "" : `: ${url}`}`
    : `${paint("red", "refused")} ${page}, by ${by}`;
  return [verdict, ...renderIssues(outcome, paint)].join("\n");
}
