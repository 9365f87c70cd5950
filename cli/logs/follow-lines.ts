// Reads a site's log page by page, and on request goes on with what comes until it is stopped.
// Never loses or repeats a line: it goes on from the last one that came, over a server's restart too.
import { setTimeout as sleep } from "node:timers/promises";
import { toWireError } from "../../contracts/errors.ts";
import type { KeptLine } from "../../contracts/journal.ts";
import type { AdminArguments, AdminSession } from "../../contracts/rpc.ts";

/** Milliseconds between two looks, and those for which one session is used: its time is bounded. */
const POLL_MS = 1_000;
const SESSION_MS = 60_000;

export type LogQuery = AdminArguments["logs"] & { readonly limit: number };
type UseSession = (work: (admin: Pick<AdminSession, "logs">) => Promise<void>) => Promise<void>;

export interface Following {
  /** Resolves when it is to end; null: it ends with the last line that there is. */
  readonly stopped: Promise<void> | null;
  readonly print: (lines: readonly KeptLine[]) => Promise<void>;
  /** Told once when a server that was there answers no more; it is asked again until it does. */
  readonly onLost: () => Promise<void>;
}

/** @throws what the server refuses with, and UNAVAILABLE where it has never answered */
export async function followLines(
  useSession: UseSession,
  query: LogQuery,
  { stopped, print, onLost }: Following,
): Promise<void> {
  let { after } = query;
  let isStopped = false;
  const stop = stopped?.then(() => {
    isStopped = true;
  });
  /** Whether the server has answered since it was last lost. */
  let isThere = false;
  let hasAnswered = false;

  const readOn = async (admin: Pick<AdminSession, "logs">): Promise<void> => {
    const untilMs = Date.now() + SESSION_MS;
    while (!isStopped && Date.now() < untilMs) {
      const isWhole = after === undefined;
      const page = await admin.logs({ ...query, ...(after !== undefined && { after }) });
      [isThere, hasAnswered, after] = [true, true, page.cursor];
      await print(page.lines);
      const isLast = isWhole || page.lines.length < query.limit;
      if (isLast && stop === undefined) isStopped = true;
      if (isLast && stop !== undefined) await pause(stop);
    }
  };

  while (!isStopped) {
    try {
      await Promise.race([useSession(readOn), ...(stop === undefined ? [] : [stop])]);
    } catch (thrown) {
      if (stop === undefined || !hasAnswered || toWireError(thrown).code !== "UNAVAILABLE") throw thrown;
      if (isThere) await onLost();
      isThere = false;
      await pause(stop);
    }
  }
}

async function pause(stop: Promise<void>): Promise<void> {
  await Promise.race([sleep(POLL_MS, undefined, { ref: true }), stop]);
}
