// The grant: an admin's consent for one plugin version on one site, as the claims of a signed JWT.
// Shapes only; signing and verifying live in services/grants.
import { z } from "zod";
import { type Caveats, canonicalCaveats, caveatsSchema } from "./caveats.ts";
import { digestSchema, pluginIdSchema, siteIdSchema, versionSchema } from "./ids.ts";
import { canonicalJson } from "./json.ts";
import { type Scope, scopeSchema, takesCaveats } from "./scopes.ts";

export const GRANT_AUDIENCE = "emgate-gateway";
export const GRANT_TYPE = "emgate-grant+jwt";
export const GRANT_ALGORITHM = "Ed25519";

/** Seconds since the epoch; NumericDate of RFC 7519 without its fractions. */
const secondsSchema = z.number().int().min(0).max(8_640_000_000_000);
const jtiSchema = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);

/** Well-formed: half of a surrogate pair has no UTF-8, and with it no one spelling. */
const nameSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => name.isWellFormed(), "expected well-formed text");

const grantedScopeSchema = z
  .strictObject({ type: z.literal("emgate:capability"), scope: scopeSchema, caveats: caveatsSchema })
  .refine(({ scope, caveats }) => takesCaveats(scope, caveats), {
    error: "this scope does not take that caveat",
  });

/** Every claim is required but `prv`; a claim that is not listed refuses the token (RFC 8725, 3.8 to 3.12). */
export const grantClaimsSchema = z
  .strictObject({
    iss: nameSchema,
    aud: z.literal(GRANT_AUDIENCE),
    sub: pluginIdSchema,
    site: siteIdSchema,
    jti: jtiSchema,
    iat: secondsSchema,
    nbf: secondsSchema,
    exp: secondsSchema,
    /** The admin who consented. */
    gby: nameSchema,
    /** Sorted, space-delimited (RFC 6749, 3.3). */
    scope: z.string().max(2000),
    /** RFC 9396: one entry a scope, in the order of `scope`. */
    authorization_details: z.array(grantedScopeSchema).min(1).max(50),
    /** What the grant is bound to: version, digest of the bundle's bytes, digest of the manifest. */
    bnd: z.strictObject({ ver: versionSchema, code: digestSchema, manifest: digestSchema }),
    /** SHA-256 of the consent text and difference that the admin saw. */
    cns: digestSchema,
    /** The jti of the grant that this one continues. */
    prv: jtiSchema.optional(),
  })
  .refine((claims) => claims.scope === claims.authorization_details.map(({ scope }) => scope).join(" "), {
    error: "scope and authorization_details must name the same scopes in the same order",
  })
  .refine((claims) => claims.authorization_details.every(({ caveats }) => isCanonical(caveats)), {
    error: "caveats must have their canonical form",
  })
  .refine((claims) => isStrictlySorted(claims.authorization_details.map(({ scope }) => scope)), {
    error: "scopes must be sorted and named once",
  });
export type GrantClaims = z.infer<typeof grantClaimsSchema>;

/** What one plugin may do: each granted scope with its caveats. Missing means no. */
export type Authority = ReadonlyMap<Scope, Caveats>;

/** The authority that a grant's claims carry. */
export function authorityOf(claims: GrantClaims): Authority {
  return new Map(claims.authorization_details.map(({ scope, caveats }) => [scope, caveats]));
}

function isCanonical(caveats: Caveats): boolean {
  return canonicalJson(canonicalCaveats(caveats)) === canonicalJson(caveats);
}

function isStrictlySorted(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
}
