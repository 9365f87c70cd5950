// The one place where a command's answer or failure becomes output and an exit status.
// Never prints a stack or anything but one JSON document on stdout under --json.
import type { Command } from "commander";
import { EmgateError, errorCodes, toWireError, type WireError } from "../../contracts/errors.ts";
import type { LogLine } from "../../contracts/outcome.ts";
import { cleanStrings, cleanText } from "./clean-text.ts";
import type { Io, Paint } from "./io.ts";
import { UsageError } from "./usage-error.ts";

/** 0 done or accepted · 1 rejected, denied or failed · 2 needs review or held · 64 wrong usage. */
export type ExitStatus = 0 | 1 | 2 | 64;

export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export interface CommandContext {
  readonly io: Io;
  readonly options: GlobalOptions;
  /** A line for people, on stderr. */
  warn(message: string): Promise<void>;
}

/** What a command hands back; `render` gets a copy of `json` whose strings are safe on a terminal. */
export interface Answer<T> {
  readonly json: T;
  readonly render: (view: T, paint: Paint) => string;
  readonly exitStatus?: ExitStatus;
}

/** Runs a command's work and prints what came of it; `command` tells the global options. */
export type Answering = <T>(
  command: Command,
  /** Null: it has printed what there was to print. */
  work: (context: CommandContext) => Promise<Answer<T> | null>,
) => Promise<void>;

/** `setExitStatus` is told before the promise resolves. */
export function createAnswering(io: Io, setExitStatus: (status: ExitStatus) => void): Answering {
  return async (command, work) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const context: CommandContext = {
      io,
      options,
      warn: (message) => io.writeError(`${io.paintError("yellow", "warning:")} ${cleanText(message)}\n`),
    };
    try {
      const answer = await work(context);
      if (answer) await printAnswer(io, answer, options.json === true);
      setExitStatus(answer?.exitStatus ?? 0);
    } catch (thrown) {
      setExitStatus(await printFailure(io, thrown, options.json === true));
    }
  };
}

async function printAnswer<T>(io: Io, answer: Answer<T>, json: boolean): Promise<void> {
  if (json) return io.writeOut(`${JSON.stringify(answer.json, null, 2)}\n`);
  const text = answer.render(cleanStrings(answer.json), io.paintOut);
  if (text) await io.writeOut(`${text}\n`);
}

/** Prints a failure for people on stderr, under --json on stdout too, and tells the exit status. */
export async function printFailure(io: Io, thrown: unknown, json: boolean): Promise<ExitStatus> {
  const error = describeFailure(thrown);
  await io.writeError(`${io.paintError("red", "error:")} ${cleanText(error.message)}\n`);
  for (const line of logLinesOf(error)) await io.writeError(`  ${cleanText(line)}\n`);
  // On one line: a command that prints a document a line may fail in the middle.
  if (json) await io.writeOut(`${JSON.stringify({ error })}\n`);
  if (io.env.EMGATE_DEBUG && thrown instanceof Error) await io.writeError(`${thrown.stack}\n`);
  return thrown instanceof UsageError ? 64 : errorCodes[error.code].exit;
}

/** What a plugin had logged when it failed, where the server tells. */
function logLinesOf({ details }: WireError): string[] {
  const logs: unknown = details?.logs;
  if (!Array.isArray(logs)) return [];
  return logs.map(({ level, message }: Partial<LogLine>) => `[${level}] ${message}`);
}

function describeFailure(thrown: unknown): WireError {
  const error = toWireError(thrown);
  if (error.code !== "INTERNAL" || thrown instanceof EmgateError) return error;
  return {
    code: "INTERNAL",
    message: "something went wrong inside the command; EMGATE_DEBUG=1 shows where",
  };
}
