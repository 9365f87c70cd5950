// The plugins of a site as rows: installs, held updates, order, settings. An update is held while a grant lives.
// Storage and the rule for updates; what a change ends, and who waits for it, is up to the caller.
import { EmgateError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Allotment, InstalledPlugin, PluginStop } from "../../contracts/site.ts";
import { closeBreaker } from "./breakers.ts";
import { endFreeze } from "./freezes.ts";
import { forgetLiveReleases } from "./live-releases.ts";
import { retireInstall, retireMajors, settleState } from "./retired-state.ts";
import { replaceSchedules } from "./schedules.ts";
import { keepDatabase } from "./site-databases.ts";

export interface NewInstall {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
}

export type InstallStatus = "installed" | "held" | "unchanged";

/** What a request to install comes to. `action` is what is written, or null where all is as it was. */
export interface InstallStep {
  readonly status: InstallStatus;
  readonly action: "install" | "update" | "hold" | "keep" | null;
}

/** A version never takes the place of one that is granted: that needs a grant for it. */
export function judgeInstall(before: InstalledPlugin | null, install: NewInstall): InstallStep {
  if (before === null) return { status: "installed", action: "install" };
  if (isSameRelease(before, install)) {
    return { status: "unchanged", action: before.update === null ? null : "keep" };
  }
  if (before.grant === null) return { status: "installed", action: "update" };
  const isHeld = before.update !== null && isSameRelease(before.update, install);
  return { status: "held", action: isHeld ? null : "hold" };
}

export function writeInstall(
  sql: SqlStorage,
  action: NonNullable<InstallStep["action"]>,
  install: NewInstall,
  allotment: Allotment | null,
  nowMs: number,
): void {
  const { plugin, version } = install;
  if (allotment !== null) keepDatabase(sql, plugin, version, allotment);
  switch (action) {
    case "install":
      insertInstall(sql, install, allotment?.installId ?? crypto.randomUUID(), nowMs);
      break;
    case "update":
      replaceVersion(sql, install, nowMs);
      break;
    case "hold":
      holdUpdate(sql, install, nowMs);
      break;
    case "keep":
      retireMajors(sql, plugin, nowMs);
      dropUpdate(sql, plugin);
  }
  settleState(sql, plugin, nowMs);
}

/** Whether the plugin is on the site, as this install and no other. */
export function isInstalled(
  sql: SqlStorage,
  { plugin, installId }: Pick<InstalledPlugin, "plugin" | "installId">,
): boolean {
  const query = "SELECT 1 FROM installs WHERE plugin = ? AND install_id = ?";
  return sql.exec(query, plugin, installId).toArray().length > 0;
}

/** The same bytes under the same manifest. */
export function isSameRelease(
  a: Pick<NewInstall, "code" | "manifestDigest">,
  b: Pick<NewInstall, "code" | "manifestDigest">,
): boolean {
  return a.code === b.code && a.manifestDigest === b.manifestDigest;
}

/** Puts another version in the place of the one that runs; whatever was held is over with that. */
export function replaceVersion(sql: SqlStorage, install: NewInstall, nowMs: number): void {
  const { plugin, version, code, manifestDigest, manifest } = install;
  retireMajors(sql, plugin, nowMs);
  sql.exec(
    "UPDATE installs SET version = ?, code = ?, manifest_digest = ?, manifest = ? WHERE plugin = ?",
    version,
    code,
    manifestDigest,
    JSON.stringify(manifest),
    plugin,
  );
  dropUpdate(sql, plugin);
  closeBreaker(sql, plugin);
  replaceSchedules(sql, plugin, manifest.schedules ?? [], nowMs);
}

/**
 * Removes the plugin with its settings, its held update and its schedules; its grants are kept for the list, and its
 * keys and databases for `keepMs`. Null: no longer than need be.
 */
export function removeInstall(sql: SqlStorage, plugin: string, keepMs: number | null, nowMs: number): void {
  retireInstall(sql, plugin, keepMs, nowMs);
  sql.exec("DELETE FROM installs WHERE plugin = ?", plugin);
  dropUpdate(sql, plugin);
  closeBreaker(sql, plugin);
  forgetLiveReleases(sql, plugin);
  endFreeze(sql, plugin, nowMs);
  replaceSchedules(sql, plugin, [], nowMs);
}

/** `stop`: what it is switched off for, where no admin does it. Nothing of it runs on, a move of its state neither. */
export function writeEnabled(
  sql: SqlStorage,
  plugin: string,
  { enabled, stop }: { readonly enabled: boolean; readonly stop?: PluginStop },
  nowMs: number,
): void {
  if (!enabled) endFreeze(sql, plugin, nowMs);
  sql.exec(
    "UPDATE installs SET enabled = ?, disabled_at = ?, stopped = ? WHERE plugin = ?",
    enabled ? 1 : 0,
    enabled ? null : new Date(nowMs).toISOString(),
    stop === undefined ? null : JSON.stringify(stop),
    plugin,
  );
  closeBreaker(sql, plugin);
}

export function writeSettings(sql: SqlStorage, plugin: string, settings: JsonObject): void {
  sql.exec("UPDATE installs SET settings = ? WHERE plugin = ?", JSON.stringify(settings), plugin);
}

/**
 * All plugins with the named ones first.
 *
 * @throws NOT_FOUND for one that is not installed, INVALID_ARGUMENT for one that is named twice
 */
export function arrangeOrder(current: readonly string[], first: readonly string[]): string[] {
  for (const [index, plugin] of first.entries()) {
    if (!current.includes(plugin)) throw notInstalled(plugin);
    if (first.indexOf(plugin) !== index) {
      throw new EmgateError("INVALID_ARGUMENT", `plugins.${index}: ${plugin} is named twice`);
    }
  }
  return [...first, ...current.filter((plugin) => !first.includes(plugin))];
}

export function writeOrder(sql: SqlStorage, order: readonly string[]): void {
  for (const [index, plugin] of order.entries()) {
    sql.exec("UPDATE installs SET position = ? WHERE plugin = ?", index + 1, plugin);
  }
}

export function notInstalled(plugin: string): EmgateError {
  return new EmgateError("NOT_FOUND", `plugin ${plugin} is not installed on this site`);
}

function insertInstall(sql: SqlStorage, install: NewInstall, installId: string, nowMs: number): void {
  const { plugin, version, code, manifestDigest, manifest } = install;
  sql.exec(
    `INSERT INTO installs (plugin, install_id, version, code, manifest_digest, manifest, enabled, position, installed_at)
     VALUES (?, ?, ?, ?, ?, ?, 1, (SELECT coalesce(max(position), 0) + 1 FROM installs), ?)`,
    plugin,
    installId,
    version,
    code,
    manifestDigest,
    JSON.stringify(manifest),
    new Date(nowMs).toISOString(),
  );
  replaceSchedules(sql, plugin, manifest.schedules ?? [], nowMs);
}

function holdUpdate(sql: SqlStorage, install: NewInstall, nowMs: number): void {
  const { plugin, version, code, manifestDigest, manifest } = install;
  retireMajors(sql, plugin, nowMs);
  dropUpdate(sql, plugin);
  sql.exec(
    "INSERT INTO updates (plugin, version, code, manifest_digest, manifest, held_at) VALUES (?, ?, ?, ?, ?, ?)",
    plugin,
    version,
    code,
    manifestDigest,
    JSON.stringify(manifest),
    new Date(nowMs).toISOString(),
  );
}

function dropUpdate(sql: SqlStorage, plugin: string): void {
  sql.exec("DELETE FROM updates WHERE plugin = ?", plugin);
}
