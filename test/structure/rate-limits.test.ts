// The configurations have the limits that the code counts by, in its period.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { CALLS_PER_TURN, RATE_PERIOD_SECONDS } from "../../services/gateway/rate-limits.ts";

const root = path.resolve(import.meta.dirname, "../..");

it.each(["wrangler.toml", "bench/wrangler.toml"])("%s has each limit, in periods of the code's", (file) => {
  const tables = readFileSync(path.join(root, file), "utf8").split("[[ratelimits]]").slice(1);
  const limits = tables.map((table) => {
    const name = /name = "(\w+)"/.exec(table)?.[1];
    const simple = /simple = \{ limit = (\d+), period = (\d+) \}/.exec(table);
    return { name, limit: Number(simple?.[1]) > 0, period: Number(simple?.[2]) };
  });
  expect(limits).toEqual(
    Object.keys(CALLS_PER_TURN).map((name) => ({ name, limit: true, period: RATE_PERIOD_SECONDS })),
  );
});
