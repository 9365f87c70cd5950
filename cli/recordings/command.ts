// `emgate recordings --site S`: which calls were recorded; `recordings show <invocation>` prints one as JSON.
// Never records anything: whether a site does is its policy.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import type { RecordingPage } from "../../contracts/journal.ts";
import { addExample } from "../program/add-example.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { addCallFilter, type CallFilter } from "../traces/command.ts";
import { renderRecordings } from "./render-recordings.ts";

export function addRecordingsCommand(program: Command, answer: Answering): void {
  const group = program.command("recordings").description("show recorded calls of plugins");
  const list = addCallFilter(
    group.command("list", { isDefault: true }).description("which calls were recorded, the newest first"),
  ).action((filter: CallFilter) =>
    answer(list, async (context) => ({
      json: await useServer(context, (admin) => admin.listRecordings(filter)),
      render: (page: RecordingPage) => renderRecordings(page, filter.site),
    })),
  );
  addExample(list, "emgate recordings --site demo --plugin seo-check");
  const show = group
    .command("show")
    .description("one recorded call: its event, what it asked and was answered, its result")
    .argument("<invocation>", "the call, as `recordings`, `traces` and `logs --json` name it")
    .addOption(siteOption())
    .action((invocation: string, { site }: { site: SiteId }) =>
      answer(show, async (context) => ({
        json: await useServer(context, (admin) => admin.recording({ site, invocation })),
        render: (recording) => JSON.stringify(recording, null, 2),
      })),
    );
  addExample(show, "emgate recordings show 4f9c1f0e-6f0e-4d5c-9d3a-6f2f0c1b7a55 --site demo");
}
