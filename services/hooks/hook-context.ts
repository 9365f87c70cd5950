// What a plugin is told about its call, and which page is the event's own.
// Information only: authority lies in the invocation's stub.
import type { Invocation } from "../../capabilities/index.ts";
import type { HookEvent, HookName } from "../../contracts/hooks.ts";
import type { HookContext } from "../../contracts/invocation.ts";
import { defaultSettings } from "../../contracts/manifest.ts";
import type { Page } from "../../contracts/page.ts";
import type { InstalledPlugin, SiteInfo } from "../../contracts/site.ts";
import { pageOfEvent } from "./minimise-event.ts";
import type { PluginCall } from "./runtime.ts";

export function contextOf(
  call: PluginCall,
  install: InstalledPlugin,
  site: SiteInfo,
  { terms }: Invocation,
): HookContext {
  const { id, url, name, locale } = site;
  return {
    hook: call.hook,
    site: id,
    siteUrl: url,
    siteName: name,
    plugin: install.plugin,
    version: install.version,
    invocationId: call.invocationId,
    deadline: terms.deadlineMs,
    locale: localeOf(call.event) ?? locale,
    settings: defaultSettings(install.manifest),
    attempt: call.attempt,
    idempotencyKey: call.idempotencyKey,
    scopes: [...terms.authority.keys()],
  };
}

function localeOf(event: unknown): string | null {
  const locale = (event as { locale?: unknown }).locale; // an event is an object: its schema says so
  return typeof locale === "string" ? locale : null;
}

/** The event's own page, which read:pages covers during the call; the schemas have been here before. */
export function eventPageOf(
  hook: HookName,
  event: unknown,
): { eventPage: Page | null; eventPageId: string | null } {
  switch (hook) {
    case "beforePublish":
    case "afterPublish": {
      const page = pageOfEvent(event as HookEvent<"beforePublish"> | HookEvent<"afterPublish">);
      return { eventPage: page, eventPageId: page.id };
    }
    case "renderHtml":
      return { eventPage: null, eventPageId: (event as HookEvent<"renderHtml">).pageId };
    case "onSearch":
    case "onSchedule":
      return { eventPage: null, eventPageId: null };
  }
}
