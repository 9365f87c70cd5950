// The package entry `emgate/core`: what core uses to call hooks and to put their patches into its pages.
// It never throws: a gateway that cannot be reached is an outcome like any other.
import { type HookEventInput, type HookName, hookTable } from "./hooks.ts";
import type { GateOutcome, HookOutcome, NotifyOutcome, RenderOutcome, SearchOutcome } from "./outcome.ts";
import type { HookCallOptions, HooksApi } from "./rpc.ts";

export { applyPatch } from "./apply-patch.ts";
export type { HookEvent, HookEventInput, HookName, Issue } from "./hooks.ts";
export type * from "./outcome.ts";
export type { Page, PageList, PageSummary } from "./page.ts";
export type { ContentSource, ListPagesOptions } from "./ports.ts";
export type { HookCallOptions, HooksApi } from "./rpc.ts";

/** Milliseconds beyond a hook's own total after which the gateway counts as unreachable. */
const GRACE_MS = 2_000;

/** What core calls: each hook, never throwing. */
export interface ConnectedHooks {
  beforePublish(event: HookEventInput<"beforePublish">, options?: HookCallOptions): Promise<GateOutcome>;
  afterPublish(event: HookEventInput<"afterPublish">, options?: HookCallOptions): Promise<NotifyOutcome>;
  renderHtml(event: HookEventInput<"renderHtml">, options?: HookCallOptions): Promise<RenderOutcome>;
  onSearch(event: HookEventInput<"onSearch">, options?: HookCallOptions): Promise<SearchOutcome>;
  onSchedule(event: HookEventInput<"onSchedule">, options?: HookCallOptions): Promise<NotifyOutcome>;
}

export interface ConnectOptions {
  /** What beforePublish answers when no gateway does; `refuse` unless a site would rather publish. */
  readonly onUnavailable?: "refuse" | "allow";
}

/** Outcomes that stand for «nobody answered»; `queued: 0` tells core to keep its outbox row. */
type UnavailableOutcome = HookOutcome & { readonly unavailable: true };

/**
 * Wraps the `Hooks` binding or a CoreSession so that a call never throws.
 *
 * @param hooks a service binding to the `Hooks` entrypoint, or an authenticated CoreSession
 * @example
 * const plugins = connectHooks(env.PLUGINS, { onUnavailable: "refuse" });
 * const outcome = await plugins.beforePublish({ pageId, ...page }, { content });
 * if (!outcome.allow) return refuse(outcome.issues);
 */
export function connectHooks(hooks: HooksApi, options: ConnectOptions = {}): ConnectedHooks {
  const refuse = (options.onUnavailable ?? "refuse") === "refuse";
  return {
    beforePublish: (event, call) =>
      answerOr("beforePublish", () => hooks.beforePublish(event, call), {
        allow: !refuse,
        issues: [],
        refusedBy: [],
        unavailable: true,
        trace: emptyTrace(),
      }),
    afterPublish: (event, call) =>
      answerOr("afterPublish", () => hooks.afterPublish(event, call), {
        queued: 0,
        unavailable: true,
        trace: emptyTrace(),
      }),
    renderHtml: (event, call) =>
      answerOr("renderHtml", () => hooks.renderHtml(event, call), {
        patch: {},
        cacheTags: [],
        skipped: [],
        unavailable: true,
        trace: emptyTrace(),
      }),
    onSearch: (event, call) =>
      answerOr("onSearch", () => hooks.onSearch(event, call), {
        order: (event.results ?? []).map(({ id }) => id),
        hidden: [],
        unavailable: true,
        trace: emptyTrace(),
      }),
    onSchedule: (event, call) =>
      answerOr("onSchedule", () => hooks.onSchedule(event, call), {
        queued: 0,
        unavailable: true,
        trace: emptyTrace(),
      }),
  };
}

function emptyTrace(): HookOutcome["trace"] {
  return { id: "", plugins: [] };
}

/** The call's answer, or `fallback` when it throws or outlasts the hook's own total. */
async function answerOr<T>(
  hook: HookName,
  call: () => Promise<T>,
  fallback: T & UnavailableOutcome,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(fallback), hookTable[hook].totalMs + GRACE_MS);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    // Core goes on, and whoever keeps its log learns why.
    console.error(`emgate: ${hook} was not answered`, error);
    return fallback;
  } finally {
    clearTimeout(timer);
  }
}
