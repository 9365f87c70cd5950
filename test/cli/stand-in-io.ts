// Streams, environment and answers for commands that run in the test's own process.
// Never a server: each command here ends before it would ask one, or is told that none is there.
import { main } from "../../cli/main.ts";
import type { Io } from "../../cli/program/io.ts";

export interface StandInIo extends Io {
  readonly written: { out: string; error: string };
}

/** An Io that remembers what is written; nobody is there to be asked unless `changes` says so. */
export function makeIo(changes: Partial<Io> = {}): StandInIo {
  const written = { out: "", error: "" };
  return {
    env: { EMGATE_URL: "http://127.0.0.1:9" },
    cwd: "/",
    canAsk: false,
    writeOut: async (text) => {
      written.out += text;
    },
    writeError: async (text) => {
      written.error += text;
    },
    readStdin: async () => "",
    confirm: async () => false,
    askSecret: async () => null,
    paintOut: plain,
    paintError: plain,
    ...changes,
    written,
  };
}

/** One command line in this process. */
export async function runMain(args: readonly string[], changes: Partial<Io> = {}) {
  const io = makeIo(changes);
  const status = await main(args, io);
  return { status, ...io.written };
}

/** Text without colours. */
export function plain(_colour: string, text: string): string {
  return text;
}
