// Publishing: the gate asks the plugins, one transaction puts the page live, the outbox tells them.
// A page that is refused, or that changed while the plugins looked at it, stays exactly as it is.
import type { ConnectedHooks, GateOutcome, HookEventInput } from "../../contracts/core.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { Page } from "../../contracts/page.ts";
import type { ContentSource } from "../../contracts/ports.ts";
import type { PublishReport } from "../../contracts/rpc.ts";
import { findPageRow } from "./content-source.ts";
import { type CoreContext, isoTime } from "./context.ts";
import { textOfHtml } from "./html.ts";
import { flushOutbox, HANDOVER_MS, handOver } from "./outbox.ts";
import { type PageRow, pageOfRow } from "./page-row.ts";

export interface PublishOptions {
  /** What the plugins read pages from during the gate; what the gateway has bound when absent. */
  readonly content?: ContentSource;
}

/**
 * Publishes a page through the hooks: a draft goes live, a published page is published anew.
 *
 * @param ref a page's id or `collection/slug`
 * @returns `published: false` with the gate's outcome when a plugin refused
 * @throws NOT_FOUND naming the page; CONFLICT when it was changed while the plugins looked at it
 */
export async function publishPage(
  core: CoreContext,
  hooks: ConnectedHooks,
  ref: string,
  options: PublishOptions = {},
): Promise<PublishReport> {
  const row = await findPageRow(core, ref);
  if (row === null)
    throw new EmgateError("NOT_FOUND", `no page ${JSON.stringify(ref.slice(0, 200))} in this site`);
  const page = pageOfRow(core, row);
  const isUpdate = row.status === "published";
  const outcome = await hooks.beforePublish(
    { ...eventOf(page, isUpdate), previous: isUpdate ? page : null },
    options.content === undefined ? {} : { content: options.content },
  );
  if (!outcome.allow) return reportOf(page, false, outcome);

  const live = await putLive(core, row, page, isUpdate);
  await handOver(core, hooks, live.outboxRow);
  await flushOutbox(core, hooks);
  return reportOf(live.page, true, outcome);
}

/** The page flat, as the contract has it, beside its id. */
function eventOf(page: Page, isUpdate: boolean): HookEventInput<"afterPublish"> {
  const { id, ...fields } = page;
  return { api: 1, pageId: id, isUpdate, ...fields };
}

function reportOf(page: Page, published: boolean, outcome: GateOutcome): PublishReport {
  return { published, page: page.id, url: published ? page.url : null, outcome };
}

/** Page, search index and outbox in one transaction, which the outbox row's look at the revision guards. */
async function putLive(core: CoreContext, row: PageRow, read: Page, isUpdate: boolean) {
  const nowMs = core.clock();
  // Later than the last write even if the clock stood still: (pageId, updatedAt) names one publication.
  const updatedAt = isoTime(Math.max(nowMs, Date.parse(row.updated_at) + 1));
  const page: Page = {
    ...read,
    status: "published",
    publishedAt: row.published_at ?? updatedAt,
    updatedAt,
  };
  const outboxRow = {
    id: `${row.id}@${updatedAt}`,
    event: JSON.stringify(eventOf(page, isUpdate)),
    attempts: 0,
  };
  try {
    await core.db.batch([
      core.db
        .prepare(
          `INSERT INTO outbox (site, id, page_seq, event, due_at)
           VALUES (?1, ?2, (SELECT seq FROM pages WHERE seq = ?3 AND revision = ?4), ?5, ?6)`,
        )
        .bind(core.site, outboxRow.id, row.seq, row.revision, outboxRow.event, nowMs + HANDOVER_MS),
      core.db
        .prepare(
          `UPDATE pages SET status = 'published', revision = revision + 1, published_at = ?2, updated_at = ?3
           WHERE seq = ?1`,
        )
        .bind(row.seq, page.publishedAt, page.updatedAt),
      core.db.prepare("DELETE FROM page_index WHERE rowid = ?1").bind(row.seq),
      core.db
        .prepare("INSERT INTO page_index (rowid, site, title, excerpt, body) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(row.seq, core.site, page.title, page.excerpt, textOfHtml(page.html)),
    ]);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : "";
    if (!/constraint failed: outbox\./.test(message)) throw thrown;
    throw new EmgateError(
      "CONFLICT",
      `${page.collection}/${page.slug} was changed while it was being published; nothing went live. Try again`,
      { cause: thrown },
    );
  }
  return { page, outboxRow };
}
