// One call of a hook as core makes it: parse, find subscribers, run them, merge by the hook's mode.
// It throws only for what core did wrong; what plugins do wrong is part of the outcome.
import { EmgateError } from "../../contracts/errors.ts";
import { type HookEvent, hookTable } from "../../contracts/hooks.ts";
import { exceedsBytes } from "../../contracts/json.ts";
import { MAX_DELIVERY_BYTES } from "../../contracts/limits.ts";
import type { HookOutcome, PluginTrace } from "../../contracts/outcome.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import { requireTransform } from "./check-results.ts";
import { deliveryIdOf, queueContinuations } from "./deliver.ts";
import type { GrantInForce } from "./grants-in-force.ts";
import type { InvocationReport } from "./invocation-report.ts";
import { mergeGate } from "./merge-gate.ts";
import { mergeRender } from "./merge-render.ts";
import { mergeSearch } from "./merge-search.ts";
import { parseEvent, parseHookName } from "./parse-event.ts";
import { type Dispatch, runApart, runHere } from "./run-subscribers.ts";
import type { HookRuntime } from "./runtime.ts";
import { findSubscribers, type Subscriber } from "./subscribers.ts";
import { keepTraces, traceOf } from "./trace.ts";
import { warnOfExpiry } from "./warn-of-expiry.ts";
import { warnOfStops } from "./warn-of-stops.ts";

/** What comes with a call beside its event. */
export interface DispatchOptions {
  readonly content?: ContentSource;
}

/**
 * Calls `hook` on the site's plugins.
 *
 * @throws HOOK_UNKNOWN, INVALID_ARGUMENT or PAYLOAD_TOO_LARGE for the event, NOT_FOUND for the site,
 *   UNAVAILABLE when its state cannot be reached
 */
export async function dispatchHook(
  runtime: HookRuntime,
  site: string,
  name: string,
  input: unknown,
  options: DispatchOptions = {},
): Promise<HookOutcome> {
  const hook = parseHookName(name);
  const event = parseEvent(hook, input);
  const lease = await runtime.takeLease(site, hook);
  const subscribers = await findSubscribers(lease, hook, event, runtime.clock);
  const id = crypto.randomUUID();
  const dispatch: Dispatch = { runtime, lease, hook, event, id, subscribers, content: options.content };
  switch (hookTable[hook].mode) {
    case "gate": {
      const reports = keepTraces(dispatch, await runApart(dispatch));
      const { allow, issues, refusedBy } = mergeGate(reports, lease.site.policy.gate);
      const warnings = [
        ...(await warnOfStops(lease, hook, event, runtime.clock)),
        ...warnOfExpiry(lease.site.plugins, runtime.clock()),
      ];
      const trace = { id, plugins: reports.map(traceOf) };
      return { allow, issues: [...issues, ...warnings], refusedBy, trace };
    }
    case "transform": {
      const checked = (await runHere(dispatch)).map((report) => checkPatchScope(report, dispatch));
      const reports = keepTraces(dispatch, checked);
      const { plugins, ...outcome } = mergeRender(reports, site, (plugin) => elementsOf(plugin, subscribers));
      return { ...outcome, trace: { id, plugins } };
    }
    case "rank": {
      const { results } = event as HookEvent<"onSearch">; // parsed above
      const reports = keepTraces(dispatch, await runHere(dispatch));
      return { ...mergeSearch(reports, results), trace: { id, plugins: reports.map(traceOf) } };
    }
    case "notify":
      return hook === "afterPublish" ? queueAll(dispatch) : runScheduled(dispatch);
  }
}

/** afterPublish: core is answered when every subscriber's delivery is written; plugins run afterwards. */
async function queueAll({
  runtime,
  lease,
  hook,
  event,
  id,
  subscribers,
}: Dispatch): Promise<HookOutcome<"afterPublish">> {
  const text = JSON.stringify(event);
  if (exceedsBytes(text, MAX_DELIVERY_BYTES)) {
    throw new EmgateError("PAYLOAD_TOO_LARGE", `event: expected at most ${MAX_DELIVERY_BYTES} bytes of JSON`);
  }
  const deliveries = await Promise.all(
    subscribers.map(async ({ install: { plugin, installId } }) => ({
      id: await deliveryIdOf(plugin, hook, text),
      plugin,
      installId,
      hook,
      event: text,
      dueInMs: 0,
      continuation: 0,
    })),
  );
  const { queued } =
    deliveries.length > 0 ? await runtime.enqueue(lease.site.site.id, deliveries) : { queued: 0 };
  const plugins = subscribers.map(
    ({ install: { plugin, version } }): PluginTrace => ({
      plugin,
      version,
      outcome: "queued",
      ms: 0,
      calls: [],
    }),
  );
  return { queued, trace: { id, plugins } };
}

/** onSchedule called by hand: runs now; whoever asks for another turn gets a delivery. */
async function runScheduled(dispatch: Dispatch): Promise<HookOutcome<"onSchedule">> {
  const reports = keepTraces(dispatch, await runApart(dispatch));
  const queued = await queueContinuations(
    dispatch.runtime,
    dispatch.lease,
    dispatch.event,
    dispatch.id,
    reports,
  );
  return { queued, trace: { id: dispatch.id, plugins: reports.map(traceOf) } };
}

/** A plugin that returns a patch without the scope is denied, and the site's audit log hears of it. */
function checkPatchScope(
  report: InvocationReport,
  { runtime, lease, hook, subscribers }: Dispatch,
): InvocationReport {
  const { plugin } = report;
  const grant = grantOf(plugin, subscribers);
  const scope = "transform:html";
  const checked = requireTransform(report, grant?.authority.has(scope) === true);
  if (checked !== report) {
    const reason = "scope not granted";
    runtime.noteDenial(lease.site.site.id, { plugin, hook, scope, jti: grant?.jti ?? null, reason });
  }
  return checked;
}

function grantOf(plugin: string, subscribers: readonly Subscriber[]): GrantInForce | null {
  const subscriber = subscribers.find(({ install }) => install.plugin === plugin);
  return subscriber?.grant.ok ? subscriber.grant : null;
}

/** The elements that the plugin's patches may insert or touch; undefined: all that a patch may at all. */
function elementsOf(plugin: string, subscribers: readonly Subscriber[]): readonly string[] | undefined {
  return grantOf(plugin, subscribers)?.authority.get("transform:html")?.elements;
}
