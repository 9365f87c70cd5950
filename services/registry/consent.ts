// What an admin is shown before a grant is signed, and the signing of exactly that.
// Nothing is granted beyond what the manifest asks; a difference between shown and signed is a CONFLICT.
import { type Caveats, intersectCaveats, isWithinCaveats } from "../../contracts/caveats.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { type Authority, authorityOf, GRANT_AUDIENCE, type GrantClaims } from "../../contracts/grant.ts";
import { canonicalJson } from "../../contracts/json.ts";
import { MAX_GRANT_LIFETIME_SECONDS } from "../../contracts/limits.ts";
import type { Consent } from "../../contracts/rpc.ts";
import { consentText, type Scope, scopeTable, takesCaveats } from "../../contracts/scopes.ts";
import type { DeploymentSnapshot, InstalledPlugin } from "../../contracts/site.ts";
import { readGrant } from "../grants/index.ts";

/** What is to be granted; scopes absent means everything the manifest asks. */
export interface GrantTerms {
  readonly scopes?: readonly Scope[] | undefined;
  readonly only?: boolean | undefined;
  readonly caveats?: Partial<Record<Scope, Caveats>> | undefined;
}

export interface PreparedConsent {
  readonly consent: Consent;
  readonly authority: Authority;
  /** The jti of the grant in force, which this one would replace. */
  readonly previous: string | null;
}

/** @throws INVALID_ARGUMENT for a scope that is not asked for, or a caveat that the scope does not take */
export async function prepareConsent(
  site: string,
  install: InstalledPlugin,
  deployment: DeploymentSnapshot,
  terms: GrantTerms,
): Promise<PreparedConsent> {
  const before = await authorityInForce(install, deployment);
  const authority = authorityAsked(install, terms, before);
  const previous = install.grant?.jti ?? null;
  const shown = {
    plugin: install.plugin,
    name: install.manifest.name,
    version: install.version,
    lines: [...authority].map(([scope, caveats]) => ({
      scope,
      risk: scopeTable[scope].risk,
      text: consentText(scope, caveats),
      reason: install.manifest.scopes.find((asked) => asked.scope === scope)?.reason ?? "",
    })),
    difference: differenceOf(before, authority),
  };
  const { code, manifestDigest } = install;
  const digest = await sha256Hex(canonicalJson({ site, code, manifestDigest, previous, ...shown }));
  return { consent: { ...shown, digest }, authority, previous };
}

/** The claims of a grant that an admin consents to now. Seconds are of the deployment's clock. */
export function claimsOf(
  site: string,
  install: InstalledPlugin,
  prepared: PreparedConsent,
  issued: {
    readonly issuer: string;
    readonly by: string;
    readonly nowMs: number;
    readonly lifetimeSeconds?: number;
  },
): GrantClaims {
  const iat = Math.floor(issued.nowMs / 1000);
  const details = [...prepared.authority].map(([scope, caveats]) => ({
    type: "emgate:capability" as const,
    scope,
    caveats,
  }));
  return {
    iss: issued.issuer,
    aud: GRANT_AUDIENCE,
    sub: install.manifest.id,
    site: site as GrantClaims["site"], // parsed where the call came in
    jti: crypto.randomUUID(),
    iat,
    nbf: iat,
    exp: iat + (issued.lifetimeSeconds ?? MAX_GRANT_LIFETIME_SECONDS),
    gby: issued.by,
    scope: details.map(({ scope }) => scope).join(" "),
    authorization_details: details,
    bnd: { ver: install.version, code: install.code, manifest: install.manifestDigest },
    cns: prepared.consent.digest,
    ...(prepared.previous !== null && { prv: prepared.previous }),
  };
}

/** Sorted by scope, each within the manifest's caveats and the admin's. */
function authorityAsked(install: InstalledPlugin, terms: GrantTerms, before: Authority): Authority {
  const declared = new Map(install.manifest.scopes.map(({ scope, caveats }) => [scope, caveats ?? {}]));
  const chosen = new Map<Scope, Caveats>();
  if (terms.scopes !== undefined && !terms.only) {
    // What a new version no longer asks for falls away; it is not an error of the admin's.
    for (const [scope, caveats] of before) if (declared.has(scope)) chosen.set(scope, caveats);
  }
  for (const scope of terms.scopes ?? declared.keys()) chosen.set(scope, declared.get(scope) ?? {});
  for (const scope of Object.keys(terms.caveats ?? {})) {
    if (!chosen.has(scope as Scope))
      throw new EmgateError("INVALID_ARGUMENT", `caveats: ${scope} is not being granted`);
  }
  const authority = new Map<Scope, Caveats>();
  for (const scope of [...chosen.keys()].sort()) {
    const asked = declared.get(scope);
    if (asked === undefined) {
      throw new EmgateError(
        "INVALID_ARGUMENT",
        `scopes: ${install.plugin} ${install.version} does not ask for ${scope}`,
      );
    }
    const given = terms.caveats?.[scope] ?? {};
    if (!takesCaveats(scope, given)) {
      throw new EmgateError(
        "INVALID_ARGUMENT",
        `caveats: ${scope} takes ${scopeTable[scope].caveats.join(", ") || "none"}`,
      );
    }
    const caveats = intersectCaveats(intersectCaveats(asked, chosen.get(scope) ?? {}), given);
    if (caveats.collections?.length === 0) {
      throw new EmgateError(
        "INVALID_ARGUMENT",
        `caveats: nothing is left of ${scope} within what the plugin asks for`,
      );
    }
    authority.set(scope, caveats);
  }
  if (authority.size === 0)
    throw new EmgateError("INVALID_ARGUMENT", `${install.plugin} asks for no scope to grant`);
  return authority;
}

function differenceOf(before: Authority, after: Authority): Consent["difference"] {
  const changed = [...after].filter(([scope, caveats]) => {
    const old = before.get(scope);
    return old !== undefined && !(isWithinCaveats(old, caveats) && isWithinCaveats(caveats, old));
  });
  return {
    added: [...after.keys()].filter((scope) => !before.has(scope)),
    removed: [...before.keys()].filter((scope) => !after.has(scope)),
    changed: changed.map(([scope]) => scope),
  };
}

async function authorityInForce(
  install: InstalledPlugin,
  deployment: DeploymentSnapshot,
): Promise<Authority> {
  if (install.grant === null) return new Map();
  const read = await readGrant(install.grant.token, deployment);
  return read.ok ? authorityOf(read.claims) : new Map();
}
