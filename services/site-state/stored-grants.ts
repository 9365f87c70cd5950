// The grants of a site as rows: at most one live a plugin, the ended ones kept for the list.
// Storage only; whether a grant may take another's place is decided by the caller, whether it is good by its token.

export interface NewGrant {
  readonly plugin: string;
  readonly jti: string;
  readonly token: string;
  /** The release that the consent was about: the one installed, or the held update. Any other is a CONFLICT. */
  readonly code: string;
  readonly manifestDigest: string;
  /** The jti that was live when the consent was shown, or null. */
  readonly previous: string | null;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** Who signs, for the audit log. */
  readonly by: string;
  readonly action: "grant" | "renew" | "narrow" | "update" | "rollback";
  /** The freeze under which the state was moved to another major; any other than the one that stands is a CONFLICT. */
  readonly freeze?: string | undefined;
  /** Whether it takes something of the grant before away from the same version: no rollback brings that again. */
  readonly takesBack?: boolean | undefined;
  readonly reason?: string | undefined;
  /** What is granted, for the audit log, which gets `previous` with it. */
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** A grant as it is kept: live ones and ended ones, for the list that an admin sees. */
export interface StoredGrant {
  readonly plugin: string;
  readonly jti: string;
  readonly token: string;
  readonly live: boolean;
  /** Null in a row of an earlier release. */
  readonly version: string | null;
  /** Of the token; 0 in a row of the first release. */
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
}

interface GrantRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  jti: string;
  token: string;
  live: number;
  version: string | null;
  issued_at_seconds: number;
  expires_at_seconds: number;
}

/** `version` is that of the release which the grant is for. */
export function insertGrant(sql: SqlStorage, grant: NewGrant, version: string, nowMs: number): void {
  sql.exec(
    `INSERT INTO grants
       (jti, plugin, token, live, granted_at, issued_at_seconds, expires_at_seconds, version, renews)
     VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)`,
    grant.jti,
    grant.plugin,
    grant.token,
    new Date(nowMs).toISOString(),
    grant.issuedAtSeconds,
    grant.expiresAtSeconds,
    version,
    grant.action === "renew" ? grant.previous : null,
  );
}

export function endGrant(sql: SqlStorage, jti: string, nowMs: number): void {
  sql.exec("UPDATE grants SET live = 0, ended_at = ? WHERE jti = ?", new Date(nowMs).toISOString(), jti);
}

/** True for a jti that there was: an ended grant's token may still verify, so it never comes back. */
export function wasGranted(sql: SqlStorage, jti: string): boolean {
  return sql.exec("SELECT 1 FROM grants WHERE jti = ?", jti).toArray().length > 0;
}

/** Every grant there was, newest first. */
export function listGrants(sql: SqlStorage): StoredGrant[] {
  return sql
    .exec<GrantRow>("SELECT * FROM grants ORDER BY granted_at DESC, jti")
    .toArray()
    .map(storedGrantOf);
}

/** When the plugin was last kept from acting: its grant or a freeze ended, or it was disabled. Null: never. */
export function lastStoppedAtMs(sql: SqlStorage, plugin: string): number | null {
  const { stopped } = sql
    .exec<{ stopped: string | null }>(
      `SELECT max(at) AS stopped FROM (
         SELECT ended_at AS at FROM grants WHERE plugin = ?1
         UNION ALL SELECT disabled_at FROM installs WHERE plugin = ?1
         UNION ALL SELECT ended_at FROM freezes WHERE plugin = ?1)`,
      plugin,
    )
    .one();
  return stopped === null ? null : Date.parse(stopped);
}

function storedGrantOf(row: GrantRow): StoredGrant {
  const { plugin, jti, token, live, version } = row;
  const { issued_at_seconds: issuedAtSeconds, expires_at_seconds: expiresAtSeconds } = row;
  return { plugin, jti, token, live: live === 1, version, issuedAtSeconds, expiresAtSeconds };
}
