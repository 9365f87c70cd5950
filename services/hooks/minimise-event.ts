// Cuts an event down to what a plugin's authority covers: without read:pages, ids alone.
// Ids are copied by name into a new object, so that a field added later stays out until it is listed.
import { findUncovered, type PartOfPage, viewPage } from "../../capabilities/index.ts";
import type { Authority } from "../../contracts/grant.ts";
import type { HookEvent, HookName } from "../../contracts/hooks.ts";
import type { Page } from "../../contracts/page.ts";

/** The event as this plugin may see it. `event` has passed the hook's schema. */
export function minimiseEvent(hook: HookName, event: unknown, authority: Authority): unknown {
  switch (hook) {
    case "beforePublish":
      return minimisePublication(event as HookEvent<"beforePublish">, authority);
    case "afterPublish":
      return minimisePublication(event as HookEvent<"afterPublish">, authority);
    case "renderHtml": {
      const { page, ...ids } = event as HookEvent<"renderHtml">;
      return { ...ids, page: page && viewFor(authority, page) };
    }
    case "onSearch": {
      const { results, ...rest } = event as HookEvent<"onSearch">;
      return {
        ...rest,
        results: results.map(
          (result) => viewFor(authority, result) ?? { id: result.id, score: result.score },
        ),
      };
    }
    case "onSchedule":
      return event;
  }
}

/** The page that a publication's event carries flat, as a Page. */
export function pageOfEvent(event: HookEvent<"beforePublish"> | HookEvent<"afterPublish">): Page {
  const { api: _api, pageId, isUpdate: _isUpdate, ...page } = event;
  const { previous: _previous, cursor: _cursor, ...whole } = { previous: null, cursor: null, ...page };
  return { id: pageId, ...whole };
}

function minimisePublication(
  event: HookEvent<"beforePublish"> | HookEvent<"afterPublish">,
  authority: Authority,
): unknown {
  const seen = viewFor(authority, event);
  if (seen === null) {
    const { api, pageId, collection, slug, locale, isUpdate } = event;
    // A cursor is the plugin's own word, come back.
    const cursor = "cursor" in event && event.cursor !== undefined ? { cursor: event.cursor } : {};
    return { api, pageId, collection, slug, locale, isUpdate, ...cursor };
  }
  if (!("previous" in seen) || seen.previous === null) return seen;
  // A page that was moved here was in a collection or a locale that may lie outside the caveats.
  return { ...seen, previous: viewFor(authority, seen.previous) };
}

/** What the plugin may see of this page, or of what carries one flat; null where it may see nothing. */
function viewFor<P extends PartOfPage>(authority: Authority, page: P): P | null {
  const caveats = authority.get("read:pages");
  if (caveats === undefined || findUncovered(caveats, page) !== null) return null;
  return viewPage(page, caveats);
}
