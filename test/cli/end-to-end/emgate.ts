// Runs the real command against real servers, for the end-to-end tests.
// A server is a process of its own always, and a command where its exit status, streams or signals are what is tested.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { runMain } from "../stand-in-io.ts";

const BIN = join(import.meta.dirname, "../../../cli/bin.js");
/** What a developer's own environment must not bring into a test. */
const CLEAN_ENV = {
  ...process.env,
  EMGATE_URL: "",
  EMGATE_TOKEN: "",
  EMGATE_STATE: "",
  EMGATE_DEBUG: "",
  PORT: "",
  NODE_OPTIONS: "",
};

export interface RunResult {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

export interface RunSettings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** One run of the command, to its end. */
export async function runEmgate(args: readonly string[], settings: RunSettings): Promise<RunResult> {
  const child = spawnEmgate(args, settings);
  const output = collectOutput(child);
  child.stdin?.end(settings.stdin ?? "");
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, ...output() };
}

export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  output(): { out: string; error: string };
  /** Sends a signal and waits for the end; tells the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A `serve` that has said all it has to say. */
export async function startServer(args: readonly string[], settings: RunSettings): Promise<Server> {
  const child = spawnEmgate(["serve", ...args], settings);
  const output = collectOutput(child);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", () => output().out.includes("Ctrl-C") && resolve());
    void ended.then((status) => reject(new Error(`serve ended with ${status}: ${output().error}`)));
  });
  return {
    url: /emgate listens on (\S+)/.exec(output().out)?.[1] ?? "",
    process: child,
    output,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
}

/**
 * The command with --json against the server whose state lies in `place`; its stdout must be one document, and its
 * output must hold neither the operator's token nor a stack. It runs in this process: a start of Node for each of
 * some hundred commands would take a minute.
 */
export function makeCommand(place: Workplace, operatorToken: string) {
  return async (...args: string[]) => {
    const { status, out, error } = await runMain([...args, "--json"], { cwd: place.path, env: CLEAN_ENV });
    expect(out + error).not.toContain(operatorToken);
    expect(error).not.toMatch(/\n\s+at /);
    return { status, json: JSON.parse(out), error };
  };
}

/** The token of the operator of the server whose state lies in `place`. */
export function readOperatorToken(place: Workplace): string {
  return JSON.parse(readFileSync(join(place.path, ".emgate/session.json"), "utf8")).token;
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

export interface Workplace {
  readonly path: string;
  write(name: string, content: unknown): string;
  remove(): void;
}

/** A temporary folder; objects are written as JSON. */
export function makeWorkplace(): Workplace {
  const path = mkdtempSync(join(tmpdir(), "emgate-test-"));
  return {
    path,
    write: (name, content) => {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }),
  };
}

function spawnEmgate(args: readonly string[], { cwd, env = {} }: RunSettings): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { cwd, env: { ...CLEAN_ENV, ...env }, stdio: "pipe" });
}

function collectOutput(child: ChildProcess): () => { out: string; error: string } {
  const out: string[] = [];
  const error: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => error.push(text));
  return () => ({ out: out.join(""), error: error.join("") });
}
