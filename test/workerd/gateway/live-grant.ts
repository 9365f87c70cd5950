// The live grant of a site's plugin as it is signed: its claims and the key that signed it.
import type { GrantClaims } from "../../../contracts/grant.ts";
import type { TestSite } from "../site.ts";

export async function readLiveGrant(
  site: TestSite,
  plugin = "probe",
): Promise<{ readonly claims: GrantClaims; readonly kid: string }> {
  const stored = await site.state.grants();
  const live = stored.find((grant) => grant.live && grant.plugin === plugin);
  if (live === undefined) throw new Error(`${plugin} has no live grant`);
  const [header = "", payload = ""] = live.token.split(".");
  return { claims: decode(payload) as GrantClaims, kid: (decode(header) as { kid: string }).kid }; // minted here
}

function decode(segment: string): unknown {
  return JSON.parse(atob(segment.replace(/-/g, "+").replace(/_/g, "/")));
}
