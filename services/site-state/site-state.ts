// The Durable Object of one site: its installs, live grants, order, policy and durable hook work.
// The only home of this state. It decides nothing about plugins' rights; it says what was decided, exactly.
import { DurableObject } from "cloudflare:workers";
import { EmgateError } from "../../contracts/errors.ts";
import { MAX_IN_FLIGHT } from "../../contracts/limits.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type {
  Delivery,
  DeliveryResult,
  GatePolicy,
  InstalledPlugin,
  LeaseAnswer,
  SiteInfo,
  SiteSnapshot,
} from "../../contracts/site.ts";
import {
  claimDueDeliveries,
  insertDelivery,
  type NewDelivery,
  nextDeliveryAtMs,
  pruneDeliveries,
  settleDelivery,
} from "./deliveries.ts";
import { LeaseDesk } from "./lease-desk.ts";
import { assertSchedule, enqueueDueSchedules, nextScheduleAtMs, replaceSchedules } from "./schedules.ts";
import { createTables, readMeta, readPlugins, readSnapshot, writeMeta } from "./site-tables.ts";

/** Deliveries of one alarm; the rest follow in the next one, so that an alarm never runs for long. */
const DELIVERIES_PER_ALARM = 2 * MAX_IN_FLIGHT;

/** What the object needs of the gateway: the one who calls a plugin for a delivery. */
export interface DeliveryEntrypoints {
  Deliveries(options: { props: { site: string } }): { deliver(delivery: Delivery): Promise<DeliveryResult> };
}

export interface NewInstall {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
}

export interface NewGrant {
  readonly plugin: string;
  readonly jti: string;
  readonly token: string;
  /** The install that the consent was about; another one meanwhile is a CONFLICT. */
  readonly code: string;
  readonly manifestDigest: string;
  /** The jti that was live when the consent was shown, or null. */
  readonly previous: string | null;
}

/** A grant as it is kept: live ones and ended ones, for the list that an admin sees. */
export interface StoredGrant {
  readonly plugin: string;
  readonly jti: string;
  readonly token: string;
  readonly live: boolean;
}

/** Answer of a change that waited until nothing older can act. */
export interface Drained {
  readonly epoch: number;
  readonly drainedMs: number;
}

export class SiteState extends DurableObject<unknown> {
  readonly #sql = this.ctx.storage.sql;
  readonly #desk = new LeaseDesk(Date.now);

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    // A site that was made by an earlier release gets what later ones add; one that was not is left alone.
    if (this.#exists()) createTables(this.#sql);
  }

  /** Makes the site. @throws CONFLICT when there is one already */
  create(info: SiteInfo): SiteInfo {
    if (this.#exists()) throw new EmgateError("CONFLICT", `site ${info.id} exists already`);
    this.ctx.storage.transactionSync(() => {
      createTables(this.#sql);
      writeMeta(this.#sql, "site", JSON.stringify(info));
      writeMeta(this.#sql, "rev", "1");
    });
    return info;
  }

  /** The site's state under a lease; `known` is the revision the caller holds. @throws NOT_FOUND */
  lease(known: number | null): LeaseAnswer<SiteSnapshot> {
    const rev = this.#rev();
    return this.#desk.answer(known, rev, () => this.#snapshot());
  }

  /**
   * Puts a version of a plugin on the site, behind those that are there. Another version takes the place of
   * the one before and ends its grant: a grant is for one version.
   */
  async install(install: NewInstall): Promise<Drained & { changed: boolean }> {
    this.#assertExists();
    for (const schedule of install.manifest.schedules ?? []) assertSchedule(schedule, Date.now());
    const before = this.#pluginOf(install.plugin);
    if (before?.code === install.code && before.manifestDigest === install.manifestDigest) {
      return { changed: false, epoch: this.#rev(), drainedMs: 0 };
    }
    const epoch = this.ctx.storage.transactionSync(() => {
      this.#sql.exec(
        `INSERT INTO installs VALUES (?, ?, ?, ?, ?, ?, 1, (SELECT coalesce(max(position), 0) + 1 FROM installs), ?)
         ON CONFLICT (plugin) DO UPDATE SET version = excluded.version, code = excluded.code,
           manifest_digest = excluded.manifest_digest, manifest = excluded.manifest`,
        install.plugin,
        crypto.randomUUID(),
        install.version,
        install.code,
        install.manifestDigest,
        JSON.stringify(install.manifest),
        new Date().toISOString(),
      );
      if (before?.grant) this.#endGrant(before.grant.jti);
      replaceSchedules(this.#sql, install.plugin, install.manifest.schedules ?? [], Date.now());
      return this.#bumpRev();
    });
    const drained = this.#drain(install.plugin);
    // Not after the wait: an object that dies in it would never hear of the new schedules.
    await this.#setAlarm();
    return { changed: true, epoch, drainedMs: await drained };
  }

  /**
   * Makes a signed grant the plugin's live one. Where it replaces another, it is acknowledged when that one
   * can no longer act, since it may be narrower.
   */
  async putGrant(grant: NewGrant): Promise<Drained> {
    const install = this.#pluginOf(grant.plugin);
    if (install === null)
      throw new EmgateError("NOT_FOUND", `plugin ${grant.plugin} is not installed on this site`);
    if (install.code !== grant.code || install.manifestDigest !== grant.manifestDigest) {
      throw new EmgateError("CONFLICT", `plugin ${grant.plugin} changed while its grant was signed`);
    }
    if ((install.grant?.jti ?? null) !== grant.previous || this.#wasGranted(grant.jti)) {
      throw new EmgateError("CONFLICT", `plugin ${grant.plugin} was granted or revoked meanwhile`);
    }
    const epoch = this.ctx.storage.transactionSync(() => {
      if (install.grant) this.#endGrant(install.grant.jti);
      const now = new Date().toISOString();
      this.#sql.exec(
        "INSERT INTO grants VALUES (?, ?, ?, 1, ?, NULL)",
        grant.jti,
        grant.plugin,
        grant.token,
        now,
      );
      return this.#bumpRev();
    });
    return { epoch, drainedMs: await this.#drain(grant.plugin) };
  }

  /** Ends the plugin's live grant and waits until nothing older can act. @throws NOT_FOUND */
  async revoke(plugin: string): Promise<Drained & { jti: string; revokedAt: string }> {
    const install = this.#pluginOf(plugin);
    if (install === null)
      throw new EmgateError("NOT_FOUND", `plugin ${plugin} is not installed on this site`);
    const { grant } = install;
    if (grant === null) {
      // Another call may have ended it just now; «there is none» must be as true as an acknowledgement.
      await this.#drain(plugin);
      throw new EmgateError("NOT_FOUND", `plugin ${plugin} has no live grant on this site`);
    }
    const epoch = this.ctx.storage.transactionSync(() => {
      this.#endGrant(grant.jti);
      return this.#bumpRev();
    });
    const revokedAt = new Date().toISOString();
    return { jti: grant.jti, revokedAt, epoch, drainedMs: await this.#drain(plugin) };
  }

  /** What becomes of a publication when a gate's plugin fails. */
  async setGatePolicy(policy: GatePolicy): Promise<Drained> {
    this.#assertExists();
    const epoch = this.ctx.storage.transactionSync(() => {
      writeMeta(this.#sql, "gatePolicy", policy);
      return this.#bumpRev();
    });
    return { epoch, drainedMs: await this.#desk.drain() };
  }

  /** Every grant there was, newest first. */
  grants(): StoredGrant[] {
    this.#assertExists();
    return this.#sql
      .exec<{ plugin: string; jti: string; token: string; live: number }>(
        "SELECT plugin, jti, token, live FROM grants ORDER BY granted_at DESC, jti",
      )
      .toArray()
      .map((row) => ({ ...row, live: row.live === 1 }));
  }

  /** Writes deliveries; answered when they are durable. A row that is there already is left as it is. */
  async enqueue(deliveries: readonly NewDelivery[]): Promise<{ queued: number }> {
    this.#assertExists();
    this.ctx.storage.transactionSync(() => {
      for (const delivery of deliveries) insertDelivery(this.#sql, delivery, Date.now());
    });
    await this.#setAlarm();
    return { queued: deliveries.length };
  }

  /** Works off what is due. A plugin's failure is its row's; the next alarm is set whatever happens. */
  override async alarm(): Promise<void> {
    if (!this.#exists()) return;
    try {
      this.ctx.storage.transactionSync(() => enqueueDueSchedules(this.#sql, Date.now()));
      const due = claimDueDeliveries(this.#sql, Date.now(), DELIVERIES_PER_ALARM);
      for (let start = 0; start < due.length; start += MAX_IN_FLIGHT) {
        await Promise.all(due.slice(start, start + MAX_IN_FLIGHT).map((delivery) => this.#deliver(delivery)));
      }
      pruneDeliveries(this.#sql, Date.now());
    } finally {
      await this.#setAlarm();
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    // ctx.exports is typed by the main module, which this object must not import.
    const entrypoints = this.ctx.exports as unknown as DeliveryEntrypoints;
    const site = this.#snapshot().site.id;
    let result: DeliveryResult;
    try {
      result = await entrypoints.Deliveries({ props: { site } }).deliver(delivery);
    } catch {
      result = { status: "failed", code: "UNAVAILABLE", retry: true };
    }
    this.ctx.storage.transactionSync(() => settleDelivery(this.#sql, delivery, result, Date.now()));
  }

  /** One alarm a Durable Object: it rings for whichever row is due first. */
  async #setAlarm(): Promise<void> {
    const due = [nextDeliveryAtMs(this.#sql), nextScheduleAtMs(this.#sql)].filter((at) => at !== null);
    if (due.length === 0) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.min(...due));
  }

  /** Waits until no ended grant of the plugin can act, whichever call ended it, before a restart too. */
  async #drain(plugin: string): Promise<number> {
    const [row] = this.#sql
      .exec<{ ended: string | null }>("SELECT max(ended_at) AS ended FROM grants WHERE plugin = ?", plugin)
      .toArray();
    return row?.ended ? this.#desk.drain(Date.parse(row.ended)) : 0;
  }

  #wasGranted(jti: string): boolean {
    return this.#sql.exec("SELECT 1 FROM grants WHERE jti = ?", jti).toArray().length > 0;
  }

  #endGrant(jti: string): void {
    this.#sql.exec("UPDATE grants SET live = 0, ended_at = ? WHERE jti = ?", new Date().toISOString(), jti);
  }

  #pluginOf(plugin: string): InstalledPlugin | null {
    this.#assertExists();
    return readPlugins(this.#sql).find((install) => install.plugin === plugin) ?? null;
  }

  #snapshot(): SiteSnapshot {
    const snapshot = readSnapshot(this.#sql);
    if (snapshot === null) throw siteNotFound();
    return snapshot;
  }

  /** Asking about a site that was never made must not write: names come from URLs. */
  #exists(): boolean {
    return this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length > 0;
  }

  #assertExists(): void {
    if (!this.#exists()) throw siteNotFound();
  }

  #rev(): number {
    this.#assertExists();
    return Number(readMeta(this.#sql, "rev") ?? "0");
  }

  #bumpRev(): number {
    const rev = this.#rev() + 1;
    writeMeta(this.#sql, "rev", String(rev));
    return rev;
  }
}

function siteNotFound(): EmgateError {
  return new EmgateError("NOT_FOUND", "no such site");
}
