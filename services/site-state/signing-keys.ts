// The deployment's signing keys as rows: one current, those before it until they are retired, none ever removed.
// Storage only: private parts are sealed when they come here, and nothing here can open them.
import { EmgateError } from "../../contracts/errors.ts";
import type { KeyStatus } from "../../contracts/rpc.ts";
import type { KeyState, PublicKey } from "../../contracts/site.ts";
import type { SealedKey } from "../grants/index.ts";
import { addColumns } from "./columns.ts";

/** Two keys that sign at once cannot be, whoever writes them. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS keys (
    kid TEXT PRIMARY KEY, x TEXT NOT NULL, sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'previous', 'retired')), created_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS one_current_key ON keys (state) WHERE state = 'current';
`;

interface KeyRow {
  [column: string]: SqlStorageValue;
  kid: string;
  x: string;
  sealed: string;
  state: KeyState;
  created_at: string;
  retired_at: string | null;
}

export function createKeyTables(sql: SqlStorage): void {
  sql.exec(TABLES);
  addColumns(sql, [{ table: "keys", column: "retired_at", type: "TEXT" }]);
}

/** The key that signs, or null before there is one. */
export function readCurrentKey(sql: SqlStorage): SealedKey | null {
  const [row] = sql.exec<KeyRow>("SELECT * FROM keys WHERE state = 'current'").toArray();
  return row === undefined ? null : { ...publicKeyOf(row), sealed: row.sealed };
}

/** Makes the key the one that signs; the one before it, if there is one, only verifies from now on. */
export function putCurrentKey(sql: SqlStorage, { kid, jwk, sealed }: SealedKey, nowMs: number): KeyStatus {
  sql.exec("UPDATE keys SET state = 'previous' WHERE state = 'current'");
  sql.exec(
    "INSERT INTO keys (kid, x, sealed, state, created_at) VALUES (?, ?, ?, 'current', ?)",
    kid,
    jwk.x,
    sealed,
    new Date(nowMs).toISOString(),
  );
  return readKey(sql, kid);
}

/** @throws CONFLICT for the key that signs */
export function retireKey(sql: SqlStorage, kid: string, nowMs: number): KeyStatus {
  if (readKey(sql, kid).state === "current") {
    throw new EmgateError("CONFLICT", `key ${kid} signs grants at present: rotate the keys first`);
  }
  const retiredAt = new Date(nowMs).toISOString();
  sql.exec("UPDATE keys SET state = 'retired', retired_at = ? WHERE kid = ?", retiredAt, kid);
  return readKey(sql, kid);
}

/** @throws NOT_FOUND */
export function readKey(sql: SqlStorage, kid: string): KeyStatus {
  const [row] = sql.exec<KeyRow>("SELECT * FROM keys WHERE kid = ?", kid).toArray();
  if (row === undefined) throw new EmgateError("NOT_FOUND", "kid: no such key");
  return statusOf(row);
}

/** Newest first. */
export function listKeys(sql: SqlStorage): KeyStatus[] {
  return sql.exec<KeyRow>("SELECT * FROM keys ORDER BY created_at DESC, kid").toArray().map(statusOf);
}

/** Those whose grants are good. */
export function listPublicKeys(sql: SqlStorage): PublicKey[] {
  return sql
    .exec<KeyRow>("SELECT * FROM keys WHERE state <> 'retired' ORDER BY created_at DESC, kid")
    .toArray()
    .map(publicKeyOf);
}

/** Grows with each key that is made and each that is retired. */
export function countKeyChanges(sql: SqlStorage): number {
  return sql
    .exec<{ changes: number }>("SELECT count(*) + total(state = 'retired') AS changes FROM keys")
    .one().changes;
}

function publicKeyOf({ kid, x }: KeyRow): PublicKey {
  return { kid, jwk: { kty: "OKP", crv: "Ed25519", x } };
}

function statusOf({ kid, state, created_at: createdAt, retired_at: retiredAt }: KeyRow): KeyStatus {
  return { kid, state, createdAt, retiredAt };
}
