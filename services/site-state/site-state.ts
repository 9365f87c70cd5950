// The Durable Object of one site: its installs, live grants, order, policy, audit log and durable hook work.
// The only home of this state. It decides nothing about plugins' rights; it says what was decided, exactly.
import { DurableObject } from "cloudflare:workers";
import type { AuditPage, AuditQuery, Denial } from "../../contracts/audit.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type {
  Allotment,
  BreakerNotice,
  DatabaseClaim,
  Delivery,
  DeliveryResult,
  InstalledPlugin,
  LeaseAnswer,
  PluginHistory,
  PluginState,
  PluginStop,
  SiteInfo,
  SitePolicy,
  SiteSnapshot,
  StateOwner,
} from "../../contracts/site.ts";
import { appendAudit, countDenials, readAudit } from "./audit-log.ts";
import { planNotice, planReset } from "./breakers.ts";
import {
  type Change,
  planEnabled,
  planGrant,
  planInstall,
  planOrder,
  planPolicy,
  planRevocation,
  planSettings,
  planStop,
  planUninstall,
} from "./changes.ts";
import { insertDelivery, type NewDelivery } from "./deliveries.ts";
import { type EraseState, eraseDueState, planErasing, settleErasing } from "./erasing.ts";
import { assertNotFrozen, endLapsedFreezes, standingFreeze } from "./freezes.ts";
import { type InstallStatus, isInstalled, type NewInstall, notInstalled } from "./installs.ts";
import { LeaseDesk, type LeaseEnv } from "./lease-desk.ts";
import { readHistory } from "./live-releases.ts";
import { listState } from "./retired-state.ts";
import { assertSchedule } from "./schedules.ts";
import { setNextAlarm, workOffDue } from "./site-alarm.ts";
import { assertReserved, claimDatabase, reserveDatabase } from "./site-databases.ts";
import {
  createTables,
  hasTables,
  readMeta,
  readPlugins,
  readPolicy,
  readSnapshot,
  writeMeta,
} from "./site-tables.ts";
import { planFreeze, planThaw } from "./state-moves.ts";
import { lastStoppedAtMs, listGrants, type NewGrant, type StoredGrant, wasGranted } from "./stored-grants.ts";

/** What the object needs of the gateway: who calls a plugin for a delivery, and who erases keys and databases. */
export interface DeliveryEntrypoints {
  Deliveries(options: { props: { site: string } }): { deliver(delivery: Delivery): Promise<DeliveryResult> };
  StateUpkeep(options: { props: { site: string } }): { erase: EraseState };
}

/** Answer of a change that waited until nothing older can act. */
export interface Drained {
  readonly epoch: number;
  readonly drainedMs: number;
}

export class SiteState extends DurableObject<LeaseEnv> {
  readonly #sql = this.ctx.storage.sql;
  readonly #desk = new LeaseDesk(Date.now, this.env, this.ctx.storage.kv);

  constructor(ctx: DurableObjectState, env: LeaseEnv) {
    super(ctx, env);
    // A site that was made by an earlier release gets what later ones add; one that was not is left alone.
    if (hasTables(this.#sql)) this.ctx.storage.transactionSync(() => createTables(this.#sql));
  }

  /** Makes the site. @throws CONFLICT when there is one already */
  create(info: SiteInfo, by: string): SiteInfo {
    if (hasTables(this.#sql)) throw new EmgateError("CONFLICT", `site ${info.id} exists already`);
    this.ctx.storage.transactionSync(() => {
      createTables(this.#sql);
      writeMeta(this.#sql, "site", JSON.stringify(info));
      writeMeta(this.#sql, "rev", "1");
      appendAudit(
        this.#sql,
        { kind: "change", action: "create", actor: by, detail: { ...info } },
        Date.now(),
      );
    });
    return info;
  }

  /** The site's state under a lease; `known` is the revision the caller holds. @throws NOT_FOUND */
  lease(known: number | null): LeaseAnswer<SiteSnapshot> {
    const rev = this.#rev();
    return this.#desk.answer(known, rev, () => this.#snapshot());
  }

  /** The same to look at: nothing may act on it, so no change waits for it. @throws NOT_FOUND */
  read(): SiteSnapshot {
    return this.#snapshot();
  }

  /**
   * Puts a version of a plugin on the site, a new one behind those that are there. Where another version is
   * granted, that one serves on and this is held until a grant for it comes; asking for the version that runs
   * drops what was held. `allotment` is the database that was reserved and handed out for it.
   *
   * @throws INVALID_ARGUMENT for a schedule that cannot be, CONFLICT where the reservation is over
   */
  async install(
    install: NewInstall,
    by: string,
    allotment: Allotment | null = null,
  ): Promise<Drained & { status: InstallStatus }> {
    const before = this.#findPlugin(install.plugin);
    for (const schedule of install.manifest.schedules ?? []) assertSchedule(schedule, Date.now());
    if (allotment !== null) {
      assertReserved(this.#sql, install.plugin, install.version, allotment, before?.installId ?? null);
    }
    const { status, change } = planInstall(before, install, allotment, by);
    // What runs is as it was unless a version was put in its place.
    const drain = status === "installed" ? () => this.#drainPlugin(install.plugin) : undefined;
    return { status, ...(await this.#apply(change, drain)) };
  }

  /** Writes down that a major of the plugin asks for a database; answers for which install (site-databases.ts). */
  reserveDatabase(plugin: string, major: number): { installId: string } {
    const installed = this.#findPlugin(plugin)?.installId ?? null;
    const reserve = () => reserveDatabase(this.#sql, plugin, major, installed, Date.now());
    return { installId: this.ctx.storage.transactionSync(reserve) };
  }

  /** Whether an install has, or is about to have, a database for this major. Null is for good. */
  async claimDatabase(holder: StateOwner): Promise<DatabaseClaim | null> {
    if (!hasTables(this.#sql)) return null;
    const claim = this.ctx.storage.transactionSync(() => claimDatabase(this.#sql, holder, Date.now()));
    // Where its time is over, so is that of its keys.
    if (claim === null) await setNextAlarm(this.ctx.storage);
    return claim;
  }

  /** What a plugin keeps by major version, or all plugins; old and uninstalled ones with their end. @throws NOT_FOUND */
  listState(plugin: string | null): PluginState[] {
    this.#assertExists();
    return listState(this.#sql, plugin);
  }

  /**
   * From the answer on nothing brings it back, and nobody writes to it: the caller erases, the alarm looks after it.
   *
   * @throws CONFLICT where the plugin may use it, BUSY while it is moved to another version
   */
  async beginErasing(
    plugin: string,
    major: number | null,
    by: string,
    reason?: string,
  ): Promise<Drained & { states: PluginState[] }> {
    this.#assertExists();
    assertNotFrozen(this.#sql, plugin, Date.now());
    const { states, change } = planErasing(this.#sql, { plugin, major }, { by, reason });
    return { states, ...(await this.#apply(change, () => this.#drainPlugin(plugin))) };
  }

  /** Writes down that somebody was handed what the plugin keeps. */
  noteExport(plugin: string, majors: readonly number[], by: string): void {
    const entry = { kind: "change", action: "export", actor: by, plugin, detail: { majors } } as const;
    appendAudit(this.#sql, entry, Date.now());
  }

  /** How many keys the caller of `beginErasing` found at last; none: they are looked for once more, later. */
  async settleErasing(owner: StateOwner, erased: number): Promise<void> {
    this.ctx.storage.transactionSync(() => settleErasing(this.#sql, owner, erased, Date.now()));
    await setNextAlarm(this.ctx.storage);
  }

  /**
   * Makes a signed grant the plugin's live one; a held update that it is for goes live with it. Where it
   * replaces another, it is acknowledged when that one can no longer act, since it may be narrower; what a
   * renewal replaces may act on, since it is no different.
   *
   * @throws NOT_FOUND, and CONFLICT when release or live grant are not those that the consent was about
   */
  async putGrant(grant: NewGrant): Promise<Drained> {
    const { plugin, jti } = grant;
    const install = this.#pluginOf(plugin);
    const nowMs = Date.now();
    const history = readHistory(this.#sql, plugin, nowMs);
    const freeze = standingFreeze(this.#sql, plugin, nowMs);
    const change = planGrant(install, grant, { history, freeze, nowMs });
    if (wasGranted(this.#sql, jti)) {
      throw new EmgateError("CONFLICT", `plugin ${plugin} was granted under this jti before`);
    }
    return this.#apply(change, grant.action === "renew" ? undefined : () => this.#drainPlugin(plugin));
  }

  /** What was live, and what each major has. @throws NOT_FOUND */
  history(plugin: string): PluginHistory {
    this.#pluginOf(plugin);
    return readHistory(this.#sql, plugin, Date.now());
  }

  /**
   * Keeps the plugin from acting until its state was moved to the version `to`.
   *
   * @throws NOT_FOUND, BUSY, CONFLICT where that state, or what is there of the new one, is being erased
   */
  async freeze(plugin: string, to: string, by: string): Promise<Drained & { freeze: string }> {
    const install = this.#pluginOf(plugin);
    assertNotFrozen(this.#sql, plugin, Date.now());
    const freeze = crypto.randomUUID();
    const drained = await this.#apply(planFreeze(install, freeze, to, by), () => this.#desk.drain());
    return { freeze, ...drained };
  }

  /** Ends a freeze that came to nothing; one that is over already is no error. */
  async thaw(plugin: string, freeze: string, by: string, reason: string): Promise<Drained> {
    const stands = standingFreeze(this.#sql, plugin, Date.now()) === freeze;
    return this.#apply(stands ? planThaw(plugin, by, reason) : null);
  }

  /** Ends the plugin's live grant and waits until nothing older can act. @throws NOT_FOUND */
  async revoke(
    plugin: string,
    by: string,
    reason?: string,
  ): Promise<Drained & { jti: string; revokedAt: string }> {
    const { grant } = this.#pluginOf(plugin);
    const drain = () => this.#drainPlugin(plugin);
    if (grant === null) {
      // Another call may have ended it just now; «there is none» must be as true as an acknowledgement.
      await drain();
      throw new EmgateError("NOT_FOUND", `plugin ${plugin} has no live grant on this site`);
    }
    const { jti } = grant;
    let revokedAt = "";
    const drained = await this.#apply(planRevocation(plugin, jti, { by, reason }), () => {
      const waited = drain();
      // Not earlier than the wait begins, so that it is over at `revokedAt` and `drainedMs` together.
      revokedAt = new Date().toISOString();
      return waited;
    });
    return { jti, revokedAt, ...drained };
  }

  /** Keeps the plugin from being called, grant and all, or lets it be called again. @throws NOT_FOUND */
  async setEnabled(
    plugin: string,
    enabled: boolean,
    by: string,
    reason?: string,
  ): Promise<Drained & { changed: boolean }> {
    const install = this.#pluginOf(plugin);
    const changed = install.enabled !== enabled;
    const change = changed ? planEnabled(install, enabled, { by, reason }) : null;
    const drain = enabled ? undefined : () => this.#drainPlugin(plugin);
    return { changed, ...(await this.#apply(change, drain)) };
  }

  /**
   * Switches the plugin off for what it did to the runtime, unless it is off already. Nothing is waited for: the
   * runtime that held older leases is gone. @throws NOT_FOUND
   */
  async stop(plugin: string, stop: PluginStop): Promise<{ changed: boolean }> {
    const install = this.#pluginOf(plugin);
    if (!install.enabled && stop.hook !== "migrate") return { changed: false };
    await this.#apply(planStop(install, stop));
    return { changed: true };
  }

  /** Opens or closes a plugin's breaker by what an isolate has seen, unless that is no news any more. */
  async noteBreaker(notice: BreakerNotice): Promise<void> {
    await this.#apply(planNotice(this.#findPlugin(notice.plugin), notice));
  }

  /** Closes the plugin's breaker. @throws NOT_FOUND */
  async resetBreaker(plugin: string, by: string, reason?: string): Promise<Drained & { changed: boolean }> {
    const change = planReset(this.#pluginOf(plugin), { by, reason });
    return { changed: change !== null, ...(await this.#apply(change)) };
  }

  /**
   * Takes the plugin off the site with all that waits for it; its grants stay for the list, and for `keepMs` what it
   * keeps. @throws NOT_FOUND
   */
  async uninstall(
    plugin: string,
    by: string,
    reason?: string,
    keepMs: number | null = null,
  ): Promise<Drained & { jti: string | null; installId: string }> {
    const install = this.#findPlugin(plugin);
    const drain = () => this.#drainPlugin(plugin);
    if (install === null) {
      await drain();
      throw notInstalled(plugin);
    }
    const drained = await this.#apply(planUninstall(install, { by, reason }, keepMs), drain);
    return { jti: install.grant?.jti ?? null, installId: install.installId, ...drained };
  }

  /** What becomes of a publication when a gate's plugin fails, and of updates that ask for nothing more. */
  async setPolicy(changes: Partial<SitePolicy>, by: string): Promise<Drained & { policy: SitePolicy }> {
    this.#assertExists();
    const before = readPolicy(this.#sql);
    const policy = { ...before, ...changes };
    return { policy, ...(await this.#apply(planPolicy(before, policy, by), () => this.#desk.drain())) };
  }

  /** The order in which plugins are called: the named ones first. @throws NOT_FOUND, INVALID_ARGUMENT */
  async setOrder(plugins: readonly string[], by: string): Promise<Drained & { order: string[] }> {
    this.#assertExists();
    const current = readPlugins(this.#sql).map(({ plugin }) => plugin);
    const { order, change } = planOrder(current, plugins, by);
    return { order, ...(await this.#apply(change, () => this.#desk.drain())) };
  }

  /** Replaces what an admin set; the caller has checked it. @throws NOT_FOUND */
  async setSettings(plugin: string, settings: JsonObject, by: string): Promise<Drained> {
    const change = planSettings(this.#pluginOf(plugin), settings, by);
    return this.#apply(change, () => this.#desk.drain());
  }

  /** Writes down what was refused to plugins; equal denials of one minute are counted in one entry. */
  recordDenials(denials: readonly Denial[]): void {
    this.#assertExists();
    this.ctx.storage.transactionSync(() => countDenials(this.#sql, denials, Date.now()));
  }

  /** The site's audit log, oldest first. */
  audit(query: AuditQuery): AuditPage {
    this.#assertExists();
    return readAudit(this.#sql, query);
  }

  /** Every grant there was, newest first. */
  grants(): StoredGrant[] {
    this.#assertExists();
    return listGrants(this.#sql);
  }

  /**
   * Writes deliveries; answered when they are durable. A row that is there already is left as it is. What is for
   * an install that is not there any more is left out: it was queued on a lease of before an uninstall.
   */
  async enqueue(deliveries: readonly NewDelivery[]): Promise<{ queued: number }> {
    this.#assertExists();
    const wanted = deliveries.filter((delivery) => isInstalled(this.#sql, delivery));
    this.ctx.storage.transactionSync(() => {
      for (const delivery of wanted) insertDelivery(this.#sql, delivery, Date.now());
    });
    await setNextAlarm(this.ctx.storage);
    return { queued: wanted.length };
  }

  /** Works off what is due; the next alarm is set whatever happens. */
  override async alarm(): Promise<void> {
    if (!hasTables(this.#sql)) return;
    // ctx.exports is typed by the main module, which this object must not import.
    const entrypoints = this.ctx.exports as unknown as DeliveryEntrypoints;
    this.ctx.storage.transactionSync(() => endLapsedFreezes(this.#sql, Date.now()) && this.#bumpRev());
    const site = this.#snapshot().site.id;
    try {
      await workOffDue(this.ctx.storage, (delivery) =>
        entrypoints.Deliveries({ props: { site } }).deliver(delivery),
      );
      await eraseDueState(this.ctx.storage, (state) =>
        entrypoints.StateUpkeep({ props: { site } }).erase(state),
      );
    } finally {
      await setNextAlarm(this.ctx.storage);
    }
  }

  /**
   * Writes a change with its audit entry, all or nothing. `drain` begins in the same turn, so that no lease of
   * the old state can come between; it waits where nothing is to be changed too, for who changed it before.
   */
  async #apply(change: Change | null, drain?: () => Promise<number>): Promise<Drained> {
    if (change === null) return { epoch: this.#rev(), drainedMs: (await drain?.()) ?? 0 };
    const nowMs = Date.now();
    const epoch = this.ctx.storage.transactionSync(() => {
      change.write(this.#sql, nowMs);
      appendAudit(this.#sql, change.entry, nowMs);
      return this.#bumpRev();
    });
    const drained = drain?.();
    // Not after the wait: an object that dies in it would never hear of a new schedule or a grant's end.
    await setNextAlarm(this.ctx.storage);
    return { epoch, drainedMs: (await drained) ?? 0 };
  }

  /** Waits until the plugin cannot act on what it was kept from, whichever call did it, before a restart too. */
  async #drainPlugin(plugin: string): Promise<number> {
    const stoppedAtMs = lastStoppedAtMs(this.#sql, plugin);
    return stoppedAtMs === null ? 0 : this.#desk.drain(stoppedAtMs);
  }

  #findPlugin(plugin: string): InstalledPlugin | null {
    this.#assertExists();
    return readPlugins(this.#sql).find((install) => install.plugin === plugin) ?? null;
  }

  #pluginOf(plugin: string): InstalledPlugin {
    const install = this.#findPlugin(plugin);
    if (install === null) throw notInstalled(plugin);
    return install;
  }

  #snapshot(): SiteSnapshot {
    const snapshot = readSnapshot(this.#sql);
    if (snapshot === null) throw siteNotFound();
    return snapshot;
  }

  #assertExists(): void {
    if (!hasTables(this.#sql)) throw siteNotFound();
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
