// What an admin does with the reference core's content, and with single calls of plugins.
import { connectHooks } from "../../../contracts/core.ts";
import { type HookName, hookTable } from "../../../contracts/hooks.ts";
import type { RunReport } from "../../../contracts/outcome.ts";
import type { Page } from "../../../contracts/page.ts";
import type { ImportReport, PublishReport } from "../../../contracts/rpc.ts";
import { importSeed, type OnConflict, publishPage, putPages } from "../../core/index.ts";
import { parseEvent } from "../../hooks/index.ts";
import { exportsOf } from "../env.ts";
import { wireCore } from "../wiring.ts";
import type { ActionContext } from "./action-context.ts";
import { assertStanding } from "./assert-standing.ts";

interface Target {
  readonly site: string;
}

export async function importContent(
  { ctx, env }: ActionContext,
  { site, seed, onConflict }: Target & { readonly seed: string; readonly onConflict: OnConflict },
): Promise<ImportReport> {
  return importSeed(await wireCore(ctx, env, site), seed, onConflict);
}

export async function putContent(
  { ctx, env }: ActionContext,
  { site, pages }: Target & { readonly pages: readonly Page[] },
): Promise<{ written: number }> {
  return putPages(await wireCore(ctx, env, site), pages);
}

/** Who may publish is asked again behind the gate, which may take long: the page goes live by that answer. */
export async function publishContent(
  { ctx, env, identity }: ActionContext,
  { site, page }: Target & { readonly page: string },
): Promise<PublishReport> {
  const hooks = connectHooks(exportsOf(ctx).Hooks({ props: { site } }), { onUnavailable: "refuse" });
  const asked: typeof hooks = {
    ...hooks,
    async beforePublish(event, options) {
      const outcome = await hooks.beforePublish(event, options);
      await assertStanding(ctx, env, identity);
      return outcome;
    },
  };
  return publishPage(await wireCore(ctx, env, site), asked, page);
}

/** One call of one plugin, with its logs and its own result, in an I/O context that ends with it. */
export async function runPluginHook(
  { ctx }: ActionContext,
  {
    site,
    plugin,
    hook,
    event,
  }: Target & { readonly plugin: string; readonly hook: HookName; readonly event?: unknown },
): Promise<RunReport> {
  const parsed = parseEvent(hook, event);
  const invocationId = crypto.randomUUID();
  const { outcome, result, error, calls, logs, ms } = await exportsOf(ctx)
    .Invocation({ props: { site } })
    .tryOut({
      site,
      plugin,
      hook,
      event: parsed,
      invocationId,
      totalDeadlineMs: Date.now() + hookTable[hook].totalMs,
      attempt: 1,
      idempotencyKey: invocationId,
    });
  return { outcome, result, ...(error && { error }), calls, logs, durationMs: ms };
}
