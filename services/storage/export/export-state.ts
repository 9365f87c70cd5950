// A page of an export of what a plugin keeps: one state after the other, each with its keys, then its database.
// A page ends at some megabytes. Its cursor is sealed by whoever calls: here it is believed.
import type { DataEntry, DataPage } from "../../../contracts/data.ts";
import type { PluginState, StateOwner } from "../../../contracts/site.ts";
import { type DatabaseMark, exportDatabase } from "./export-database.ts";
import { exportKeys } from "./export-keys.ts";

/** Characters of a page: it crosses RPC, where a message has 32 MiB, and the last part of it may be the largest. */
const PAGE_CHARS = 2_000_000;
/** Parts of a page, each of some queries or subrequests: a request has a thousand, and a database may be all tables. */
const PAGE_PARTS = 64;

/** Where an export stands: in which state, and how far in it. */
interface Cursor {
  readonly installId: string;
  readonly major: number;
  readonly at:
    | { readonly in: "start" }
    | { readonly in: "keys"; readonly after: string | null }
    | { readonly in: "database"; readonly mark: DatabaseMark };
}

export interface ExportPorts {
  readonly kv: KVNamespace;
  /** Null: it has none. */
  openDatabase(owner: StateOwner): Promise<D1Database | null>;
}

/** `describe`: the line that a state begins with; `after`: the cursor of the page before. */
export async function exportPage(
  ports: ExportPorts,
  site: string,
  states: readonly PluginState[],
  describe: (state: PluginState) => DataEntry,
  after: string | null,
): Promise<DataPage> {
  const ordered = [...states].sort(compareOwners);
  // Written below, and sealed since.
  let cursor = after === null ? startAt(ordered[0]) : (JSON.parse(after) as Cursor);
  const entries: DataEntry[] = [];
  let chars = 0;
  for (let part = 0; cursor !== null && part < PAGE_PARTS && chars < PAGE_CHARS; part += 1) {
    const exported: { entries: readonly DataEntry[]; next: Cursor | null } = await exportPart(
      ports,
      site,
      ordered,
      describe,
      cursor,
    );
    entries.push(...exported.entries);
    chars += exported.entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
    cursor = exported.next;
  }
  return { entries, cursor: cursor === null ? null : JSON.stringify(cursor) };
}

async function exportPart(
  { kv, openDatabase }: ExportPorts,
  site: string,
  states: readonly PluginState[],
  describe: (state: PluginState) => DataEntry,
  cursor: Cursor,
): Promise<{ entries: readonly DataEntry[]; next: Cursor | null }> {
  const { installId, major, at } = cursor;
  const following = startAt(states.find((state) => compareOwners(state, cursor) > 0));
  const state = states.find((candidate) => compareOwners(candidate, cursor) === 0);
  // Erased meanwhile.
  if (state === undefined) return { entries: [], next: following };
  const goOn = (next: Cursor["at"]): Cursor => ({ installId, major, at: next });
  switch (at.in) {
    case "start":
      return { entries: [describe(state)], next: goOn({ in: "keys", after: null }) };
    case "keys": {
      const { entries, cursor: key } = await exportKeys(kv, site, state, at.after);
      const database: Cursor["at"] = { in: "database", mark: { at: "table", table: null } };
      return { entries, next: goOn(key === null ? database : { in: "keys", after: key }) };
    }
    case "database": {
      const database = await openDatabase(state);
      if (database === null) return { entries: [], next: following };
      const { entries, next } = await exportDatabase(database, at.mark);
      return { entries, next: next === null ? following : goOn({ in: "database", mark: next }) };
    }
  }
}

function startAt(state: StateOwner | undefined): Cursor | null {
  if (state === undefined) return null;
  return { installId: state.installId, major: state.major, at: { in: "start" } };
}

/** An order that stays when states come and go. */
function compareOwners(
  a: Pick<StateOwner, "installId" | "major">,
  b: Pick<StateOwner, "installId" | "major">,
): number {
  if (a.installId !== b.installId) return a.installId < b.installId ? -1 : 1;
  return a.major - b.major;
}
