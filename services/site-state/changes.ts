// What each change of a site comes to: its audit entry and what it writes, or why it is refused.
// It looks at the state it is given and writes nothing itself; SiteState writes both in one transaction.
import type { NewAuditEntry } from "../../contracts/audit.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { canonicalJson, type JsonObject } from "../../contracts/json.ts";
import type { Allotment, InstalledPlugin, PluginStop, SitePolicy } from "../../contracts/site.ts";
import { abandonDeliveries } from "./deliveries.ts";
import { endFreeze } from "./freezes.ts";
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
import { forgetGrantsBefore, noteLive } from "./live-releases.ts";
import { assertNotErasing, settleState } from "./retired-state.ts";
import { writePolicy } from "./site-tables.ts";
import { assertStateMoved, findFormer, type GrantBackground } from "./state-moves.ts";
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

/**
 * @throws CONFLICT when release, live grant or freeze are not those that the consent was about, or where the state to
 *   go back to is gone
 */
export function planGrant(install: InstalledPlugin, grant: NewGrant, background: GrantBackground): Change {
  const { plugin, jti, action, by, reason, previous } = grant;
  const update = action === "rollback" ? findFormer(install, grant, background) : findHeld(install, grant);
  if (update === null && !isSameRelease(install, grant)) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} changed while its grant was signed`);
  }
  if ((install.grant?.jti ?? null) !== previous) {
    throw new EmgateError("CONFLICT", `plugin ${plugin} was granted or revoked meanwhile`);
  }
  const release = { plugin, ...(update ?? install) };
  const { version } = release;
  assertStateMoved(version, grant, background);
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
      if (grant.freeze !== undefined) endFreeze(sql, plugin, nowMs);
      if (update) {
        replaceVersion(sql, release, nowMs);
        settleState(sql, plugin, nowMs);
      }
      insertGrant(sql, grant, version, nowMs);
      noteLive(sql, release, jti, nowMs);
      if (grant.takesBack === true) forgetGrantsBefore(sql, plugin, "before");
    },
  };
}

/** The held update that the grant is for, or null. */
function findHeld({ update }: InstalledPlugin, grant: NewGrant): InstalledPlugin["update"] {
  return update !== null && isSameRelease(update, grant) ? update : null;
}

export function planRevocation(plugin: string, jti: string, { by, reason }: Author): Change {
  return {
    entry: { kind: "revocation", action: "revoke", actor: by, plugin, jti, reason },
    write(sql, nowMs) {
      endGrant(sql, jti, nowMs);
      endFreeze(sql, plugin, nowMs);
      forgetGrantsBefore(sql, plugin, "all");
    },
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
  // The version that runs has done nothing: the one to come is not let in.
  if (hook === "migrate") {
    return {
      entry: { kind: "watchdog", action: "unfreeze", actor: "system", ...about },
      write: (sql, nowMs) => endFreeze(sql, plugin, nowMs),
    };
  }
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
