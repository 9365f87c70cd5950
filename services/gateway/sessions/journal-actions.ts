// What an admin reads of a site's plugins at work: their logs, the traces of their calls, recorded calls.
// It reads and changes nothing; a site that does not exist leaves no object behind for having been asked about.
import { EmgateError } from "../../../contracts/errors.ts";
import type {
  LogPage,
  LogQuery,
  Recording,
  RecordingPage,
  RecordingQuery,
  TracePage,
  TraceQuery,
} from "../../../contracts/journal.ts";
import { siteLogOf } from "../env.ts";
import { takeSiteInfo } from "../leases.ts";
import type { ActionContext } from "./action-context.ts";

type OnSite<Q> = Q & { readonly site: string };

/** Each of these @throws NOT_FOUND for a site that does not exist. */
export async function readLogs(
  context: ActionContext,
  { site, ...query }: OnSite<LogQuery>,
): Promise<LogPage> {
  await assertSite(context, site);
  return siteLogOf(context.env, site).lines(site, query);
}

export async function readTraces(
  context: ActionContext,
  { site, ...query }: OnSite<TraceQuery>,
): Promise<TracePage> {
  await assertSite(context, site);
  return siteLogOf(context.env, site).traces(query);
}

export async function readRecordings(
  context: ActionContext,
  { site, ...query }: OnSite<RecordingQuery>,
): Promise<RecordingPage> {
  await assertSite(context, site);
  return siteLogOf(context.env, site).recordings(query);
}

/** @throws NOT_FOUND where nothing was recorded of that call, or not any more */
export async function readRecording(
  context: ActionContext,
  { site, invocation }: { readonly site: string; readonly invocation: string },
): Promise<Recording> {
  await assertSite(context, site);
  const recording = await siteLogOf(context.env, site).recording(invocation);
  if (recording !== null) return recording;
  throw new EmgateError("NOT_FOUND", `invocation: nothing is recorded of ${invocation} on site ${site}`);
}

async function assertSite({ ctx, env }: ActionContext, site: string): Promise<void> {
  await takeSiteInfo(ctx, env, site);
}
