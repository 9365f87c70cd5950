// Registered versions of plugins: the manifest in D1, the bundle in R2 under the digest of its bytes.
// A version is immutable; the same bytes again are the same version, other bytes under its name a CONFLICT.
import semver from "semver";
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { byteLength } from "../../contracts/json.ts";
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES } from "../../contracts/limits.ts";
import { type Manifest, manifestSchema } from "../../contracts/manifest.ts";
import { migrationsSchema, type PluginMigration } from "../../contracts/migrations.ts";
import type { RegisteredVersion } from "../../contracts/rpc.ts";
import { assertMigrations, digestManifest } from "./plugin-migrations.ts";

export interface RegistryPorts {
  readonly db: D1Database;
  readonly bundles: R2Bucket;
}

/** A version with its parsed manifest, as an install needs it. */
export interface Release {
  readonly plugin: string;
  readonly version: string;
  readonly code: string;
  /** Of plugin.json and the migrations (plugin-migrations.ts). */
  readonly manifestDigest: string;
  readonly manifest: Manifest;
  /** ISO 8601, UTC. */
  readonly releasedAt: string;
}

interface VersionRow {
  plugin: string;
  version: string;
  code: string;
  manifest_digest: string;
  manifest: string;
  migrations: string;
  created_at: string;
}

/** Stores a bundle with its manifest and its migrations. @throws INVALID_ARGUMENT, PAYLOAD_TOO_LARGE, CONFLICT */
export async function registerVersion(
  { db, bundles }: RegistryPorts,
  submitted: {
    readonly manifest: string;
    readonly code: string;
    readonly migrations?: readonly PluginMigration[];
  },
): Promise<RegisteredVersion> {
  assertText(submitted.manifest, MAX_MANIFEST_BYTES, "manifest");
  assertText(submitted.code, MAX_BUNDLE_BYTES, "code");
  const declared = parseManifest(submitted.manifest);
  const { id: plugin, version } = declared;
  const { migrations = [] } = submitted;
  assertMigrations(migrations, declared);
  const code = await sha256Hex(submitted.code);
  const manifest = await digestManifest(submitted.manifest, migrations);
  // The bundle first: a row must never name bytes that are not there.
  await bundles.put(code, submitted.code, { httpMetadata: { contentType: "text/javascript" } });
  await db
    .prepare(
      `INSERT INTO versions (plugin, version, code, manifest_digest, manifest, bytes, created_at, migrations)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    )
    .bind(
      plugin,
      version,
      code,
      manifest,
      submitted.manifest,
      byteLength(submitted.code),
      new Date().toISOString(),
      JSON.stringify(migrations),
    )
    .run();
  const stored = await findRow(db, plugin, version);
  if (stored?.code !== code || stored.manifest_digest !== manifest) {
    throw new EmgateError(
      "CONFLICT",
      `${plugin} ${version} is registered with other bytes: raise the version`,
    );
  }
  return { plugin, version, code, manifest };
}

/**
 * The release to put on a site: the one that is named, else the newest that was not withdrawn. `yanked` holds the
 * digests of the bundles that were.
 *
 * @throws NOT_FOUND, and CONFLICT where it was withdrawn
 */
export async function chooseRelease(
  ports: RegistryPorts,
  plugin: string,
  version: string | undefined,
  yanked: readonly string[],
): Promise<Release> {
  const chosen = version ?? (await findNewestVersion(ports.db, plugin, yanked));
  const release = await findRelease(ports, plugin, chosen);
  assertNotYanked(release, yanked);
  return release;
}

/** @throws CONFLICT for a release that was withdrawn: nothing puts it on a site, or grants it anything */
export function assertNotYanked(
  { plugin, version, code }: Pick<Release, "plugin" | "version" | "code">,
  yanked: readonly string[],
): void {
  if (!yanked.includes(code)) return;
  throw new EmgateError(
    "CONFLICT",
    `${plugin} ${version} was withdrawn for a security reason: put another version on the site, then grant that`,
  );
}

/** A version of a plugin, withdrawn or not. @throws NOT_FOUND */
export async function findRelease({ db }: RegistryPorts, plugin: string, version: string): Promise<Release> {
  const row = await findRow(db, plugin, version);
  if (row === null) throw new EmgateError("NOT_FOUND", `${plugin} ${version} is not registered here`);
  return {
    plugin: row.plugin,
    version: row.version,
    code: row.code,
    manifestDigest: row.manifest_digest,
    manifest: parseManifest(row.manifest),
    releasedAt: row.created_at,
  };
}

/**
 * The migrations of a release, as they were signed. @throws NOT_FOUND, and CONFLICT where the stored bytes are not
 * those of the digest
 */
export async function readMigrations(
  { db }: RegistryPorts,
  { plugin, version, manifestDigest }: Pick<Release, "plugin" | "version" | "manifestDigest">,
): Promise<readonly PluginMigration[]> {
  const row = await findRow(db, plugin, version);
  if (row === null) throw new EmgateError("NOT_FOUND", `${plugin} ${version} is not registered here`);
  const migrations = parseOrThrow(migrationsSchema, JSON.parse(row.migrations), "migrations");
  if ((await digestManifest(row.manifest, migrations)) === manifestDigest) return migrations;
  throw new EmgateError(
    "CONFLICT",
    `${plugin} ${version}: its manifest or migrations are not what they were`,
  );
}

/** Keeps a byte order mark: what was submitted is what its digest is of. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A bundle's text by its digest, or null. */
export async function readBundle(bundles: R2Bucket, digest: string): Promise<string | null> {
  const object = await bundles.get(digest);
  return object === null ? null : utf8.decode(await object.arrayBuffer());
}

function parseManifest(text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new EmgateError("INVALID_ARGUMENT", "plugin.json: expected JSON");
  }
  return parseOrThrow(manifestSchema, json, "plugin.json");
}

function assertText(text: string, maxBytes: number, what: string): void {
  // A lone surrogate has no UTF-8 of its own: the stored bytes would not be those that were sent.
  if (!text.isWellFormed()) throw new EmgateError("INVALID_ARGUMENT", `${what}: expected well-formed text`);
  const bytes = byteLength(text);
  if (bytes > maxBytes) {
    throw new EmgateError("PAYLOAD_TOO_LARGE", `${what}: expected at most ${maxBytes} bytes, got ${bytes}`);
  }
}

async function findRow(db: D1Database, plugin: string, version: string): Promise<VersionRow | null> {
  const query = db.prepare("SELECT * FROM versions WHERE plugin = ? AND version = ?");
  return query.bind(plugin, version).first<VersionRow>();
}

/** Releases before prereleases, then the highest (semver.org, 11). @throws NOT_FOUND, CONFLICT */
async function findNewestVersion(db: D1Database, plugin: string, yanked: readonly string[]): Promise<string> {
  const { results } = await db
    .prepare("SELECT version, code FROM versions WHERE plugin = ?")
    .bind(plugin)
    .all<{ version: string; code: string }>();
  const versions = results.filter(({ code }) => !yanked.includes(code)).map(({ version }) => version);
  const newest =
    semver.maxSatisfying(versions, "*") ?? semver.maxSatisfying(versions, "*", { includePrerelease: true });
  if (newest !== null) return newest;
  if (results.length === 0) throw new EmgateError("NOT_FOUND", `no version of ${plugin} is registered here`);
  throw new EmgateError("CONFLICT", `every version of ${plugin} was withdrawn for a security reason`);
}
