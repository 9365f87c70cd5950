// Runs one command line: parse, act, print, exit status.
// Never ends the process itself; bin.js does, when everything is written.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { buildProgram } from "./program/build-program.ts";
import { type Io, openProcessIo } from "./program/io.ts";
import { createAnswering, type ExitStatus, printFailure } from "./program/run-command.ts";
import { UsageError } from "./program/usage-error.ts";

/** Runs the command that `args` names (without node and script) and tells its exit status. */
export async function main(args: readonly string[], io: Io = openProcessIo()): Promise<ExitStatus> {
  if (args[0] === "--version" || args[0] === "-V") {
    await io.writeOut(`${readVersion()}\n`);
    return 0;
  }
  let status: ExitStatus = 0;
  const written: Promise<void>[] = [];
  const answer = createAnswering(io, (told) => {
    status = told;
  });
  const program = buildProgram(answer, {
    writeOut: (text) => void written.push(io.writeOut(text)),
    writeError: (text) => void written.push(io.writeError(text)),
  });
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (thrown) {
    status = await explainUsage(thrown, io, asksForJson(args));
  }
  await Promise.all(written);
  return status;
}

function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
  const { version }: { version?: unknown } = JSON.parse(text);
  return typeof version === "string" ? version : "unknown";
}

/** Commander throws for --help and --version too; those are done, everything else is wrong usage. */
async function explainUsage(thrown: unknown, io: Io, json: boolean): Promise<ExitStatus> {
  if (!(thrown instanceof CommanderError)) return printFailure(io, thrown, json);
  if (thrown.exitCode === 0) return 0;
  // A command group without a subcommand: commander has printed its help to stderr.
  const message =
    thrown.code === "commander.help" ? "a command is missing" : thrown.message.replace(/^error: /, "");
  return printFailure(io, new UsageError(hideValues(message)), json);
}

/** A mistyped `--token=…` is quoted by commander as a whole. */
function hideValues(message: string): string {
  return message.replace(/'(--?[^'=]+)=[^']*'/g, "'$1=…'");
}

/** Options may not have been parsed when usage is wrong. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes("--json");
}
