// Tokens as rows: whom each stands for, until when. A token is known here by its SHA-256 alone.
// Storage only: nothing here makes a token, reads its text or answers its digest.
import { SIGN_IN_SESSION_MS } from "../../contracts/limits.ts";
import type { Role, TokenStatus } from "../../contracts/rpc.ts";
import type { TokenStanding } from "../../contracts/site.ts";
import { addColumns } from "./columns.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, site TEXT, label TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at_ms INTEGER, single_use INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

/** Whom a token stands for. `site` is null for a token of the whole deployment. */
export interface Identity {
  readonly id: string;
  readonly role: Role;
  readonly site: string | null;
  readonly label: string;
}

export interface NewToken {
  readonly role: Role;
  readonly site: string | null;
  readonly label: string;
  readonly lifetimeMs: number | null;
  /** A sign-in token: it authenticates once. */
  readonly singleUse: boolean;
}

interface TokenRow {
  [column: string]: SqlStorageValue;
  id: string;
  role: Role;
  site: string | null;
  label: string;
  created_at: string;
  expires_at_ms: number | null;
  single_use: number;
  used_at: string | null;
}

export function createTokenTables(sql: SqlStorage): void {
  sql.exec(TABLES);
  addColumns(sql, [{ table: "tokens", column: "used_at", type: "TEXT" }]);
}

export function insertToken(
  sql: SqlStorage,
  token: NewToken & { readonly id: string; readonly hash: string },
  nowMs: number,
): TokenStatus {
  const { id, hash, role, site, label, lifetimeMs, singleUse } = token;
  sql.exec(
    `INSERT INTO tokens (id, hash, role, site, label, created_at, expires_at_ms, single_use)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    hash,
    role,
    site,
    label,
    new Date(nowMs).toISOString(),
    lifetimeMs === null ? null : nowMs + lifetimeMs,
    singleUse ? 1 : 0,
  );
  return statusOf(sql.exec<TokenRow>("SELECT * FROM tokens WHERE id = ?", id).one());
}

export function pruneTokens(sql: SqlStorage, nowMs: number): void {
  sql.exec("DELETE FROM tokens WHERE expires_at_ms <= ?", nowMs);
}

/** Whom the token with this digest stands for, and whether it is used up by that; null when it is not good. */
export function findToken(
  sql: SqlStorage,
  hash: string,
  nowMs: number,
): { readonly identity: Identity; readonly singleUse: boolean } | null {
  const [row] = sql
    .exec<TokenRow>(
      `SELECT * FROM tokens
       WHERE hash = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?) AND (single_use = 0 OR used_at IS NULL)`,
      hash,
      nowMs,
    )
    .toArray();
  if (row === undefined) return null;
  const { id, role, site, label } = row;
  return { identity: { id, role, site, label }, singleUse: row.single_use === 1 };
}

/** From now on the row stands for the session that the token opened, which has an end of its own. */
export function useUpToken(sql: SqlStorage, id: string, nowMs: number): void {
  sql.exec(
    "UPDATE tokens SET used_at = ?, expires_at_ms = ? WHERE id = ?",
    new Date(nowMs).toISOString(),
    nowMs + SIGN_IN_SESSION_MS,
    id,
  );
}

/** Those of one site, or with null all; oldest first. */
export function listTokens(sql: SqlStorage, site: string | null): TokenStatus[] {
  return sql
    .exec<TokenRow>("SELECT * FROM tokens WHERE ?1 IS NULL OR site = ?1 ORDER BY created_at, id", site)
    .toArray()
    .map(statusOf);
}

/** Whom the row stands for if it is there and, where a site is named, of that site. */
export function readToken(sql: SqlStorage, id: string, site: string | null): TokenStatus | null {
  const [row] = sql
    .exec<TokenRow>("SELECT * FROM tokens WHERE id = ?1 AND (?2 IS NULL OR site = ?2)", id, site)
    .toArray();
  return row === undefined ? null : statusOf(row);
}

export function deleteToken(sql: SqlStorage, id: string): void {
  sql.exec("DELETE FROM tokens WHERE id = ?", id);
}

/** A token that is revoked, expired or was never there does not come back. */
export function readStanding(sql: SqlStorage, id: string, nowMs: number): TokenStanding {
  const [row] = sql
    .exec<{ expires_at_ms: number | null }>(
      "SELECT expires_at_ms FROM tokens WHERE id = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?)",
      id,
      nowMs,
    )
    .toArray();
  return { live: row !== undefined, expiresAtMs: row?.expires_at_ms ?? null };
}

function statusOf(row: TokenRow): TokenStatus {
  const { id, role, site, label, created_at: createdAt, expires_at_ms: expiresAtMs } = row;
  const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString();
  return { id, role, site, label, createdAt, expiresAt };
}
