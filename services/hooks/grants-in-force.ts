// Finds out whether an installed plugin's grant is good now, and what it gives in this hook.
// Signatures are checked once a key set; everything that depends on time or on the install, every time.
import type { Authority, GrantClaims } from "../../contracts/grant.ts";
import type { HookName } from "../../contracts/hooks.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { DeploymentSnapshot, InstalledPlugin, LiveGrant } from "../../contracts/site.ts";
import { type GrantRefusal, judgeGrant, readGrant, type SignedClaims } from "../grants/index.ts";
import { effectiveAuthority } from "./authority.ts";
import type { SiteLease } from "./runtime.ts";

export interface GrantInForce {
  readonly ok: true;
  readonly jti: string;
  /** The key that signed it. */
  readonly kid: string;
  readonly authority: Authority;
}

/** A grant that is not good, with what it gave where its claims can be read: it says whom it concerned. */
export interface GrantNotInForce extends GrantRefusal {
  readonly authority?: Authority;
}

/** The keys whose grants are good, and the way to newer ones. */
type KeyView = Pick<SiteLease, "deployment" | "refetchKeys">;

/** By key set, then by jti: a retired key makes a new snapshot, and with it an empty map. */
const readGrants = new WeakMap<DeploymentSnapshot, Map<string, SignedClaims | GrantRefusal>>();

/** By claims, then by hook; for one manifest, which is the install's and changes with a new grant alone. */
const authorities = new WeakMap<
  GrantClaims,
  { readonly manifest: Manifest; readonly byHook: Map<HookName | null, Authority> }
>();

/** The plugin's grant, or why it is none. */
export async function checkGrant(
  site: string,
  install: InstalledPlugin,
  keys: KeyView,
  hook: HookName | null,
  clock: Clock,
): Promise<GrantInForce | GrantNotInForce> {
  if (install.grant === null) return { ok: false, code: "GRANT_REVOKED", reason: "no live grant" };
  const { deployment } = keys;
  const read = await readWithNewestKeys(install.grant, keys);
  if (!read.ok) return read;
  const { plugin, version, code, manifestDigest: manifest } = install;
  const expected = {
    issuer: deployment.issuer,
    jti: install.grant.jti,
    site,
    plugin,
    version,
    code,
    manifest,
  };
  const refusal = judgeGrant(read.claims, expected, clock());
  // Of a grant for something else nothing is believed, of one that has ended what it was for.
  if (refusal !== null && refusal.code !== "GRANT_EXPIRED") return refusal;
  const authority = recallAuthority(install.manifest, read.claims, hook);
  if (refusal !== null) return { ...refusal, authority };
  if (deployment.yanked.includes(code)) {
    const reason = "this version was withdrawn for a security reason";
    return { ok: false, code: "GRANT_REVOKED", reason, authority };
  }
  return { ok: true, jti: read.claims.jti, kid: read.kid, authority };
}

/** Site and deployment are two objects: a grant can be here before the key that signed it. */
async function readWithNewestKeys(grant: LiveGrant, { deployment, refetchKeys }: KeyView) {
  const read = await readOnce(grant.jti, grant.token, deployment);
  if (read.ok || read.unknownKid === undefined) return read;
  return readOnce(grant.jti, grant.token, await refetchKeys(read.unknownKid));
}

/** The same for every call under one lease: manifest and claims are kept as long as it is renewed unchanged. */
function recallAuthority(manifest: Manifest, claims: GrantClaims, hook: HookName | null): Authority {
  const known = authorities.get(claims);
  const byHook = known?.manifest === manifest ? known.byHook : new Map<HookName | null, Authority>();
  if (known?.byHook !== byHook) authorities.set(claims, { manifest, byHook });
  const authority = byHook.get(hook) ?? effectiveAuthority(manifest, claims, hook);
  byHook.set(hook, authority);
  return authority;
}

async function readOnce(jti: string, token: string, deployment: DeploymentSnapshot) {
  let known = readGrants.get(deployment);
  if (known === undefined) {
    known = new Map();
    readGrants.set(deployment, known);
  }
  const cached = known.get(jti);
  if (cached !== undefined) return cached;
  const read = await readGrant(token, deployment);
  known.set(jti, read);
  return read;
}
