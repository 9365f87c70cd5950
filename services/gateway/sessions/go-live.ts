// The last way of a version to its grant: its migrations, then what the major before had kept, then the switch.
// The version before serves until the switch, but for the time of a move; what fails before it changes nothing of it.
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import { authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { majorOf } from "../../../contracts/ids.ts";
import { DEFAULT_DATABASE_BYTES, migrateWork } from "../../../contracts/limits.ts";
import type { LogLine } from "../../../contracts/outcome.ts";
import type { PluginHistory } from "../../../contracts/site.ts";
import type { StateMove } from "../../hooks/index.ts";
import { type ConsentTarget, readMigrations } from "../../registry/index.ts";
import { type Drained, isStateGone } from "../../site-state/index.ts";
import { applyMigrations } from "../../storage/index.ts";
import { databaseOf, exportsOf, registryOf, siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import { watchWork } from "../watchdog.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import { type GrantRecord, putGrant } from "./put-grant.ts";

/** Lines of the plugin's log that its admin is told with a failure. */
const MAX_TOLD_LINES = 10;

/**
 * Signs `claims` for `target`. Where that is of a higher major than the version that was live last, that one is frozen
 * and the new one's `migrate` called, if it has one; going down nothing is called, since what was there is found again.
 *
 * @throws CONFLICT when the state has changed meanwhile, PLUGIN_ERROR where a migration or `migrate` fails
 */
export async function goLive(
  context: ActionContext,
  target: ConsentTarget,
  claims: GrantClaims,
  record: GrantRecord,
): Promise<Drained> {
  const history = await siteStateOf(context.env, claims.site).history(target.plugin);
  const { current } = history;
  const migrations = await runMigrations(context, target, claims, databaseNameOf(history, target));
  const noted = migrations.length === 0 ? record : { ...record, detail: { ...record.detail, migrations } };
  if (current === null || majorOf(current.version) >= majorOf(target.version)) {
    return putGrant(context, claims, noted);
  }
  return moveState(context, { target, claims, record: noted });
}

/**
 * Runs what has not run in the database of the version's own major, where it is granted one; answers their names.
 *
 * @throws PLUGIN_ERROR where one fails, CONFLICT where the database was given back meanwhile
 */
export async function runMigrations(
  { env }: ActionContext,
  target: Pick<ConsentTarget, "plugin" | "version" | "code" | "manifestDigest">,
  claims: GrantClaims,
  name: string | null,
): Promise<readonly string[]> {
  const caveats = authorityOf(claims).get("use:db");
  if (caveats === undefined) return [];
  const migrations = await readMigrations(registryOf(env), target);
  if (migrations.length === 0) return [];
  const { plugin, version } = target;
  const database = name === null ? null : databaseOf(env, name);
  if (database === null) throw new EmgateError("UNAVAILABLE", `plugin ${plugin}: its database is not there`);
  const maxBytes = caveats.maxBytes ?? DEFAULT_DATABASE_BYTES;
  const run = { site: claims.site, plugin, hook: "migrate", waitMs: migrateWork.timeoutMs } as const;
  const assertHeld = async () => {
    if (databaseNameOf(await siteStateOf(env, claims.site).history(plugin), target) === name) return;
    throw new EmgateError("CONFLICT", `plugin ${plugin} changed meanwhile; look at it again`);
  };
  return watchWork(env, run, () =>
    applyMigrations(database, migrations, { plugin, version, maxBytes, assertHeld }),
  );
}

interface Move {
  readonly target: ConsentTarget;
  readonly claims: GrantClaims;
  readonly record: GrantRecord;
}

/** Nothing writes into the old state from the freeze to the switch, so that no acknowledged write is left behind. */
async function moveState(context: ActionContext, move: Move): Promise<Drained> {
  const { target, claims, record } = move;
  const { site } = claims;
  const { plugin, version } = target;
  const state = siteStateOf(context.env, site);
  const { freeze } = await state.freeze(plugin, version, actorOf(context));
  forgetSite(site);
  try {
    // Under the freeze, since nothing that is told of then is erased before the move is over.
    const history = await state.history(plugin);
    const from = findFormerState(history);
    const database = databaseNameOf(history, target);
    if (from !== null) await callMigrate(context, { ...move, from, database, freeze });
    return await putGrant(context, claims, { ...record, freeze });
  } catch (error) {
    // Best effort: a freeze that nobody ends is over by itself.
    const reason = toWireError(error).message;
    await state.thaw(plugin, freeze, actorOf(context), reason).catch((failure: unknown) => {
      console.error("a freeze was not ended", failure);
    });
    forgetSite(site);
    throw error;
  }
}

/** What the version that was live last has kept, or null: it is kept for a week, unless an admin erases it. */
function findFormerState(history: PluginHistory): StateMove["from"] | null {
  const { current } = history;
  if (current === null || isStateGone(current, Date.now())) return null;
  const database = databaseNameOf(history, current);
  const hadDatabase = current.manifest.scopes.some(({ scope }) => scope === "use:db");
  return hadDatabase && database === null ? null : { version: current.version, database };
}

function databaseNameOf(
  { databases }: PluginHistory,
  { version }: Pick<ConsentTarget, "version">,
): string | null {
  return databases.find(({ major }) => major === majorOf(version))?.name ?? null;
}

/** @throws PLUGIN_ERROR where it fails, with the code of its failure and the last lines of its log in `details` */
async function callMigrate(
  { ctx }: ActionContext,
  { target, claims, from, database, freeze }: Move & Pick<StateMove, "from" | "database" | "freeze">,
): Promise<void> {
  const { plugin, version, code, manifestDigest } = target;
  const authority = [...authorityOf(claims)];
  const { error, logs } = await exportsOf(ctx)
    .StateMoves({ props: { site: claims.site } })
    .run({ plugin, code, manifestDigest, authority, freeze, from, database });
  if (error === null) return;
  const message = `${plugin} ${version} is not live: ${error.message}; ${from.version} stays, with all that it kept`;
  throw new EmgateError("PLUGIN_ERROR", message, { details: { code: error.code, logs: tellLogs(logs) } });
}

/** The last lines without the stacks below them: the whole is in the plugin's log. */
function tellLogs(logs: readonly LogLine[]): Pick<LogLine, "level" | "message">[] {
  return logs
    .slice(-MAX_TOLD_LINES)
    .map(({ level, message }) => ({ level, message: message.split("\n", 1)[0] ?? "" }));
}
