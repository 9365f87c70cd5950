// The way from this Worker to the watchdog of the local runtime that it runs in (contracts/watchdog.ts).
// Without a watchdog there is nothing to tell: on Cloudflare the platform's own limits bind.
import { EmgateError } from "../../contracts/errors.ts";
import {
  type PluginRun,
  type RunAnswered,
  type RunBegin,
  type RunsEnded,
  runVerdictSchema,
} from "../../contracts/watchdog.ts";
import { DRY_RUN_SUFFIX } from "../hooks/index.ts";
import type { RunWatch } from "../sandbox/index.ts";
import { type Env, exportsOf, type RequestContext } from "./env.ts";

/** How the runs of plugins are told, or null where nobody watches. */
export function openRunWatch(ctx: RequestContext, { EMGATE_WATCHDOG: watchdog }: Env): RunWatch | null {
  if (watchdog === undefined) return null;
  return {
    begin: async (run) =>
      runVerdictSchema.parse(await tell(watchdog, "begin", { ...run, site: siteOf(run) })),
    answered: async (id, started) => void (await tell(watchdog, "answered", { id, started })),
    tailOf: (run) => exportsOf(ctx).RunTail({ props: { site: siteOf(run), plugin: run.plugin } }),
  };
}

/** Work of our own on a plugin's behalf, such as its SQL, under a mark like a run of its code. @throws BUSY, CPU_LIMIT */
export async function watchWork<T>(
  { EMGATE_WATCHDOG: watchdog }: Env,
  run: RunBegin,
  work: () => Promise<T>,
): Promise<T> {
  if (watchdog === undefined) return work();
  // A watchdog that cannot be reached watches nothing; that is no reason to do nothing.
  const told = await tell(watchdog, "begin", run).catch(() => ({ verdict: "off", id: -1 }));
  const { verdict, id } = runVerdictSchema.parse(told);
  if (verdict === "busy") throw new EmgateError("BUSY", "others are watched one by one: try again");
  if (verdict === "stopped") {
    throw new EmgateError("CPU_LIMIT", `plugin ${run.plugin} held up the runtime just now`);
  }
  try {
    return await work();
  } finally {
    // Best effort, and no isolate that would tell of its end: a mark that stays is old when the next wedge comes.
    if (verdict === "go") await tell(watchdog, "answered", { id, started: false }).catch(() => undefined);
  }
}

/** Tells that watched runs of a plugin are over. */
export async function tellRunsEnded({ EMGATE_WATCHDOG: watchdog }: Env, runs: RunsEnded): Promise<void> {
  if (watchdog !== undefined) await tell(watchdog, "ended", runs);
}

/** A dry run is its site's, whatever name it goes under. */
function siteOf({ site }: PluginRun): string {
  return site.endsWith(DRY_RUN_SUFFIX) ? site.slice(0, -DRY_RUN_SUFFIX.length) : site;
}

async function tell(
  watchdog: Fetcher,
  what: "begin" | "answered" | "ended",
  message: RunBegin | RunAnswered | RunsEnded,
): Promise<unknown> {
  const response = await watchdog.fetch(`http://watchdog/${what}`, {
    method: "POST",
    body: JSON.stringify(message),
  });
  return response.json();
}
