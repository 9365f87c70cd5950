// Warnings of grants that end soon, for whoever publishes: a gate whose grant ran out refuses everything.
// Read from the site's own record; whether a grant is good is decided by its token, elsewhere.
import { daysLeftToWarn } from "../../contracts/expiry.ts";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";

/** One warning a plugin whose grant is due, whatever hooks it has. */
export function warnOfExpiry(
  plugins: readonly InstalledPlugin[],
  nowMs: number,
): GateOutcome["issues"][number][] {
  return plugins.flatMap(({ plugin, enabled, grant }) => {
    if (!enabled || grant === null) return [];
    const days = daysLeftToWarn(grant.issuedAtSeconds, grant.expiresAtSeconds, nowMs);
    if (days === null) return [];
    return {
      severity: "warning" as const,
      message: describeEnd(plugin, grant.expiresAtSeconds * 1000 - nowMs, days),
      plugin,
    };
  });
}

function describeEnd(plugin: string, leftMs: number, days: number): string {
  if (leftMs <= 0) return `the grant of ${plugin} has ended; an admin can renew it`;
  const when = days === 0 ? "within a day" : days === 1 ? "in 1 day" : `in ${days} days`;
  return `the grant of ${plugin} ends ${when}; an admin can renew it`;
}
