// Warnings of checks that the watchdog has switched off, for whoever publishes: that nobody objected must not
// pass for consent.
import type { HookName } from "../../contracts/hooks.ts";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { SiteLease } from "./runtime.ts";
import { findSubscribers } from "./subscribers.ts";

/** One warning for each plugin that would have been called, had it not been stopped. */
export async function warnOfStops(
  lease: SiteLease,
  hook: HookName,
  event: unknown,
  clock: Clock,
): Promise<GateOutcome["issues"][number][]> {
  const stopped = lease.site.plugins.filter(({ stopped }) => stopped !== null);
  if (stopped.length === 0) return [];
  const plugins = stopped.map((install) => ({ ...install, enabled: true }));
  const subscribers = await findSubscribers(
    { ...lease, site: { ...lease.site, plugins } },
    hook,
    event,
    clock,
  );
  return subscribers.map(({ install: { plugin, stopped } }) => ({
    severity: "warning" as const,
    message: `${plugin} did not check this: it was switched off (${stopped?.code}) until an admin enables it`,
    plugin,
  }));
}
