// `emgate run <plugin> --hook H --event FILE`: one real call in a real sandbox, with no server to start.
// Never grants more than the manifest declares, and never reaches the network.
import { type Command, Option } from "commander";
import { HOOKS } from "../../contracts/hooks.ts";
import { siteIdSchema } from "../../contracts/ids.ts";
import type { RunReport } from "../../contracts/outcome.ts";
import { addExample } from "../program/add-example.ts";
import { eventOption, parseSiteId, splitScopes } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import type { RunOptions } from "./read-request.ts";
import { type PrintedReport, renderRun } from "./render-run.ts";

const DEFAULT_SITE = siteIdSchema.parse("local");

export function addRunCommand(program: Command, answer: Answering): void {
  const command = program
    .command("run")
    .description("call one hook of a plugin in a real sandbox, on a throwaway site")
    .argument("<plugin>", "the plugin's folder, or its bundle as a single .js file")
    .addOption(new Option("--hook <hook>", "the hook to call").choices(HOOKS).makeOptionMandatory())
    .addOption(eventOption())
    .option(
      "--grant <scopes>",
      'grant only these, such as "read:pages write:kv"; else all it declares',
      splitScopes,
    )
    .addOption(
      new Option("--site <id>", "the throwaway site's id").argParser(parseSiteId).default(DEFAULT_SITE),
    )
    .option("--pages <file>", "pages of the site: an EmDash seed file, or a JSON array of pages")
    .option("--manifest <file>", "plugin.json where it does not lie beside the code")
    .option("--state <folder>", "keep the site there, for another run to find it")
    .action((path: string, options: RunOptions) =>
      answer(command, async (context) => {
        const [{ readRunRequest }, { runPlugin }] = await Promise.all([
          import("./read-request.ts"),
          import("./api.ts"),
        ]);
        endOnSignal();
        const report = await runPlugin(await readRunRequest(context, path, options));
        return { json: toPrinted(report), render: renderRun, exitStatus: report.outcome === "ok" ? 0 : 1 };
      }),
    );
  addExample(
    command,
    "emgate run ./examples/seo-check --hook beforePublish --event event.json",
    `echo '{"query":"design"}' | emgate run ./examples/search-boost --hook onSearch --event - --json`,
  );
}

/** Every key is there, whatever the outcome. */
function toPrinted({ outcome, result, error, calls, logs, durationMs }: RunReport): PrintedReport {
  return { outcome, result: result ?? null, error: error ?? null, calls, logs, durationMs };
}

/** Ending with process.exit() runs the clean-up of the runtime; the default of a signal does not. */
function endOnSignal(): void {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
