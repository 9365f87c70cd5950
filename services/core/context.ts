// What every part of the core is given: the database, the site it acts for, and the clock.
// It holds nothing else: no binding of the gateway, no authority, no state between calls.
import type { Clock } from "../../contracts/ports.ts";

export interface CoreContext {
  /** CORE_DB with its migrations applied; every statement names the site. */
  readonly db: D1Database;
  readonly site: string;
  readonly clock: Clock;
  /** The site's public address without a trailing slash; `/sites/<site>` when absent. */
  readonly siteUrl?: string;
  /** The locale of content that names none, for a site that no seed has set up yet; `en` when absent. */
  readonly defaultLocale?: string;
  /** Takes work that may outlast an answer; with it, rendering a page retries the outbox when that is due. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** Where a page lives: below the site's address, with its locale in front when it is not the site's own. */
export interface PageAddress {
  readonly collection: string;
  readonly slug: string;
  readonly locale: string;
}

/** The path of a page below its site, percent-encoded, starting with a slash. */
export function pathOfPage(address: PageAddress, siteLocale: string): string {
  const parts = [address.collection, address.slug];
  if (address.locale !== siteLocale) parts.unshift(address.locale);
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/** The site's public address, without a trailing slash. */
export function siteUrlOf(core: CoreContext): string {
  return (core.siteUrl ?? `/sites/${core.site}`).replace(/\/+$/, "");
}

/** The clock's reading as ISO 8601 in UTC. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
