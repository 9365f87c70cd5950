// The denials that this isolate has gathered and not written yet, by site.
// A flood of them costs the site's state one write a second: equal ones are counted here.
import type { Denial } from "../../contracts/audit.ts";
import { MAX_GATHERED_DENIALS } from "../../contracts/limits.ts";
import { type Env, exportsOf, type RequestContext, siteStateOf } from "./env.ts";
import { PromisedWrites } from "./promised-writes.ts";

/** Milliseconds that denials are gathered before they are written. */
const GATHER_MS = 1_000;

const gathered = new Map<string, Map<string, Denial>>();
const writes = new PromisedWrites("denials");

/** Counts a denial, and sees to it that what is gathered is written soon. Synchronous; never throws. */
export function noteDenial(ctx: RequestContext, site: string, denial: Omit<Denial, "count">): void {
  gather(site, { ...denial, count: 1 });
  writes.promise(ctx, site, () => exportsOf(ctx).AuditTrail({ props: { site } }).flush());
}

/** Waits for more, then writes what was gathered of the site. */
export async function writeDenials(env: Env, site: string): Promise<void> {
  await scheduler.wait(GATHER_MS);
  const denials = [...(gathered.get(site)?.values() ?? [])];
  gathered.delete(site);
  writes.end(site);
  if (denials.length === 0) return;
  try {
    await siteStateOf(env, site).recordDenials(denials);
  } catch (error) {
    // The site's state may be away for a moment: they go along with the next write.
    for (const denial of denials) gather(site, denial);
    console.error("denials could not be written", error);
  }
}

function gather(site: string, denial: Denial): void {
  const known = gathered.get(site) ?? new Map<string, Denial>();
  gathered.set(site, known);
  const { plugin, hook, scope, jti, reason } = denial;
  const key = JSON.stringify([plugin, hook, scope, jti, reason]);
  const before = known.get(key)?.count ?? 0;
  // Reasons are few, so this bounds what a mistake of ours would cost, not what a plugin can do.
  if (before > 0 || known.size < MAX_GATHERED_DENIALS) {
    known.set(key, { ...denial, count: before + denial.count });
  }
}
