// `emgate check <dir or bundle.js>`: what admission will say, before anything is sent.
// The very code that the server runs; it neither runs the plugin nor asks anybody.
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Verdict } from "../../contracts/admission.ts";
import { addExample } from "../program/add-example.ts";
import type { Answering, ExitStatus } from "../program/run-command.ts";
import type { CheckReport } from "./api.ts";

const EXIT_STATUS: Readonly<Record<Verdict, ExitStatus>> = { accept: 0, reject: 1, review: 2 };

export function addCheckCommand(program: Command, answer: Answering): void {
  const command = program
    .command("check")
    .description("say what admission will say of a plugin, without a server")
    .argument("<plugin>", "the plugin's folder, or its bundle as a single .js file")
    .option("--manifest <file>", "plugin.json where it does not lie beside the code")
    .action((path: string, { manifest }: { readonly manifest?: string }) =>
      answer(command, async ({ io }) => {
        const [{ checkPlugin }, { renderCheck }] = await Promise.all([
          import("./api.ts"),
          import("./render-check.ts"),
        ]);
        const { report, sources } = await checkPlugin(
          resolve(io.cwd, path),
          manifest && resolve(io.cwd, manifest),
        );
        return {
          json: report,
          render: (view: CheckReport, paint) => renderCheck(view, sources, paint),
          exitStatus: EXIT_STATUS[report.verdict],
        };
      }),
    );
  addExample(
    command,
    "emgate check ./examples/seo-check",
    "emgate check ./dist/plugin.js --manifest ./plugin.json --json",
  );
}
