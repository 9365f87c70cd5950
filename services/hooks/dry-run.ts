// Calls each hook of a plugin once under an authority that an admin is about to sign, and tells what would fail.
// The runtime it is given keeps nothing of what the plugin does (gateway/wiring.ts).
import type { Liveness } from "../../contracts/capability.ts";
import type { DryRunResult } from "../../contracts/consent.ts";
import type { Authority } from "../../contracts/grant.ts";
import { eventSchemaOf, type HookEventInput, type HookName, hookTable } from "../../contracts/hooks.ts";
import { hooksOf } from "../../contracts/manifest.ts";
import { type Page, pageSchema, summaryOf } from "../../contracts/page.ts";
import { type ContentSource, contentAnswers } from "../../contracts/ports.ts";
import type { InstalledPlugin } from "../../contracts/site.ts";
import { profileAllows } from "./authority.ts";
import { requireTransform } from "./check-results.ts";
import { invokePlugin } from "./invoke.ts";
import type { HookRuntime, SiteLease } from "./runtime.ts";

const SAMPLE_PAGE = {
  id: "posts:sample",
  collection: "posts",
  slug: "sample",
  url: "/posts/sample",
  title: "A page to try plugins on",
  excerpt: "It stands for the pages of a site that has published none.",
  status: "published",
  html: "<p>Some text.</p>",
};

/** Nothing stands behind a dry run that could be revoked. */
const ALWAYS_LIVE: Liveness = { state: () => "live", refresh: async () => {} };

/**
 * What came of each hook that `authority` admits. `install` is the version to try, `site` the name its isolate
 * and its keys go under, `page` a page of the site to show it.
 */
export async function dryRunHooks(
  runtime: HookRuntime,
  lease: SiteLease,
  site: string,
  install: InstalledPlugin,
  authority: Authority,
  page: Page,
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
      event: eventSchemaOf(hook).parse(sampleEvent(hook, page)),
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

/** A page that the site has published, else one that stands for it. */
export async function findSamplePage(content: ContentSource | null): Promise<Page> {
  try {
    const list = contentAnswers.list.parse(await content?.list({ limit: 1 }));
    const found = contentAnswers.get.parse(await content?.get(list.pages[0]?.id ?? ""));
    if (found !== null) return found;
  } catch {
    // A core that cannot be read is no reason not to try the plugin.
  }
  return pageSchema.parse(SAMPLE_PAGE);
}

function sampleEvent(hook: HookName, page: Page): unknown {
  const { id: pageId, ...fields } = page;
  const events: { [H in HookName]: HookEventInput<H> } = {
    beforePublish: { ...fields, pageId, isUpdate: true },
    afterPublish: { ...fields, pageId, isUpdate: true },
    renderHtml: { pageId, url: page.url, path: pathOf(page.url), locale: page.locale, page: summaryOf(page) },
    onSearch: { query: page.title, locale: page.locale, results: [{ ...summaryOf(page), score: 1 }] },
    onSchedule: { scheduledAt: new Date().toISOString() },
  };
  return events[hook];
}

function pathOf(url: string): string {
  return URL.canParse(url, "http://site") ? new URL(url, "http://site").pathname : "/";
}
