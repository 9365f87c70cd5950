// Hands out the plugins' databases and takes them back: for the deployment's one object, which alone may.
// No two installs ever hold one; one is empty when it is handed out; a crash at any point leaks none for good.
import {
  DATABASE_CHECK_MS,
  DATABASE_RETRY_MS,
  LEASE_MARGIN_MS,
  MAX_LEASE_TTL_MS,
  STATE_REST_MS,
} from "../../contracts/limits.ts";
import type { DatabaseClaim, DatabaseHolder, PoolDatabase } from "../../contracts/site.ts";
import { appendAudit } from "./audit-log.ts";
import {
  createDatabaseTable,
  type DatabaseRow,
  findTaken,
  listDatabases,
  listDue,
  listTakenBy,
  markChecked,
  nextDueAtMs,
  poolNames,
  readDatabase,
  setDue,
  setFree,
  startWiping,
  takeFree,
} from "./databases.ts";

/** What the pool needs of others: a look into a database, its wiping, and a site's word on whether it needs one. */
export interface PoolPorts {
  isEmpty(name: string): Promise<boolean>;
  wipe(name: string): Promise<void>;
  /** Null: the install does not stand, or does not need it any more, and never will again. */
  claimOf(holder: DatabaseHolder): Promise<DatabaseClaim | null>;
}

export class DatabasePool {
  readonly #storage: DurableObjectStorage;
  readonly #names: readonly string[];
  readonly #ports: PoolPorts;
  /** Names of those that are being emptied for their holder: not before that has ended may another get one. */
  readonly #emptied = new Set<string>();

  /** Makes the table: call it where the object's other tables are made. */
  constructor(storage: DurableObjectStorage, env: object, ports: PoolPorts) {
    this.#storage = storage;
    this.#names = poolNames(env);
    this.#ports = ports;
    createDatabaseTable(storage.sql, env, Date.now());
  }

  list(): PoolDatabase[] {
    return listDatabases(this.#storage.sql, this.#names);
  }

  /**
   * The database of the holder's, the same one each time. The site has written down that it asks before it does
   * (SiteState.reserveDatabase), so that whoever asks the site from here on hears of it.
   *
   * @throws POOL_EMPTY
   */
  async allot(holder: DatabaseHolder): Promise<string> {
    const { sql } = this.#storage;
    for (;;) {
      const held = findTaken(sql, holder);
      const name = held?.name ?? this.#take(holder);
      // Another time than before: who is asking the site now must not take it away by what it says of before.
      setDue(sql, name, Math.max((held?.due_at ?? 0) + 1, Date.now() + DATABASE_CHECK_MS));
      await this.#setAlarm();
      if (held?.checked === 1 || (await this.#passesCheck(name, holder))) return name;
    }
  }

  /** The name of the holder's database, or null. */
  nameOf(holder: DatabaseHolder): string | null {
    return findTaken(this.#storage.sql, holder)?.name ?? null;
  }

  /** What the install held, in one major or in all, is nobody's any more; it is wiped when what was admitted has landed. */
  async giveBack(install: Omit<DatabaseHolder, "major">, major: number | null = null): Promise<void> {
    for (const row of listTakenBy(this.#storage.sql, install)) {
      if (major === null || row.major === major) this.#startWiping(row.name, STATE_REST_MS);
    }
    await this.#setAlarm();
  }

  /** Empties the holder's database, which stays the holder's. False: it has none. */
  async erase(holder: DatabaseHolder): Promise<boolean> {
    const row = findTaken(this.#storage.sql, holder);
    if (row === null) return false;
    this.#note("erase", row);
    this.#emptied.add(row.name);
    try {
      await this.#ports.wipe(row.name);
    } finally {
      this.#emptied.delete(row.name);
    }
    return true;
  }

  /** Wipes what is due and asks sites what has become of their plugins; one that fails is tried again. */
  async workOffDue(): Promise<void> {
    for (const row of listDue(this.#storage.sql, Date.now())) {
      try {
        if (row.state === "wiping") await this.#wipe(row);
        else await this.#reconcile(row);
      } catch (error) {
        console.error(
          `database ${row.name}: its ${row.state === "wiping" ? "wiping" : "check"} failed`,
          error,
        );
        const { due_at: dueAtMs } = readDatabase(this.#storage.sql, row.name) ?? {};
        // Another call may have moved it on; then that one's time counts.
        if (dueAtMs === row.due_at) setDue(this.#storage.sql, row.name, Date.now() + DATABASE_RETRY_MS);
      }
    }
    await this.#setAlarm();
  }

  /** Whether it was empty; one that was not is wiped again, and not handed out. */
  async #passesCheck(name: string, holder: DatabaseHolder): Promise<boolean> {
    const isEmpty = await this.#ports.isEmpty(name);
    const row = readDatabase(this.#storage.sql, name);
    const isStillOurs = row?.state === "taken" && row.install_id === holder.installId;
    if (!isStillOurs) return false;
    // Another call for the same install has looked before, and the plugin may have written since.
    if (row.checked === 1) return true;
    if (isEmpty) {
      markChecked(this.#storage.sql, name);
      return true;
    }
    this.#startWiping(name, 0);
    await this.#setAlarm();
    return false;
  }

  /** Asks the site whether the holder still needs it; where it does not, the database is on its way back. */
  async #reconcile(row: DatabaseRow): Promise<void> {
    const { name, site, plugin, install_id: installId, major } = row;
    if (site === null || plugin === null || installId === null || major === null) return;
    const claim = await this.#ports.claimOf({ site, plugin, installId, major });
    const now = readDatabase(this.#storage.sql, name);
    // Allotted again, or given back, while the site was asked: what it said is of before.
    if (now?.state !== "taken" || now.due_at !== row.due_at) return;
    const nowMs = Date.now();
    if (claim !== null) {
      setDue(
        this.#storage.sql,
        name,
        Math.min(claim.endsAtMs ?? Number.POSITIVE_INFINITY, nowMs + DATABASE_CHECK_MS),
      );
      return;
    }
    // The install may have ended just now, with an acknowledgement that is still to come.
    this.#startWiping(name, MAX_LEASE_TTL_MS + LEASE_MARGIN_MS + STATE_REST_MS);
  }

  async #wipe(row: DatabaseRow): Promise<void> {
    if (this.#emptied.has(row.name)) throw new Error("it is still being emptied for its last holder");
    await this.#ports.wipe(row.name);
    this.#storage.transactionSync(() => {
      setFree(this.#storage.sql, row.name, Date.now());
      this.#note("free", row);
    });
  }

  /** @throws POOL_EMPTY */
  #take(holder: DatabaseHolder): string {
    return this.#storage.transactionSync(() => {
      const name = takeFree(this.#storage.sql, this.#names, holder, Date.now());
      this.#note("allot", { ...holder, name });
      return name;
    });
  }

  #startWiping(name: string, inMs: number): void {
    const nowMs = Date.now();
    this.#storage.transactionSync(() => {
      startWiping(this.#storage.sql, name, nowMs + inMs, nowMs);
      this.#note("give-back", readDatabase(this.#storage.sql, name));
    });
  }

  /** Tells the deployment's log of what became of a database, and whose it is or was. */
  #note(
    action: "allot" | "erase" | "give-back" | "free",
    about: Pick<DatabaseRow, "name" | "site" | "plugin" | "major"> | null,
  ): void {
    if (about === null) return;
    const { name, site, plugin, major } = about;
    const entry = { kind: "database", action, actor: "system", plugin: plugin ?? undefined } as const;
    appendAudit(this.#storage.sql, { ...entry, detail: { name, site, major } }, Date.now());
  }

  async #setAlarm(): Promise<void> {
    const dueAtMs = nextDueAtMs(this.#storage.sql);
    if (dueAtMs === null) await this.#storage.deleteAlarm();
    else await this.#storage.setAlarm(dueAtMs);
  }
}
