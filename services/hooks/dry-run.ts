// Calls each hook of a plugin once under an authority that an admin is about to sign, and tells what would fail.
// The runtime it is given keeps nothing of what the plugin does (gateway/wiring.ts).
import { findUncovered } from "../../capabilities/index.ts";
import type { Liveness } from "../../contracts/capability.ts";
import { type Caveats, coversPath } from "../../contracts/caveats.ts";
import type { DryRunResult } from "../../contracts/consent.ts";
import type { Authority } from "../../contracts/grant.ts";
import { eventSchemas, type HookEventInput, type HookName, hookTable } from "../../contracts/hooks.ts";
import { hooksOf } from "../../contracts/manifest.ts";
import { type Page, pageSchema, summaryOf } from "../../contracts/page.ts";
import { type ContentSource, contentAnswers } from "../../contracts/ports.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";
import { profileAllows } from "./authority.ts";
import { requireTransform } from "./check-results.ts";
import { invokePlugin } from "./invoke.ts";
import { parseEvent } from "./parse-event.ts";
import type { HookRuntime, SiteLease } from "./runtime.ts";

/** Where the events of a hook can be from, under what would be granted. */
type Bounds = Pick<Caveats, "collections" | "locales" | "paths">;

/** What the name of a dry run's site ends with; no site's id can. */
export const DRY_RUN_SUFFIX = "~dry-run";

/** Nothing stands behind a dry run that could be revoked. */
const ALWAYS_LIVE: Liveness = { state: () => "live", refresh: async () => {} };

/**
 * What came of each hook that `authority` admits. `install` is the version to try, `site` the name its isolate
 * and its keys go under.
 */
export async function dryRunHooks(
  runtime: HookRuntime,
  lease: SiteLease,
  site: string,
  install: InstalledPlugin,
  authority: Authority,
): Promise<DryRunResult[]> {
  const hooks = hooksOf(install.manifest).filter((hook) => authority.has(hookTable[hook].scope));
  return Promise.all(hooks.map(tryHook));

  async function tryHook(hook: HookName): Promise<DryRunResult> {
    const allowed = new Map([...authority].filter(([scope]) => profileAllows(hook, scope)));
    const invocationId = crypto.randomUUID();
    const call = {
      site,
      plugin: install.plugin,
      hook,
      event: await chooseEvent(hook, boundsOf(hook, authority), runtime.contentOf(site)),
      invocationId,
      totalDeadlineMs: runtime.clock() + hookTable[hook].totalMs,
      attempt: 1,
      idempotencyKey: invocationId,
    };
    const grant = { ok: true, jti: invocationId, kid: "", authority: allowed } as const;
    const dryLease = { ...lease, liveness: () => ALWAYS_LIVE };
    const report = await invokePlugin(runtime, call, install, dryLease, grant).report;
    const isPatch = hook === "renderHtml";
    const { outcome, error } = isPatch ? requireTransform(report, allowed.has("transform:html")) : report;
    return { hook, outcome, error: error ?? null };
  }
}

/** Of the hook's own scope, else of read:pages: without that the plugin would see ids alone. */
function boundsOf(hook: HookName, authority: Authority): Bounds {
  const { collections, paths } = authority.get(hookTable[hook].scope) ?? {};
  const readable = authority.get("read:pages") ?? {};
  return { collections: collections ?? readable.collections, locales: readable.locales, paths };
}

/** What the hook could be called with: about a page of the site, else about one that stands for it. */
async function chooseEvent(hook: HookName, bounds: Bounds, content: ContentSource | null): Promise<unknown> {
  const page = await findSamplePage(content, bounds);
  try {
    if (page !== null) return parseEvent(hook, sampleEvent(hook, page, bounds));
  } catch {
    // No hook is ever called for a page that no event can carry.
  }
  return parseEvent(hook, sampleEvent(hook, makeSamplePage(bounds), bounds));
}

/** A page that the site has published within these bounds, or null. */
async function findSamplePage(
  content: ContentSource | null,
  { collections, locales }: Bounds,
): Promise<Page | null> {
  try {
    const within = { ...(collections && { collections }), ...(locales && { locales }) };
    const { pages } = contentAnswers.list.parse(await content?.list({ limit: 1, ...within }));
    const page = contentAnswers.get.parse(await content?.get(pages[0]?.id ?? ""));
    return page !== null && findUncovered(within, page) === null ? page : null;
  } catch {
    // A core that cannot be read is no reason not to try the plugin.
    return null;
  }
}

function makeSamplePage({ collections: [collection] = ["posts"], locales: [locale] = ["en"] }: Bounds): Page {
  return pageSchema.parse({
    id: `${collection}:sample`,
    collection,
    slug: "sample",
    locale,
    url: `/${collection}/sample`,
    title: "A page to try plugins on",
    excerpt: "It stands for the pages of a site that has published none.",
    status: "published",
    html: "<p>Some text.</p>",
  });
}

function sampleEvent(hook: HookName, page: Page, bounds: Bounds): unknown {
  const { id: pageId, locale, ...fields } = page;
  const summary = summaryOf(page);
  const query = page.title.slice(0, eventSchemas.onSearch.shape.query.maxLength ?? undefined);
  const events: { [H in HookName]: HookEventInput<H> } = {
    beforePublish: { ...fields, pageId, locale, isUpdate: true },
    afterPublish: { ...fields, pageId, locale, isUpdate: true },
    renderHtml: { pageId, ...placeOf(page, bounds), locale, page: summary },
    onSearch: { query, locale, results: [{ ...summary, score: 1 }] },
    onSchedule: { scheduledAt: new Date().toISOString() },
  };
  return events[hook];
}

/** Where the page stands, else the first place that is granted. */
function placeOf({ url }: Page, bounds: Bounds): { readonly url: string; readonly path: string } {
  const path = URL.canParse(url, "http://site") ? new URL(url, "http://site").pathname : "/";
  const [granted] = bounds.paths ?? [];
  return granted === undefined || coversPath(bounds, path) ? { url, path } : { url: granted, path: granted };
}
