// Following a log over pages, sessions and a server that goes and comes back.
import { expect, it } from "vitest";
import { followLines, type LogQuery } from "../../../cli/logs/follow-lines.ts";
import { EmgateError } from "../../../contracts/errors.ts";
import type { KeptLine, LogPage } from "../../../contracts/journal.ts";

const QUERY = { site: "demo", limit: 2 } as LogQuery;
const lost = () => new EmgateError("UNAVAILABLE", "the connection was lost");

function lineOf(id: number): KeptLine {
  const about = { site: "demo", plugin: "probe", version: "1.0.0", hook: null, invocationId: null } as const;
  return { id, ...about, level: "info", message: `line ${id}`, at: "2026-11-22T00:00:00.000Z" };
}

function page(...ids: number[]): LogPage {
  return { lines: ids.map(lineOf), cursor: ids.at(-1) ?? 0 };
}

/** Answers these one after another; an error is thrown, and after the last it is stopped. */
async function follow(answers: readonly (LogPage | EmgateError)[], query = QUERY, follows = true) {
  const stopped = Promise.withResolvers<void>();
  const asked: unknown[] = [];
  const printed: number[] = [];
  let losses = 0;
  let thrown: unknown = null;
  const admin = {
    logs: async ({ after = null }: { after?: number | null }): Promise<LogPage> => {
      const answer = answers[asked.length];
      asked.push(after);
      if (asked.length >= answers.length) stopped.resolve();
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("asked too often");
      return answer;
    },
  };
  await followLines((work) => work(admin as never), query, {
    stopped: follows ? stopped.promise : null,
    print: async (lines) => void printed.push(...lines.map(({ id }) => id)),
    onLost: async () => {
      losses += 1;
    },
  }).catch((error: unknown) => {
    thrown = error;
  });
  return { asked, printed, losses, thrown };
}

it("shows the newest lines and ends, where it is not to follow", async () => {
  expect(await follow([page(4, 5)], QUERY, false)).toMatchObject({ asked: [null], printed: [4, 5] });
});

it("shows all lines from the first on, page by page, where it starts there", async () => {
  const answers = [page(1, 2), page(3, 4), page(5)];
  const { asked, printed } = await follow(answers, { ...QUERY, after: 0 }, false);
  expect(asked).toEqual([0, 2, 4]);
  expect(printed).toEqual([1, 2, 3, 4, 5]);
});

it("goes on from the last line when the server has been away, and tells of it once", async () => {
  const { asked, printed, losses } = await follow([page(1, 2), lost(), lost(), page(3)]);
  expect(asked).toEqual([null, 2, 2, 2]);
  expect(printed).toEqual([1, 2, 3]);
  expect(losses).toBe(1);
});

it("does not wait for a server that was never there", async () => {
  expect(await follow([lost(), page(1)])).toMatchObject({ asked: [null], thrown: { code: "UNAVAILABLE" } });
});

it("ends with a refusal: a token may be revoked meanwhile", async () => {
  const refused = new EmgateError("UNAUTHENTICATED", "revoked");
  expect(await follow([page(1), refused, page(2)])).toMatchObject({
    printed: [1],
    thrown: { code: "UNAUTHENTICATED" },
  });
});
