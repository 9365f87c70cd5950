// `emgate hook <hook> --site S --event FILE`: calls a hook as core would, and prints the merged outcome.
// Never publishes or stores anything of its own.
import type { Command } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import { MAX_EVENT_CHARS } from "../../contracts/limits.ts";
import type { HookOutcome } from "../../contracts/outcome.ts";
import { readJson } from "../files/read-files.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { eventOption, siteOption } from "../program/parse-options.ts";
import type { Answering, ExitStatus } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderIssues, renderTrace, renderVerdict } from "./render-outcome.ts";

export function addHookCommand(program: Command, answer: Answering): void {
  const command = program
    .command("hook")
    .description("call a hook as core would; a gate that refuses ends with 1")
    .argument("<hook>", "beforePublish, afterPublish, renderHtml, onSearch or onSchedule")
    .addOption(siteOption())
    .addOption(eventOption())
    .action((hook: string, { site, event: path }: { site: SiteId; event: string }) =>
      answer(command, async (context) => {
        const event = await readJson(context.io, path, { maxBytes: 3 * MAX_EVENT_CHARS, what: "the event" });
        const outcome = await useServer(context, (admin) => admin.callHook({ site, hook, event }));
        return { json: outcome, render: renderOutcome, exitStatus: toExitStatus(outcome) };
      }),
    );
  addExample(
    command,
    `echo '{"query":"design"}' | emgate hook onSearch --site demo --event -`,
    "emgate hook beforePublish --site demo --event event.json --json",
  );
}

function renderOutcome(outcome: HookOutcome, paint: Paint): string {
  return [
    renderVerdict(outcome, paint),
    ...("allow" in outcome ? renderIssues(outcome, paint) : []),
    ...renderTrace(outcome, paint),
  ].join("\n");
}

function toExitStatus(outcome: HookOutcome): ExitStatus {
  return "allow" in outcome && !outcome.allow ? 1 : 0;
}
