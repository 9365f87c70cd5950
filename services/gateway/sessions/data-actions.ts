// What an admin does with what plugins keep: list, export, erase.
// Nothing is erased that a plugin may use; an export shows one plugin's own keys and rows, as they are.
import { openCursor, ownerNameOf, sealCursor } from "../../../capabilities/index.ts";
import type { DataPage, DataStatus, ErasedData } from "../../../contracts/data.ts";
import { EmgateError } from "../../../contracts/errors.ts";
import type { PluginState, StateOwner } from "../../../contracts/site.ts";
import { type ExportPorts, exportPage } from "../../storage/index.ts";
import { databaseOf, deploymentOf, type Env, exportsOf, siteLogOf, siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import type { Erased } from "../upkeep.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import type { Target } from "./read-state.ts";

interface DataTarget extends Target {
  readonly major?: number | undefined;
}

/** Milliseconds that an admin is kept waiting for an erasure; the rest of it needs nobody. */
const ERASE_PATIENCE_MS = 60_000;

/** What every plugin keeps on the site, also those that were uninstalled. @throws NOT_FOUND */
export async function listData({ ctx, env }: ActionContext, site: string): Promise<DataStatus[]> {
  const states = await siteStateOf(env, site).listState(null);
  return Promise.all(
    states.map(async (state) => {
      const { plugin, installId, major } = state;
      const owner = ownerNameOf(state);
      let totals = await siteLogOf(env, site).keyTotals(owner);
      if (!totals.counted) {
        await exportsOf(ctx).StateUpkeep({ props: { site } }).countKeys({ plugin, installId, major });
        totals = await siteLogOf(env, site).keyTotals(owner);
      }
      const { keys, bytes: keyBytes, counted } = totals;
      const databaseBytes = await readSize(await openDatabase(env, site, state));
      return { plugin, installId, major, ...lifeOf(state), keys, keyBytes, counted, databaseBytes };
    }),
  );
}

/**
 * A page of all that the plugin keeps. It is no picture of one moment: the plugin may go on writing.
 *
 * @throws NOT_FOUND where it keeps nothing on this site
 */
export async function exportData(
  context: ActionContext,
  { site, plugin, major, after }: DataTarget & { readonly after?: string | undefined },
): Promise<DataPage> {
  const { env } = context;
  const state = siteStateOf(env, site);
  const states = (await state.listState(plugin)).filter(
    (candidate) => !candidate.isErasing && (major === undefined || candidate.major === major),
  );
  if (states.length === 0) throw nothingKept({ site, plugin, major });
  // Nobody but the gateway makes one, so that no page is had without an entry in the audit log.
  const purpose = `export/${site}/${plugin}/${major ?? "*"}/${env.EMGATE_KEY}`;
  const mark = after === undefined ? null : await openCursor(after, purpose);
  if (after === undefined) {
    await state.noteExport(plugin, [...new Set(states.map((kept) => kept.major))], actorOf(context));
  } else if (mark === null) {
    throw new EmgateError("INVALID_ARGUMENT", "after: expected the cursor of an earlier page of this export");
  }
  const ports: ExportPorts = {
    kv: env.PLUGIN_KV,
    openDatabase: (owner) => openDatabase(env, site, owner),
  };
  const describe = (kept: PluginState) =>
    ({
      kind: "state",
      site,
      plugin,
      installId: kept.installId,
      major: kept.major,
      ...lifeOf(kept),
    }) as const;
  const page = await exportPage(ports, site, states, describe, mark);
  return { ...page, cursor: page.cursor === null ? null : await sealCursor(page.cursor, purpose) };
}

/**
 * Erases what the plugin keeps, of one major or of all, with what earlier releases left of it. Answers when it is done,
 * or goes on without the caller after a minute.
 *
 * @throws CONFLICT where the plugin is enabled and may use it, NOT_FOUND where there is nothing
 */
export async function deleteData(
  context: ActionContext,
  { site, plugin, major, reason }: DataTarget & { readonly reason?: string | undefined },
): Promise<ErasedData> {
  const { ctx, env } = context;
  const state = siteStateOf(env, site);
  const { states, drainedMs } = await state.beginErasing(plugin, major ?? null, actorOf(context), reason);
  forgetSite(site);
  const upkeep = exportsOf(ctx).StateUpkeep({ props: { site } });
  const giveUpAtMs = Date.now() + ERASE_PATIENCE_MS;
  let keys = 0;
  let databases = 0;
  let isComplete = true;
  for (const erasing of states) {
    const erased = await eraseAll(() => upkeep.erase(erasing), giveUpAtMs);
    keys += erased.keys;
    if (erased.database) databases += 1;
    if (erased.isComplete) await state.settleErasing(erasing, 0);
    else isComplete = false;
  }
  if (major === undefined && isComplete) {
    const erased = await eraseAll(() => upkeep.eraseUnowned(plugin), giveUpAtMs);
    keys += erased.keys;
    isComplete = erased.isComplete;
  }
  if (states.length === 0 && keys === 0) throw nothingKept({ site, plugin, major });
  const majors = [...new Set(states.map((erased) => erased.major))];
  return { plugin, majors, keys, databases, isComplete, drainedMs };
}

/** One portion after the other, until one finds nothing or the time is up. */
async function eraseAll(
  erasePortion: () => Promise<Erased>,
  giveUpAtMs: number,
): Promise<Erased & { readonly isComplete: boolean }> {
  let keys = 0;
  for (;;) {
    const { keys: found, database } = await erasePortion();
    keys += found;
    if (found === 0 || Date.now() >= giveUpAtMs) return { keys, database, isComplete: found === 0 };
  }
}

function nothingKept({ site, plugin, major }: DataTarget): EmgateError {
  const which = major === undefined ? "" : ` in major version ${major}`;
  return new EmgateError("NOT_FOUND", `plugin ${plugin} keeps nothing on site ${site}${which}`);
}

function lifeOf({ isInUse, isErasing, endsAtMs }: PluginState): Pick<DataStatus, "status" | "until"> {
  const status = isErasing ? "erasing" : isInUse ? "in-use" : "kept";
  return { status, until: endsAtMs === null ? null : new Date(endsAtMs).toISOString() };
}

/** By the pool's own word: a site's may be older than the next owner. */
async function openDatabase(
  env: Env,
  site: string,
  { plugin, installId, major }: StateOwner,
): Promise<D1Database | null> {
  const name = await deploymentOf(env).databaseOf({ site, plugin, installId, major });
  return name === null ? null : databaseOf(env, name);
}

/** Bytes as D1 tells them. */
async function readSize(database: D1Database | null): Promise<number | null> {
  if (database === null) return null;
  const { meta } = await database.prepare("SELECT 1").run();
  return meta.size_after;
}
