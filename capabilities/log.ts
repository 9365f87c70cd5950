// The plugin's log: lines of bounded number and length, from whoever may run at all.
// It needs no scope; it takes text only, and what a plugin says about itself is never trusted as more.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import { parseOrThrow } from "../contracts/errors.ts";
import { MAX_LOG_CHARS, MAX_LOG_LINES } from "../contracts/limits.ts";
import { LOG_LEVELS, type LogLine } from "../contracts/outcome.ts";
import type { Invocation, OpenBound } from "./capability.ts";

const linesSchema = z
  .array(z.object({ level: z.enum(LOG_LEVELS), message: z.string(), stray: z.boolean().optional() }))
  .max(MAX_LOG_LINES);

/** Policy and effect; the faces below only hand over. */
export class PluginLog {
  readonly #invocation: Invocation;
  readonly #sink: (line: LogLine) => void;
  #count = 0;

  constructor(invocation: Invocation, sink: (line: LogLine) => void) {
    this.#invocation = invocation;
    this.#sink = sink;
  }

  /** Takes lines in order; those past the limit of an invocation are dropped, the last kept line says so. */
  async write(lines: unknown): Promise<void> {
    const parse = () => parseOrThrow(linesSchema, lines, "log.write: lines");
    await this.#invocation.record(parse, (parsed) => {
      for (const { level, message, stray } of parsed) {
        // Only ever to disclaim: a plugin cannot give a line to another call than this one.
        this.#keep({ level, message, at: this.#now(), ...(stray === true && { stray }) });
      }
    });
  }

  #keep(line: LogLine): void {
    this.#count += 1;
    if (this.#count < MAX_LOG_LINES)
      this.#sink({ ...line, message: line.message.slice(0, MAX_LOG_CHARS).toWellFormed() });
    if (this.#count === MAX_LOG_LINES)
      this.#sink({ level: "warn", message: "further lines were dropped", at: line.at });
  }

  #now(): string {
    return new Date(this.#invocation.terms.clock()).toISOString();
  }
}

/** `api.log` of one invocation. */
export class LogTarget extends RpcTarget {
  readonly #log: PluginLog;

  constructor(log: PluginLog) {
    super();
    this.#log = log;
  }

  write(lines: unknown) {
    return this.#log.write(lines);
  }
}

/** The same for a Worker that is bound: each call opens, and is, an invocation of its own. */
export function logEntrypoint<Env>(open: OpenBound<Env, PluginLog>) {
  return class Log extends WorkerEntrypoint<Env, CapabilityProps> {
    write(lines: unknown) {
      return open(this.ctx, this.env, (log) => log.write(lines));
    }
  };
}
