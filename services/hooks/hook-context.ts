// What a plugin is told about its call, and which page is the event's own.
// Information only: authority lies in the invocation's stub.
import type { Invocation } from "../../capabilities/index.ts";
import { membersOf } from "../../contracts/api-members.ts";
import type { InvocationTerms } from "../../contracts/capability.ts";
import type { Authority } from "../../contracts/grant.ts";
import type { HookEvent, HookName, PluginMethod } from "../../contracts/hooks.ts";
import type { HookContext } from "../../contracts/invocation.ts";
import { effectiveSettings, type Manifest } from "../../contracts/manifest.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { InstalledPlugin, SiteInfo } from "../../contracts/site.ts";
import { pageOfEvent } from "./minimise-event.ts";
import type { PluginCall } from "./runtime.ts";

export function contextOf(
  call: Pick<PluginCall, "event" | "invocationId" | "attempt" | "idempotencyKey"> & {
    readonly hook: PluginMethod;
  },
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
    settings: effectiveSettings(install.manifest, install.settings),
    attempt: call.attempt,
    idempotencyKey: call.idempotencyKey,
    scopes: [...terms.authority.keys()],
    ...missingMembersOf(install.manifest, terms.authority),
  };
}

/** An optional scope that was left out takes its members with it, so that `api.kv?.put` tells. */
function missingMembersOf(manifest: Manifest, authority: Authority): Pick<HookContext, "missing"> {
  const withheld = manifest.scopes.filter(
    ({ scope, optional }) => optional === true && !authority.has(scope),
  );
  if (withheld.length === 0) return {};
  const missing = withheld.flatMap(({ scope }) => membersOf[scope] ?? []);
  const isKv = (scope: Scope) => scope === "read:kv" || scope === "write:kv";
  const kvStays = manifest.scopes.some(
    ({ scope, optional }) => isKv(scope) && (optional !== true || authority.has(scope)),
  );
  return { missing: kvStays || !withheld.some(({ scope }) => isKv(scope)) ? missing : [...missing, "kv"] };
}

function localeOf(event: unknown): string | null {
  const locale = (event as { locale?: unknown }).locale; // an event is an object: its schema says so
  return typeof locale === "string" ? locale : null;
}

/** The event's own page, which read:pages covers during the call; the schemas have been here before. */
export function eventPageOf(
  hook: HookName,
  event: unknown,
): Pick<InvocationTerms, "eventPage" | "eventPageId"> {
  switch (hook) {
    case "beforePublish":
    case "afterPublish": {
      const publication = event as HookEvent<"beforePublish"> | HookEvent<"afterPublish">;
      return { eventPage: () => pageOfEvent(publication), eventPageId: publication.pageId };
    }
    case "renderHtml":
      return { eventPage: () => null, eventPageId: (event as HookEvent<"renderHtml">).pageId };
    case "onSearch":
    case "onSchedule":
      return { eventPage: () => null, eventPageId: null };
  }
}
