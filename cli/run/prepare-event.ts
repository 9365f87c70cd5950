// Reads the event of a call and the page that comes with it.
// Never completes an event: what core would have to send, the file must hold.
import { EmgateError } from "../../contracts/errors.ts";
import { eventSchemas, type HookName } from "../../contracts/hooks.ts";
import { type Page, pageSchema } from "../../contracts/page.ts";

export interface PreparedEvent {
  /** As it was given; the gateway parses it again. */
  readonly event: unknown;
  /** The page that the event is about, for the throwaway site; null when it names none. */
  readonly page: Page | null;
}

/** @throws EmgateError INVALID_ARGUMENT naming the field that is missing or wrong */
export function prepareEvent(hook: HookName, event: unknown): PreparedEvent {
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new EmgateError("INVALID_ARGUMENT", `the event of ${hook} must be a JSON object`);
  }
  const parsed = eventSchemas[hook].safeParse(event);
  if (parsed.success) return { event, page: findPage(hook, event) };
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String).join(".") ?? "";
  const missing = path !== "" && !hasField(event, issue?.path ?? []);
  const why = missing ? `the field ${path} is missing` : `${path}: ${issue?.message ?? "malformed"}`;
  throw new EmgateError("INVALID_ARGUMENT", `the event of ${hook}: ${why}`, { details: { path } });
}

function findPage(hook: HookName, event: object): Page | null {
  switch (hook) {
    case "beforePublish":
      return parsePage({ ...event, id: pageIdOf(event) });
    case "afterPublish":
      return parsePage({ status: "published", ...event, id: pageIdOf(event) });
    case "renderHtml": {
      const page = "page" in event ? event.page : null;
      // A page that is being rendered is public, unless the event says otherwise.
      return page ? parsePage({ status: "published", ...page }) : null;
    }
    case "onSearch":
    case "onSchedule":
      return null;
  }
}

function pageIdOf(event: object): unknown {
  return "pageId" in event ? event.pageId : undefined;
}

/** The event was parsed before, and its fields are the page's. */
function parsePage(page: object): Page {
  return pageSchema.parse(page);
}

function hasField(event: object, path: readonly PropertyKey[]): boolean {
  let inner: unknown = event;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return false;
    inner = Reflect.get(inner, key);
  }
  return true;
}
