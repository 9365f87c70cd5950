// What each change of a site comes to: its audit entry and what it writes, or why it is refused.
// It looks at the state it is given and writes nothing itself; SiteState writes both in one transaction.
import type { NewAuditEntry } from "../../contracts/audit.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { canonicalJson, type JsonObject } from "../../contracts/json.ts";
import type { Allotment, InstalledPlugin, PluginStop, SitePolicy } from "../../contracts/site.ts";
import { abandonDeliveries } from "./deliveries.ts";
import {
  arrangeOrder,
  type InstallStatus,
  isSameRelease,
  judgeInstall,
  type NewInstall,
  removeInstall,
  replaceVersion,
  writeEnabled,
  writeInstall,
  writeOrder,
  writeSettings,
} from "./installs.ts";
import { assertNotErasing, settleState } from "./retired-state.ts";
import { writePolicy } from "./site-tables.ts";
import { endGrant, insertGrant, type NewGrant } from "./stored-grants.ts";

export interface Change {
  readonly entry: NewAuditEntry;
  readonly write: (sql: SqlStorage, nowMs: number) => void;
}

/** Who changes it, and what that person says about it. */
export interface Author {
  readonly by: string;
  readonly reason?: string | undefined;
}

/** `change` is null where all is as it is asked to be. */
export function planInstall(
  before: InstalledPlugin | null,
  install: NewInstall,
  allotment: Allotment | null,
  by: string,
): { readonly status: InstallStatus; readonly change: Change | null } {
  const { status, action } = judgeInstall(before, install);
  if (action === null) return { status, change: null };
  const { plugin, version } = install;
  const detail = before === null ? { version } : { from: before.version, to: version };
  return {
    status,
    change: {
      entry: { kind: "change", action, actor: by, plugin, detail },
      write: (sql, nowMs) => writeInstall(sql, action, install, allotment, nowMs),
    },
  };
}

/** @throws CONFLICT when release or live grant are not those that the consent was about */
export function planGrant(install: InstalledPlugin, grant: NewGrant): Change {
  const { plugin, jti, action, by, reason, previous } = grant;
  const update = install.update !== null && isSameRelease(install.update, grant) ? install.update : null;
  if (update === null && !isSameRelease(install, grant)) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} changed while its grant was signed`);
  }
  if ((install.grant?.jti ?? null) !== previous) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} was granted or revoked meanwhile`);
  }
  const { version } = update ?? install;
  const detail = { ...(update && { from: install.version, to: version }), ...grant.detail, previous };
  return {
    entry: {
      kind: action === "narrow" ? "revocation" : "consent",
      action,
      actor: by,
      plugin,
      jti,
      reason,
      detail,
    },
    write(sql, nowMs) {
      if (previous !== null) endGrant(sql, previous, nowMs);
      if (update) {
        replaceVersion(sql, { plugin, ...update }, nowMs);
        settleState(sql, plugin, nowMs);
      }
      insertGrant(sql, grant, version, nowMs);
    },
  };
}

export function planRevocation(plugin: string, jti: string, { by, reason }: Author): Change {
  return {
    entry: { kind: "revocation", action: "revoke", actor: by, plugin, jti, reason },
    write: (sql, nowMs) => endGrant(sql, jti, nowMs),
  };
}

export function planEnabled(
  { plugin, grant }: InstalledPlugin,
  enabled: boolean,
  { by, reason }: Author,
): Change {
  const action = enabled ? "enable" : "disable";
  return {
    entry: { kind: "change", action, actor: by, plugin, jti: grant?.jti, reason },
    write(sql, nowMs) {
      if (enabled) assertNotErasing(sql, plugin);
      writeEnabled(sql, plugin, { enabled }, nowMs);
    },
  };
}

export function planStop({ plugin, grant }: InstalledPlugin, stop: PluginStop): Change {
  const { code, hook, reason } = stop;
  const about = { plugin, hook, jti: grant?.jti, reason, detail: { code } };
  return {
    entry: { kind: "watchdog", action: "disable", actor: "system", ...about },
    write: (sql, nowMs) => writeEnabled(sql, plugin, { enabled: false, stop }, nowMs),
  };
}

/** `keepMs`: milliseconds that its keys and databases are kept; null: no longer than need be. */
export function planUninstall(
  { plugin, version, grant }: InstalledPlugin,
  { by, reason }: Author,
  keepMs: number | null,
): Change {
  const detail = { version, ...(keepMs !== null && { keepsDataSeconds: keepMs / 1000 }) };
  const about = { plugin, jti: grant?.jti, reason, detail };
  return {
    entry: { kind: "change", action: "uninstall", actor: by, ...about },
    write(sql, nowMs) {
      if (grant) endGrant(sql, grant.jti, nowMs);
      removeInstall(sql, plugin, keepMs, nowMs);
      abandonDeliveries(sql, plugin, nowMs);
    },
  };
}

/** Null where the policy is so already. */
export function planPolicy(from: SitePolicy, to: SitePolicy, by: string): Change | null {
  if (canonicalJson(from) === canonicalJson(to)) return null;
  return {
    entry: { kind: "change", action: "policy", actor: by, detail: { from, to } },
    write: (sql) => writePolicy(sql, to),
  };
}

/** The whole new order, with the named plugins first. @throws NOT_FOUND, INVALID_ARGUMENT */
export function planOrder(
  current: readonly string[],
  first: readonly string[],
  by: string,
): { readonly order: string[]; readonly change: Change | null } {
  const order = arrangeOrder(current, first);
  if (order.every((plugin, index) => plugin === current[index])) return { order, change: null };
  return {
    order,
    change: {
      entry: { kind: "change", action: "order", actor: by, detail: { order } },
      write: (sql) => writeOrder(sql, order),
    },
  };
}

/** The audit log gets the keys that differ, never a value. Null where there is none. */
export function planSettings(
  { plugin, settings: from }: InstalledPlugin,
  to: JsonObject,
  by: string,
): Change | null {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  const keys = names.filter((name) => canonicalJson(from[name]) !== canonicalJson(to[name]));
  if (keys.length === 0) return null;
  return {
    entry: { kind: "change", action: "settings", actor: by, plugin, detail: { keys } },
    write: (sql) => writeSettings(sql, plugin, to),
  };
}
