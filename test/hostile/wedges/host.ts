// One real `emgate serve` under attack: how it is started, asked, watched for silence, and ended.
// Never in this process: what is attacked here are processes.
import { setTimeout as sleep } from "node:timers/promises";
import { useAdmin } from "../../../cli/session/connect-admin.ts";
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { findFreePort, makeWorkplace, readOperatorToken, startServer } from "../../cli/end-to-end/emgate.ts";

/** Milliseconds that a machine may take for what takes five seconds at most on one that is not busy. */
export const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;
/** Milliseconds for one answer; a wedged runtime takes the question and never answers. */
const ANSWER_MS = 1_000;

export interface Host {
  readonly url: string;
  /** Everything that the server has written so far. */
  output(): string;
  /** Work in an operator's session, once. @throws EmgateError UNAVAILABLE when the runtime ends meanwhile */
  act<T>(work: (admin: AdminSession) => Promise<T>): Promise<T>;
  /** The same for what may be done twice: begun anew while the runtime is away. */
  ask<T>(question: (admin: AdminSession) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** `args`: further options of `serve`. */
export async function startHost(...args: readonly string[]): Promise<Host> {
  const place = makeWorkplace();
  const port = String(await findFreePort());
  const server = await startServer(["--port", port, ...args], { cwd: place.path });
  const address = { url: server.url, token: readOperatorToken(place) };
  const act: Host["act"] = (work) => useAdmin(address, work);
  return {
    url: server.url,
    output: () => Object.values(server.output()).join(""),
    act,
    ask: (question) => untilThere(() => act(question)),
    stop: async () => {
      await server.stop();
      place.remove();
    },
  };
}

/** Asks again until `isGood`, while the runtime may be away. @throws with the last answer when it takes too long */
export async function waitFor<T>(
  question: () => Promise<T>,
  isGood: (answer: T) => boolean,
  what: string,
): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await question();
    if (isGood(answer)) return answer;
    if (performance.now() > untilMs) throw new Error(`waited for ${what}, have ${JSON.stringify(answer)}`);
    await sleep(PAUSE_MS);
  }
}

async function untilThere<T>(question: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await question();
    } catch (thrown) {
      const isAway = thrown instanceof EmgateError && toWireError(thrown).code === "UNAVAILABLE";
      if (!isAway || performance.now() > untilMs) throw thrown;
      await sleep(PAUSE_MS);
    }
  }
}

/** Listens for silence from now on; `stop` answers the longest, in milliseconds from answer to answer. */
export function watchSilence({ url }: Host): { stop(): Promise<number> } {
  let isOver = false;
  let longestMs = 0;
  const listen = async (): Promise<void> => {
    let answeredAtMs = performance.now();
    for (let isLast = false; !isLast; ) {
      // Once more after the end: a silence is not over before the next answer.
      isLast = isOver;
      const answers = await answersNow(url);
      const silentMs = performance.now() - answeredAtMs;
      longestMs = Math.max(longestMs, silentMs);
      if (answers) answeredAtMs = performance.now();
      else if (silentMs < PATIENCE_MS) isLast = false;
      await sleep(PAUSE_MS);
    }
  };
  const listening = listen();
  return {
    async stop() {
      isOver = true;
      await listening;
      return longestMs;
    },
  };
}

async function answersNow(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
