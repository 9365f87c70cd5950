// What an admin is shown before a grant is signed: every scope in words, and what changes by it.
// Nothing is granted beyond what the manifest asks; it signs nothing and changes no state.
import { type Caveats, isWithinCaveats } from "../../contracts/caveats.ts";
import type { Consent, ConsentLine } from "../../contracts/consent.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { type Authority, authorityOf } from "../../contracts/grant.ts";
import { canonicalJson } from "../../contracts/json.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import { consentText, riskAmong, type Scope, scopeTable, takesCaveats } from "../../contracts/scopes.ts";
import type { DeploymentSnapshot, InstalledPlugin, LiveGrant } from "../../contracts/site.ts";
import { attenuate, differenceOf, intersectAuthorities, readGrant } from "../grants/index.ts";

/** The version that a grant is to be for: the installed one, or a held update. */
export interface ConsentTarget {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  /** The version that runs now, where it is another. */
  readonly from: string | null;
  /** The install's live grant, which the new one would replace. */
  readonly grant: LiveGrant | null;
}

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

/** `newest` is the held update, or the installed version where none waits. */
export function consentTargetOf(install: InstalledPlugin, which: "installed" | "newest"): ConsentTarget {
  const { plugin, grant, update } = install;
  const held = which === "newest" && update !== null ? update : null;
  const { version, code, manifestDigest, manifest } = held ?? install;
  return {
    plugin,
    version,
    code,
    manifestDigest,
    manifest,
    from: held === null ? null : install.version,
    grant,
  };
}

/** What a manifest asks for, all of it. */
export function authorityDeclared(manifest: Manifest): Authority {
  return new Map(manifest.scopes.map(({ scope, caveats }) => [scope, caveats ?? {}]));
}

/**
 * @throws INVALID_ARGUMENT for a scope that is not asked for, a caveat that the scope does not take, or caveats
 * that leave nothing of a scope
 */
export async function prepareConsent(
  site: string,
  target: ConsentTarget,
  deployment: Pick<DeploymentSnapshot, "keys">,
  terms: GrantTerms,
): Promise<PreparedConsent> {
  const before = await authorityInForce(target.grant, deployment);
  const authority = authorityAsked(target, terms, before);
  const previous = target.grant?.jti ?? null;
  const shown = {
    plugin: target.plugin,
    name: target.manifest.name,
    version: target.version,
    from: target.from,
    lines: linesOf(target.manifest, authority),
    difference: differenceOf(before, authority),
    withheld: scopesWithheld(target.manifest, authority),
  };
  const { code, manifestDigest } = target;
  const digest = await sha256Hex(canonicalJson({ site, code, manifestDigest, previous, ...shown }));
  return { consent: { ...shown, digest }, authority, previous };
}

/** A grant that cannot be read stands for nothing: then everything is shown as new. */
async function authorityInForce(
  grant: LiveGrant | null,
  deployment: Pick<DeploymentSnapshot, "keys">,
): Promise<Authority> {
  if (grant === null) return new Map();
  const read = await readGrant(grant.token, deployment);
  return read.ok ? authorityOf(read.claims) : new Map();
}

/** Sorted by scope, each within the manifest's caveats and the admin's. */
function authorityAsked(target: ConsentTarget, terms: GrantTerms, before: Authority): Authority {
  const chosen = authorityChosen(target, terms, before);
  for (const [scope, caveats] of Object.entries(terms.caveats ?? {}) as [Scope, Caveats][]) {
    if (!chosen.has(scope)) {
      throw new EmgateError("INVALID_ARGUMENT", `caveats: ${scope} is not being granted`);
    }
    if (!takesCaveats(scope, caveats)) {
      throw new EmgateError(
        "INVALID_ARGUMENT",
        `caveats: ${scope} takes ${scopeTable[scope].caveats.join(", ") || "none"}`,
      );
    }
  }
  const authority = attenuate(chosen, { caveats: terms.caveats });
  const emptied = [...chosen.keys()].find((scope) => !authority.has(scope));
  if (emptied !== undefined) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `caveats: nothing is left of ${emptied} within what the plugin asks for`,
    );
  }
  if (authority.size === 0) {
    throw new EmgateError("INVALID_ARGUMENT", `${target.plugin} asks for no scope to grant`);
  }
  return authority;
}

/** The scopes of the new grant with what is declared, or already granted, of each. */
function authorityChosen(target: ConsentTarget, terms: GrantTerms, before: Authority): Authority {
  const declared = authorityDeclared(target.manifest);
  if (terms.scopes === undefined) return declared;
  const unasked = terms.scopes.find((scope) => !declared.has(scope));
  if (unasked !== undefined) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `scopes: ${target.plugin} ${target.version} does not ask for ${unasked}`,
    );
  }
  const named = attenuate(declared, { scopes: terms.scopes });
  if (terms.only) return named;
  // What this version no longer asks for falls away; it is not an error of the admin's.
  return new Map([...intersectAuthorities(before, declared), ...named]);
}

function linesOf(manifest: Manifest, authority: Authority): ConsentLine[] {
  const granted = new Set(authority.keys());
  return [...authority].map(([scope, caveats]) => {
    const declared = manifest.scopes.find((asked) => asked.scope === scope);
    return {
      scope,
      ...riskAmong(scope, granted),
      text: consentText(scope, caveats),
      reason: declared?.reason ?? "",
      optional: declared?.optional ?? false,
    };
  });
}

function scopesWithheld(manifest: Manifest, authority: Authority): Scope[] {
  const withheld = [...authorityDeclared(manifest)].filter(([scope, caveats]) => {
    const granted = authority.get(scope);
    return granted === undefined || !isWithinCaveats(caveats, granted);
  });
  return withheld.map(([scope]) => scope).sort();
}
