// Tells a site's object what an isolate has seen of a plugin: that it keeps failing, or that a try went well.
// Never holds a call up for it, and never fails one: an object that cannot be reached hears of the next failures.
import type { BreakerNotice } from "../../contracts/site.ts";
import { type Env, type RequestContext, siteStateOf } from "./env.ts";
import { forgetSite } from "./leases.ts";

/** True once the leases that this isolate takes from then on say so. */
export function noteBreaker(
  ctx: RequestContext,
  env: Env,
  site: string,
  notice: BreakerNotice,
): Promise<boolean> {
  const noted = writeNotice(env, site, notice);
  ctx.waitUntil(noted);
  return noted;
}

async function writeNotice(env: Env, site: string, notice: BreakerNotice): Promise<boolean> {
  try {
    await siteStateOf(env, site).noteBreaker(notice);
    forgetSite(site);
    return true;
  } catch (error) {
    console.error("the site could not be told of a breaker", error);
    return false;
  }
}
