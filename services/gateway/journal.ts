// The way of lines, traces and recordings from a call to the site's log: gathered in this isolate, written together.
// Nothing of it is awaited by a call, and however many there are, a site costs one write a second.
import { JOURNAL_GATHER_MS } from "../../contracts/limits.ts";
import type { LogLine } from "../../contracts/outcome.ts";
import type { SitePolicy } from "../../contracts/site.ts";
import { type Journal, Recorder } from "../hooks/index.ts";
import { type Env, exportsOf, type RequestContext, siteLogOf } from "./env.ts";
import { GatheredJournal, type LineSource } from "./gathered-journal.ts";
import { PromisedWrites } from "./promised-writes.ts";

const gathered = new Map<string, GatheredJournal>();
const writes = new PromisedWrites("a journal");

export function openJournal(ctx: RequestContext, env: Env): Journal {
  return {
    keepLines: (call, version, lines) => keepLines(ctx, call.site, { ...call, version }, lines),
    keepTrace: (site, trace) => gather(ctx, site).addTrace(trace),
    openRecorder({ site, policy }, { plugin }) {
      if (!isRecorded(policy, env) || gathered.get(site.id)?.hasRoomForRecording(plugin) === false)
        return null;
      return new Recorder();
    },
    keepRecording: (recording) => gather(ctx, recording.call.site).addRecording(recording),
  };
}

export function keepLines(
  ctx: RequestContext,
  site: string,
  source: LineSource,
  lines: readonly LogLine[],
): void {
  if (lines.length > 0) gather(ctx, site).addLines(source, lines);
}

/** Waits for more, then writes what was gathered of the site. What a write fails for is lost. */
export async function writeJournal(env: Env, site: string): Promise<void> {
  await scheduler.wait(JOURNAL_GATHER_MS);
  const journal = gathered.get(site);
  gathered.delete(site);
  writes.end(site);
  if (journal === undefined) return;
  try {
    await siteLogOf(env, site).append(journal.toBatch());
  } catch (error) {
    console.error("a journal could not be written", error);
  }
}

function gather(ctx: RequestContext, site: string): GatheredJournal {
  const known = gathered.get(site);
  const journal = known ?? new GatheredJournal();
  if (known === undefined) gathered.set(site, journal);
  writes.promise(ctx, site, () => exportsOf(ctx).JournalWriter({ props: { site } }).flush());
  return journal;
}

/** The watchdog is what a runtime on somebody's own machine has, and no other. */
function isRecorded({ recordings }: SitePolicy, { EMGATE_WATCHDOG: watchdog }: Env): boolean {
  return recordings === "on" || (recordings === "local" && watchdog !== undefined);
}
