// Puts the commands together and says how a wrong call is answered.
// Never acts: each command's work is in its own folder.
import { Command } from "commander";
import { addAuditCommand } from "../audit/command.ts";
import { addBreakerCommand } from "../breaker/command.ts";
import { addCheckCommand } from "../check/command.ts";
import { addDataCommand } from "../data/command.ts";
import { addDisableCommand } from "../disable/command.ts";
import { addEnableCommand } from "../enable/command.ts";
import { addGrantCommand } from "../grant/command.ts";
import { addGrantsCommand } from "../grants/command.ts";
import { addHookCommand } from "../hook/command.ts";
import { addImportCommand } from "../import/command.ts";
import { addInstallCommand } from "../install/command.ts";
import { addKeysCommand } from "../keys/command.ts";
import { addLoginCommand } from "../login/command.ts";
import { addLogoutCommand } from "../logout/command.ts";
import { addLogsCommand } from "../logs/command.ts";
import { addOrderCommand } from "../order/command.ts";
import { addPluginsCommand } from "../plugins/command.ts";
import { addPolicyCommand } from "../policy/command.ts";
import { addPoolCommand } from "../pool/command.ts";
import { addPublishCommand } from "../publish/command.ts";
import { addRecordingsCommand } from "../recordings/command.ts";
import { addRenewCommand } from "../renew/command.ts";
import { addRevokeCommand } from "../revoke/command.ts";
import { addRollbackCommand } from "../rollback/command.ts";
import { addRunCommand } from "../run/command.ts";
import { addServeCommand } from "../serve/command.ts";
import { addSettingsCommand } from "../settings/command.ts";
import { addSitesCommand } from "../sites/command.ts";
import { addTokensCommand } from "../tokens/command.ts";
import { addTracesCommand } from "../traces/command.ts";
import { addUninstallCommand } from "../uninstall/command.ts";
import { addUpdateCommand } from "../update/command.ts";
import { addYankCommand } from "../yank/command.ts";
import { addExample } from "./add-example.ts";
import type { Answering } from "./run-command.ts";

const COMMANDS = [
  addServeCommand,
  addCheckCommand,
  addRunCommand,
  addLoginCommand,
  addLogoutCommand,
  addSitesCommand,
  addImportCommand,
  addPublishCommand,
  addPluginsCommand,
  addInstallCommand,
  addUpdateCommand,
  addRollbackCommand,
  addDisableCommand,
  addEnableCommand,
  addBreakerCommand,
  addUninstallCommand,
  addOrderCommand,
  addSettingsCommand,
  addPolicyCommand,
  addGrantCommand,
  addGrantsCommand,
  addRenewCommand,
  addRevokeCommand,
  addAuditCommand,
  addLogsCommand,
  addTracesCommand,
  addRecordingsCommand,
  addHookCommand,
  addTokensCommand,
  addKeysCommand,
  addPoolCommand,
  addDataCommand,
  addYankCommand,
] as const;

export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** The whole command line; parsing throws CommanderError instead of ending the process. */
export function buildProgram(answer: Answering, output: ProgramOutput): Command {
  const program = new Command("emgate")
    .description("Runs plugins for the EmDash CMS that nobody has to trust.")
    .option("--url <url>", "the server (default: EMGATE_URL, else the local server)")
    .option("--token <token>", "the token (default: EMGATE_TOKEN, else what `npm start` or `login` keeps)")
    .option("--json", "print one JSON document on stdout and nothing else there")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: output.writeOut,
      writeErr: output.writeError,
      // Errors are printed with every other failure, in main.
      outputError: () => undefined,
    })
    .exitOverride();
  // No option of commander: `install --version V` has one of its own, and the program's would win.
  program.addHelpText("after", "\n`emgate --version` prints the version.");
  addExample(program, "emgate serve --demo");
  for (const add of COMMANDS) add(program, answer);
  return program;
}
