// What happens to a plugin's state when another version goes live: it is frozen and moved, or found again by going
// back. Pure but for what a change writes: SiteState writes it with its entry in one transaction.
import { EmgateError } from "../../contracts/errors.ts";
import { majorOf } from "../../contracts/ids.ts";
import type { InstalledPlugin, LiveRelease, PluginHistory } from "../../contracts/site.ts";
import type { Change } from "./changes.ts";
import { endFreeze, startFreeze } from "./freezes.ts";
import { isSameRelease } from "./installs.ts";
import { isStateGone } from "./live-releases.ts";
import { assertNotErasing } from "./retired-state.ts";
import type { NewGrant } from "./stored-grants.ts";

/** What stands beside the install when a grant comes for it. */
export interface GrantBackground {
  readonly history: PluginHistory;
  /** The freeze that stands, or null. */
  readonly freeze: string | null;
  readonly nowMs: number;
}

/** The version that was live before, if the grant is for that. @throws CONFLICT where what it kept is gone */
export function findFormer(
  install: InstalledPlugin,
  grant: NewGrant,
  { history, nowMs }: GrantBackground,
): LiveRelease | null {
  const former = formerOf(install, history);
  if (former === null || !isSameRelease(former, grant)) return null;
  if (majorOf(former.version) !== majorOf(install.version) && isStateGone(former, nowMs)) {
    throw new EmgateError("CONFLICT", `what ${grant.plugin} ${former.version} had kept is gone by now`);
  }
  return former;
}

/** Where a rollback goes from here: what was live last, or before that where it is what is installed. */
export function formerOf(
  install: Pick<InstalledPlugin, "code" | "manifestDigest">,
  { current, before }: PluginHistory,
): LiveRelease | null {
  return current !== null && isSameRelease(current, install) ? before : current;
}

/** A higher major goes live while nothing writes into the state that it was moved from. @throws CONFLICT */
export function assertStateMoved(
  version: string,
  grant: NewGrant,
  { history, freeze }: GrantBackground,
): void {
  const { current } = history;
  const isMove =
    grant.action !== "rollback" && current !== null && majorOf(version) > majorOf(current.version);
  if ((isMove ? freeze : undefined) === grant.freeze) return;
  throw new EmgateError("CONFLICT", `plugin ${grant.plugin}: its state was not moved in time; try again`);
}

/** `to`: the version that its state is moved to. */
export function planFreeze(
  { plugin, version }: Pick<InstalledPlugin, "plugin" | "version">,
  id: string,
  to: string,
  by: string,
): Change {
  return {
    entry: { kind: "change", action: "freeze", actor: by, plugin, detail: { from: version, to } },
    write(sql, nowMs) {
      assertNotErasing(sql, plugin);
      startFreeze(sql, plugin, id, nowMs);
    },
  };
}

/** `reason`: why the state was not moved. */
export function planThaw(plugin: string, by: string, reason: string): Change {
  return {
    entry: { kind: "change", action: "unfreeze", actor: by, plugin, reason },
    write: (sql, nowMs) => endFreeze(sql, plugin, nowMs),
  };
}
