// Brings a newer example to the demo site, granted and live, where everything is still as the demo set it up.
// Never over an admin's own change: a narrowed, revoked or expired grant, a disabled plugin, another version.
import type { Difference } from "../../contracts/consent.ts";
import type { AdminSession, PluginStatus } from "../../contracts/rpc.ts";
import type { DemoMarker } from "./demo-marker.ts";

type UpdatePort = Pick<AdminSession, "update" | "describeConsent" | "grant">;

/** The session, and what is known to have been done; `note` writes it down at once. */
export interface DemoWork<Admin = AdminSession> {
  readonly admin: Admin;
  readonly marker: DemoMarker;
  note(done: Partial<DemoMarker>): void;
}

/** Goes to `version`, which the registry has, and has all that it asks for granted. */
export async function updateExample(
  { admin, marker, note }: DemoWork<UpdatePort>,
  site: string,
  installed: PluginStatus,
  version: string,
): Promise<void> {
  const { plugin } = installed;
  const brought = marker.versions[plugin] ?? installed.version;
  if (marker.versions[plugin] === undefined) note({ versions: { ...marker.versions, [plugin]: brought } });
  const isBegun = marker.updating.includes(plugin);
  if (!isBegun && (brought === version || brought !== installed.version)) return;
  if (installed.status !== "live") return;
  if (!isBegun && !(await isGrantedInFull(admin, site, plugin))) return;
  // A start that is cut short after this goes on where it was: a held version is compared with what it asks for,
  // and no longer tells whether the grant before it had been narrowed.
  note({ updating: [...new Set([...marker.updating, plugin])] });
  const { status } = await admin.update({ site, plugin, to: version });
  if (status === "held") {
    const { digest } = await admin.describeConsent({ site, plugin });
    await admin.grant({ site, plugin, consent: digest });
  }
  note({
    versions: { ...marker.versions, [plugin]: version },
    updating: marker.updating.filter((id) => id !== plugin),
  });
}

/** True when granting everything would change nothing: no admin has taken anything back. */
async function isGrantedInFull(admin: UpdatePort, site: string, plugin: string): Promise<boolean> {
  const { from, difference } = await admin.describeConsent({ site, plugin });
  return from === null && isEmpty(difference);
}

function isEmpty({ added, removed, widened, narrowed }: Difference): boolean {
  return added.length + removed.length + widened.length + narrowed.length === 0;
}
