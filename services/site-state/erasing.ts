// The way out of what plugins kept: what is due is erased, looked for once more, and then forgotten.
// Rows and portions; the erasing itself is handed in. A failure is tried again later and holds up nothing else.
import { EmgateError } from "../../contracts/errors.ts";
import { ERASE_AGAIN_MS } from "../../contracts/limits.ts";
import type { PluginState, StateOwner } from "../../contracts/site.ts";
import type { Author, Change } from "./changes.ts";
import { forgetStateOf } from "./live-releases.ts";
import { listState, type RetiredRow } from "./retired-state.ts";

/** States that are erased in one alarm, so that it never runs for long. */
const ERASED_AN_ALARM = 4;
/** Milliseconds until what could not be erased is tried again, and between two portions of much. */
const ERASE_RETRY_MS = 60_000;
const ERASE_STEP_MS = 1_000;

/** Erases a portion of it, and tells how many keys were found. */
export type EraseState = (state: PluginState) => Promise<{ readonly keys: number }>;

/**
 * What is to be erased of a plugin, of one major or of all. `change` null: there is nothing of that major. Of all, it is
 * told to the log in any case: keys that no row tells of may be erased with it.
 *
 * @throws CONFLICT where the plugin may use it
 */
export function planErasing(
  sql: SqlStorage,
  { plugin, major }: { readonly plugin: string; readonly major: number | null },
  { by, reason }: Author,
): { readonly states: PluginState[]; readonly change: Change | null } {
  const states = listState(sql, plugin).filter((state) => major === null || state.major === major);
  if (states.length === 0 && major !== null) return { states, change: null };
  const enabled = sql.exec("SELECT 1 FROM installs WHERE plugin = ? AND enabled = 1", plugin).toArray();
  if (enabled.length > 0 && states.some(({ isInUse }) => isInUse)) {
    const why = `plugin ${plugin} is enabled and uses what it keeps`;
    throw new EmgateError("CONFLICT", `${why}: disable it first, or name an old major version`);
  }
  const majors = [...new Set(states.map((state) => state.major))];
  return {
    states,
    change: {
      entry: { kind: "change", action: "erase", actor: by, plugin, reason, detail: { majors } },
      write(_sql, nowMs) {
        for (const state of states) startErasing(sql, state, nowMs + ERASE_AGAIN_MS);
      },
    },
  };
}

/** Erases what is due; called by the site's alarm. */
export async function eraseDueState(storage: DurableObjectStorage, erase: EraseState): Promise<void> {
  const { sql } = storage;
  for (const state of storage.transactionSync(() => takeDueState(sql, Date.now()))) {
    try {
      const { keys } = await erase(state);
      storage.transactionSync(() => settleErasing(sql, state, keys, Date.now()));
    } catch (error) {
      console.error(`what ${state.plugin} kept in major ${state.major} was not erased`, error);
    }
  }
}

/** What is due, marked as being erased: from here on nothing brings it back. */
function takeDueState(sql: SqlStorage, nowMs: number): PluginState[] {
  const due = sql
    .exec<RetiredRow>(
      "SELECT * FROM retired_state WHERE ends_at <= ? ORDER BY ends_at, plugin, install_id, major LIMIT ?",
      nowMs,
      ERASED_AN_ALARM,
    )
    .toArray();
  return due.map(({ plugin, install_id: installId, major, phase, ends_at: endsAtMs }) => {
    const known = listState(sql, plugin).find((s) => s.installId === installId && s.major === major);
    const state = known ?? { plugin, installId, major, isInUse: false, isErasing: true, endsAtMs };
    if (phase !== "empty") startErasing(sql, state, nowMs);
    postpone(sql, state, nowMs + ERASE_RETRY_MS);
    return state;
  });
}

/** Tells how many keys were found and erased. Nothing found twice, with a wait between, is the end of the row. */
export function settleErasing(
  sql: SqlStorage,
  { plugin, installId, major }: StateOwner,
  erased: number,
  nowMs: number,
): void {
  const row = [plugin, installId, major] as const;
  const where = "plugin = ? AND install_id = ? AND major = ?";
  if (erased > 0) {
    const query = `UPDATE retired_state SET phase = 'erasing', ends_at = ? WHERE ${where}`;
    sql.exec(query, nowMs + ERASE_STEP_MS, ...row);
    return;
  }
  sql.exec(`DELETE FROM retired_state WHERE ${where} AND phase = 'empty'`, ...row);
  const query = `UPDATE retired_state SET phase = 'empty', ends_at = ? WHERE ${where} AND phase = 'erasing'`;
  sql.exec(query, nowMs + ERASE_AGAIN_MS, ...row);
}

export function nextRetirementAtMs(sql: SqlStorage): number | null {
  return sql.exec<{ at: number | null }>("SELECT min(ends_at) AS at FROM retired_state").one().at;
}

/** `dueAtMs`: when it is looked after by the alarm, whoever erases it meanwhile. */
export function startErasing(
  sql: SqlStorage,
  state: StateOwner & { isInUse: boolean },
  dueAtMs: number,
): void {
  const { plugin, installId, major, isInUse } = state;
  sql.exec(
    `INSERT INTO retired_state (plugin, install_id, major, phase, ends_at) VALUES (?, ?, ?, 'erasing', ?)
     ON CONFLICT (plugin, install_id, major) DO UPDATE SET phase = excluded.phase, ends_at = excluded.ends_at`,
    plugin,
    installId,
    major,
    dueAtMs,
  );
  forgetStateOf(sql, state);
  if (isInUse) return;
  const query = "DELETE FROM databases WHERE plugin = ? AND install_id = ? AND major = ?";
  sql.exec(query, plugin, installId, major);
}

function postpone(sql: SqlStorage, { plugin, installId, major }: StateOwner, dueAtMs: number): void {
  const query = "UPDATE retired_state SET ends_at = ? WHERE plugin = ? AND install_id = ? AND major = ?";
  sql.exec(query, dueAtMs, plugin, installId, major);
}
