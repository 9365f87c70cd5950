// What the tests of consents, claims and updates share: one manifest, its install, and grants that a key signed.
// No site and no gateway: these functions take the state that they judge.
import { type Authority, authorityOf, type GrantClaims } from "../../../contracts/grant.ts";
import { type Manifest, manifestSchema } from "../../../contracts/manifest.ts";
import type { InstalledPlugin, LiveGrant } from "../../../contracts/site.ts";
import { detailsOf, mintGrant } from "../../../services/grants/index.ts";
import { makeClaims, type TestKey } from "../grants/fixture.ts";

export const SITE = "demo";
const DIGESTS = { code: "a".repeat(64), manifestDigest: "b".repeat(64) };

/** What the plugin of these tests asks for; every case changes one thing. */
export const ASKED = [
  { scope: "hook:beforePublish", reason: "Checks a page before it goes live." },
  {
    scope: "read:pages",
    reason: "Reads the page that it checks.",
    caveats: { collections: ["posts", "pages"] },
  },
  { scope: "write:kv", reason: "Remembers its checks.", optional: true },
];

export function makeManifest(scopes: readonly unknown[] = ASKED, changes: object = {}): Manifest {
  const plain = { apiVersion: 1, id: "seo-check", name: "SEO check", version: "1.2.3", scopes, ...changes };
  return manifestSchema.parse(plain);
}

export function makeInstall(changes: Partial<InstalledPlugin> = {}): InstalledPlugin {
  return {
    plugin: "seo-check",
    installId: "i1",
    version: "1.2.3",
    ...DIGESTS,
    manifest: makeManifest(),
    enabled: true,
    position: 0,
    settings: {},
    grant: null,
    update: null,
    stopped: null,
    frozen: null,
    database: null,
    breaker: null,
    ...changes,
  };
}

/** A newer version that waits, with this ask. */
export function makeUpdate(scopes: readonly unknown[]): NonNullable<InstalledPlugin["update"]> {
  return {
    version: "1.3.0",
    code: "d".repeat(64),
    manifestDigest: "e".repeat(64),
    manifest: makeManifest(scopes, { version: "1.3.0", name: "SEO check, new" }),
    heldAt: "2026-11-01T00:00:00.000Z",
  };
}

export async function grantOf(
  authority: Authority,
  key: TestKey,
): Promise<LiveGrant & { claims: GrantClaims }> {
  const claims = makeClaims({ ...detailsOf(authority) });
  const token = await mintGrant(claims, key.signing);
  const { jti, iat: issuedAtSeconds, exp: expiresAtSeconds } = claims;
  return { jti, token, issuedAtSeconds, expiresAtSeconds, renews: null, claims };
}

/** Scopes with their caveats, as a test reads them best. */
export function shownOf(claims: GrantClaims): Record<string, unknown> {
  return Object.fromEntries(authorityOf(claims));
}
