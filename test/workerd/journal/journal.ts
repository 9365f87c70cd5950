// Reads what a site keeps of its plugins' calls, for the tests of logs, traces and recordings.
// Nothing is written at once: an isolate gathers for a second, so these wait.
import { vi } from "vitest";
import type { KeptLine, KeptTrace, RecordingSummary } from "../../../contracts/journal.ts";
import type { TestSite } from "../site.ts";

const PATIENCE = { timeout: 8_000, interval: 50 };

/** The site's lines once there are this many. */
export function linesOf({ id: site, admin }: TestSite, count: number): Promise<readonly KeptLine[]> {
  return vi.waitFor(async () => {
    const { lines } = await admin.logs({ site, limit: 1_000 });
    return atLeast(lines, count);
  }, PATIENCE);
}

/** Oldest first. */
export function tracesOf({ id: site, admin }: TestSite, count: number): Promise<readonly KeptTrace[]> {
  return vi.waitFor(async () => {
    const { traces } = await admin.listTraces({ site, limit: 1_000 });
    return atLeast(traces.toReversed(), count);
  }, PATIENCE);
}

/** Oldest first. */
export function recordingsOf(
  { id: site, admin }: TestSite,
  count: number,
): Promise<readonly RecordingSummary[]> {
  return vi.waitFor(async () => {
    const { recordings } = await admin.listRecordings({ site, limit: 1_000 });
    return atLeast(recordings.toReversed(), count);
  }, PATIENCE);
}

/** Waits until whatever was gathered before is written: a line of now is, and those before it came first. */
export async function settle(site: TestSite): Promise<void> {
  await site.hooks.onSearch({ query: "settle", results: [] });
  await scheduler.wait(1_300);
}

function atLeast<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length < count) throw new Error(`expected ${count}, there are ${items.length}`);
  return items;
}
