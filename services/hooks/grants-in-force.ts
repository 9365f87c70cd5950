// Finds out whether an installed plugin's grant is good now, and what it gives in this hook.
// Signatures are checked once a key set; everything that depends on time or on the install, every time.
import type { Authority, GrantClaims } from "../../contracts/grant.ts";
import type { HookName } from "../../contracts/hooks.ts";
import type { Clock } from "../../contracts/ports.ts";
import type { DeploymentSnapshot, InstalledPlugin } from "../../contracts/site.ts";
import { type GrantRefusal, judgeGrant, readGrant, type SignedClaims } from "../grants/index.ts";
import { effectiveAuthority } from "./authority.ts";

export interface GrantInForce {
  readonly ok: true;
  readonly claims: GrantClaims;
  /** The key that signed it. */
  readonly kid: string;
  readonly authority: Authority;
}

/** By key set, then by jti: a retired key makes a new snapshot, and with it an empty map. */
const readGrants = new WeakMap<DeploymentSnapshot, Map<string, SignedClaims | GrantRefusal>>();

/** The plugin's grant, or why it is none. */
export async function checkGrant(
  site: string,
  install: InstalledPlugin,
  deployment: DeploymentSnapshot,
  hook: HookName | null,
  clock: Clock,
): Promise<GrantInForce | GrantRefusal> {
  if (install.grant === null) return { ok: false, code: "GRANT_REVOKED", reason: "no live grant" };
  const read = await readOnce(install.grant.jti, install.grant.token, deployment);
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
  if (refusal !== null) return refusal;
  return {
    ok: true,
    claims: read.claims,
    kid: read.kid,
    authority: effectiveAuthority(install.manifest, read.claims, hook),
  };
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
