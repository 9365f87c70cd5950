// The command's way to the world: streams, environment, questions. Tests put their own in its place.
// Never prints on its own account; what goes where is decided in run-command.
import { styleText } from "node:util";

export type Colour = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
export type Paint = (colour: Colour, text: string) => string;

export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** True when a person can be asked: both ends of the conversation are a terminal. */
  readonly canAsk: boolean;
  writeOut(text: string): Promise<void>;
  writeError(text: string): Promise<void>;
  readStdin(): Promise<string>;
  /** A yes-or-no question on stderr; false when the person cancels. */
  confirm(question: string): Promise<boolean>;
  /** Asks on stderr for text that is not shown while it is typed; null when the person cancels. */
  askSecret(question: string): Promise<string | null>;
  readonly paintOut: Paint;
  readonly paintError: Paint;
}

/** The streams and the environment of this process. */
export function openProcessIo(): Io {
  // A reader such as `head` may close the pipe; that ends the command, and is no failure of it.
  process.stdout.on("error", () => process.exit());
  return {
    env: process.env,
    cwd: process.cwd(),
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    writeOut: (text) => writeAll(process.stdout, text),
    writeError: (text) => writeAll(process.stderr, text),
    readStdin,
    confirm,
    askSecret,
    paintOut: createPaint(process.stdout),
    paintError: createPaint(process.stderr),
  };
}

/** Resolves when the text has left this process: process.exit() drops what a pipe still waits for. */
function writeAll(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function confirm(question: string): Promise<boolean> {
  const { confirm: ask, isCancel } = await import("@clack/prompts");
  const answer = await ask({ message: question, initialValue: false, output: process.stderr });
  return !isCancel(answer) && answer;
}

async function askSecret(question: string): Promise<string | null> {
  const { password, isCancel } = await import("@clack/prompts");
  const answer = await password({ message: question, output: process.stderr });
  return isCancel(answer) ? null : answer;
}

/** Colours on a terminal only, and never with NO_COLOR (no-color.org). */
function createPaint(stream: NodeJS.WriteStream): Paint {
  const colours = stream.isTTY === true && !process.env.NO_COLOR;
  return (colour, text) => (colours ? styleText(colour, text, { validateStream: false }) : text);
}
