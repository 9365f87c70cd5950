// The Durable Object of the whole deployment: signing keys, tokens and the list of sites.
// The only home of private keys (sealed) and of tokens (hashed); neither ever leaves it in clear.
import { DurableObject } from "cloudflare:workers";
import { sha256Hex } from "../../contracts/digest.ts";
import type { Role, TokenStatus } from "../../contracts/rpc.ts";
import type { DeploymentSnapshot, LeaseAnswer, PublicKey } from "../../contracts/site.ts";
import { createSigningKey, mintGrant, openSigningKey, type SigningKey } from "../grants/index.ts";
import { LeaseDesk } from "./lease-desk.ts";

export interface DeploymentEnv {
  readonly EMGATE_ISSUER: string;
  readonly EMGATE_KEY: string;
}

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

const TABLES = `
  CREATE TABLE IF NOT EXISTS keys (
    kid TEXT PRIMARY KEY, x TEXT NOT NULL, sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'previous', 'retired')), created_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, site TEXT, label TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at_ms INTEGER, single_use INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sites (site TEXT PRIMARY KEY, created_at TEXT NOT NULL) WITHOUT ROWID;
`;

const TOKEN_BYTES = 32;

interface KeyRow {
  [column: string]: SqlStorageValue;
  kid: string;
  x: string;
  sealed: string;
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
}

export class Deployment extends DurableObject<DeploymentEnv> {
  readonly #sql = this.ctx.storage.sql;
  readonly #desk = new LeaseDesk(Date.now);
  #signingKey: SigningKey | null = null;

  constructor(ctx: DurableObjectState, env: DeploymentEnv) {
    super(ctx, env);
    this.#sql.exec(TABLES);
  }

  /** The issuer and the keys whose grants are good, under a lease. */
  async lease(known: number | null): Promise<LeaseAnswer<DeploymentSnapshot>> {
    await this.#currentKey();
    const keys = this.#publicKeys();
    // Keys are added and later retired, never removed: both move the revision on.
    const [row] = this.#sql
      .exec<{ rev: number }>("SELECT count(*) + total(state = 'retired') AS rev FROM keys")
      .toArray();
    return this.#desk.answer(known, row?.rev ?? 0, () => ({ issuer: this.env.EMGATE_ISSUER, keys }));
  }

  /** The compact JWT of a grant's claims, signed with the current key. @throws INVALID_ARGUMENT */
  async signGrant(claims: unknown): Promise<string> {
    return mintGrant(claims, await this.#currentKey());
  }

  /** Makes a token; its text is in this answer and nowhere else. */
  async createToken(token: NewToken): Promise<TokenStatus & { token: string }> {
    const text = `emg_${toBase64Url(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)))}`;
    const id = crypto.randomUUID();
    const now = Date.now();
    const expiresAtMs = token.lifetimeMs === null ? null : now + token.lifetimeMs;
    const createdAt = new Date(now).toISOString();
    const hash = await sha256Hex(text);
    this.#sql.exec("DELETE FROM tokens WHERE expires_at_ms < ?", now);
    this.#sql.exec(
      "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      hash,
      token.role,
      token.site,
      token.label,
      createdAt,
      expiresAtMs,
      token.singleUse ? 1 : 0,
    );
    return { ...describeToken(id, token, createdAt, expiresAtMs), token: text };
  }

  /** Whom the token with this SHA-256 stands for, or null. A sign-in token is used up by asking. */
  identify(hash: string): Identity | null {
    const [row] = this.#sql
      .exec<TokenRow>(
        "SELECT * FROM tokens WHERE hash = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?)",
        hash,
        Date.now(),
      )
      .toArray();
    if (row === undefined) return null;
    if (row.single_use === 1) this.#sql.exec("DELETE FROM tokens WHERE id = ?", row.id);
    return { id: row.id, role: row.role, site: row.site, label: row.label };
  }

  listTokens(): TokenStatus[] {
    return this.#sql
      .exec<TokenRow>("SELECT * FROM tokens ORDER BY created_at, id")
      .toArray()
      .map((row) => describeToken(row.id, row, row.created_at, row.expires_at_ms));
  }

  revokeToken(id: string): boolean {
    return this.#sql.exec("DELETE FROM tokens WHERE id = ?", id).rowsWritten > 0;
  }

  addSite(site: string): void {
    this.#sql.exec("INSERT INTO sites VALUES (?, ?) ON CONFLICT DO NOTHING", site, new Date().toISOString());
  }

  listSites(): string[] {
    return this.#sql
      .exec<{ site: string }>("SELECT site FROM sites ORDER BY site")
      .toArray()
      .map(({ site }) => site);
  }

  #publicKeys(): PublicKey[] {
    return this.#sql
      .exec<KeyRow>("SELECT kid, x, sealed FROM keys WHERE state <> 'retired' ORDER BY created_at DESC")
      .toArray()
      .map(({ kid, x }) => ({ kid, jwk: { kty: "OKP", crv: "Ed25519", x } }));
  }

  /** The key that signs; the first one is made when it is first needed. */
  async #currentKey(): Promise<SigningKey> {
    if (this.#signingKey) return this.#signingKey;
    // Settled inside: a rejection there would break the whole object, and every token check with it.
    const [opened] = await this.ctx.blockConcurrencyWhile(() =>
      Promise.allSettled([this.#openOrCreateKey()]),
    );
    if (opened.status === "rejected") throw opened.reason;
    this.#signingKey = opened.value;
    return opened.value;
  }

  async #openOrCreateKey(): Promise<SigningKey> {
    const [row] = this.#sql.exec<KeyRow>("SELECT * FROM keys WHERE state = 'current'").toArray();
    const secret = this.env.EMGATE_KEY;
    if (row) return openSigningKey({ ...row, jwk: { kty: "OKP", crv: "Ed25519", x: row.x } }, secret);
    const key = await createSigningKey(secret);
    const now = new Date().toISOString();
    this.#sql.exec("INSERT INTO keys VALUES (?, ?, ?, 'current', ?)", key.kid, key.jwk.x, key.sealed, now);
    return openSigningKey(key, secret);
  }
}

function describeToken(
  id: string,
  token: { readonly role: Role; readonly site: string | null; readonly label: string },
  createdAt: string,
  expiresAtMs: number | null,
): TokenStatus {
  const { role, site, label } = token;
  const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString();
  return { id, role, site, label, createdAt, expiresAt };
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
