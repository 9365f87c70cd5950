// The Durable Object of the whole deployment: signing keys, tokens, yanks, the list of sites and their audit log.
// The only home of private keys (sealed) and of tokens (hashed); neither ever leaves it in clear.
import { DurableObject } from "cloudflare:workers";
import type { AuditPage, AuditQuery, NewAuditEntry } from "../../contracts/audit.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import type { KeyStatus, TokenStatus } from "../../contracts/rpc.ts";
import type {
  DatabaseClaim,
  DatabaseHolder,
  DeploymentSnapshot,
  LeaseAnswer,
  PoolDatabase,
  TokenStanding,
} from "../../contracts/site.ts";
import { createSigningKey, mintGrant, openSigningKey, type SigningKey } from "../grants/index.ts";
import { appendAudit, appendAuditOnce, createAuditTable, readAudit } from "./audit-log.ts";
import { DatabasePool } from "./database-pool.ts";
import { LeaseDesk, type LeaseEnv } from "./lease-desk.ts";
import {
  countKeyChanges,
  createKeyTables,
  listKeys,
  listPublicKeys,
  putCurrentKey,
  readCurrentKey,
  readKey,
  retireKey,
} from "./signing-keys.ts";
import {
  createTokenTables,
  deleteToken,
  findToken,
  type Identity,
  insertToken,
  listTokens,
  type NewToken,
  pruneTokens,
  readStanding,
  readToken,
  useUpToken,
} from "./tokens.ts";
import { createYankTable, insertYank, listYankedCode, type NewYank, readYankedAt } from "./yanks.ts";

/** The pool's databases are in it too, as PLUGIN_DB_1 and so on. */
export interface DeploymentEnv extends LeaseEnv {
  readonly SITE_STATE: DurableObjectNamespace;
  readonly EMGATE_ISSUER: string;
  readonly EMGATE_KEY: string;
}

/** What the object needs of the gateway: the one who opens a database of the pool. */
export interface UpkeepEntrypoints {
  DatabaseUpkeep(options: { props: { database: string } }): {
    isEmpty(): Promise<boolean>;
    wipe(): Promise<void>;
  };
}

/** What the object asks of a site's. */
interface SiteClaims {
  claimDatabase(holder: Omit<DatabaseHolder, "site">): Promise<DatabaseClaim | null>;
}

const SITES_TABLE =
  "CREATE TABLE IF NOT EXISTS sites (site TEXT PRIMARY KEY, created_at TEXT NOT NULL) WITHOUT ROWID";

const TOKEN_BYTES = 32;

/** Revisions of a token's standing: a holder never goes back to the first from the second. */
const STANDING_REV = 1;
const FALLEN_REV = 2;

export class Deployment extends DurableObject<DeploymentEnv> {
  readonly #sql = this.ctx.storage.sql;
  readonly #desk = new LeaseDesk(Date.now, this.env, this.ctx.storage.kv);
  readonly #pool: DatabasePool;
  #signingKey: SigningKey | null = null;

  constructor(ctx: DurableObjectState, env: DeploymentEnv) {
    super(ctx, env);
    this.ctx.storage.transactionSync(() => {
      createKeyTables(this.#sql);
      createTokenTables(this.#sql);
      createYankTable(this.#sql);
      createAuditTable(this.#sql);
      this.#sql.exec(SITES_TABLE);
    });
    this.#pool = new DatabasePool(ctx.storage, env, {
      isEmpty: (name) => this.#upkeepOf(name).isEmpty(),
      wipe: (name) => this.#upkeepOf(name).wipe(),
      claimOf: ({ site, ...holder }) =>
        (env.SITE_STATE.getByName(site) as unknown as SiteClaims).claimDatabase(holder), // a SiteState
    });
  }

  /** The issuer, the keys whose grants are good and the bundles that may not run, under a lease. */
  async lease(known: number | null): Promise<LeaseAnswer<DeploymentSnapshot>> {
    await this.#currentKey();
    // From here on in one turn: a state that has changed since must not be leased as the present one.
    const snapshot = this.#snapshot();
    // Keys are made and retired, bundles yanked, and no row of either ever goes: each moves the revision on.
    const rev = countKeyChanges(this.#sql) + snapshot.yanked.length;
    return this.#desk.answer(known, rev, () => snapshot);
  }

  /** The same to look at: nothing may act on it, so no change waits for it. */
  async read(): Promise<DeploymentSnapshot> {
    await this.#currentKey();
    return this.#snapshot();
  }

  /** The compact JWT of a grant's claims, signed with the current key. @throws INVALID_ARGUMENT */
  async signGrant(claims: unknown): Promise<string> {
    return mintGrant(claims, await this.#currentKey());
  }

  /** Makes the key that signs from now on; grants of the one before stay good until it is retired. */
  async rotateKey(by: string): Promise<KeyStatus> {
    const key = await createSigningKey(this.env.EMGATE_KEY);
    const detail = { kid: key.kid, previous: readCurrentKey(this.#sql)?.kid ?? null };
    return this.#write({ kind: "key", action: "rotate", actor: by, detail }, (nowMs) =>
      putCurrentKey(this.#sql, key, nowMs),
    );
  }

  /**
   * Ends the key: from the answer on no grant that it signed is good.
   *
   * @throws CONFLICT for the current key, NOT_FOUND
   */
  async retireKey(kid: string, by: string, reason?: string): Promise<KeyStatus & { drainedMs: number }> {
    const before = readKey(this.#sql, kid);
    const status =
      before.state === "retired"
        ? before
        : this.#write({ kind: "key", action: "retire", actor: by, reason, detail: { kid } }, (nowMs) =>
            retireKey(this.#sql, kid, nowMs),
          );
    return { ...status, drainedMs: await this.#drainSince(status.retiredAt) };
  }

  /** Newest first. */
  listKeys(): KeyStatus[] {
    return listKeys(this.#sql);
  }

  /**
   * Tells the log of a version that was registered. The log itself decides whether it is new to it, so that one
   * whose first call broke off is told of by the repeat.
   */
  noteRelease({ plugin, version, code }: Omit<NewYank, "reason">, by: string): void {
    const entry = {
      kind: "change",
      action: "register",
      actor: by,
      plugin,
      detail: { version, code },
    } as const;
    appendAuditOnce(this.#sql, entry, Date.now());
  }

  /** Withdraws a bundle on every site: from the answer on no lease lets it run. What is yanked stays so. */
  async yank(yank: NewYank, by: string): Promise<{ yankedAt: string; drainedMs: number }> {
    const { plugin, version, code, reason } = yank;
    const yankedAt =
      readYankedAt(this.#sql, code) ??
      this.#write(
        { kind: "yank", action: "yank", actor: by, plugin, reason, detail: { version, code } },
        (nowMs) => insertYank(this.#sql, yank, nowMs),
      );
    return { yankedAt, drainedMs: await this.#drainSince(yankedAt) };
  }

  /** Makes a token; its text is in this answer and nowhere else. */
  async createToken(token: NewToken, by: string): Promise<TokenStatus & { token: string }> {
    const text = `emg_${toBase64Url(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)))}`;
    const id = crypto.randomUUID();
    const hash = await sha256Hex(text);
    const detail = { id, ...token };
    const status = this.#write({ kind: "token", action: "create", actor: by, detail }, (nowMs) => {
      pruneTokens(this.#sql, nowMs);
      return insertToken(this.#sql, { ...token, id, hash }, nowMs);
    });
    return { ...status, token: text };
  }

  /** Whom the token with this SHA-256 stands for, or null. A sign-in token is used up by asking. */
  identify(hash: string): Identity | null {
    const found = findToken(this.#sql, hash, Date.now());
    if (found === null) return null;
    const { identity, singleUse } = found;
    if (singleUse) {
      const { id, role, site, label } = identity;
      this.#write(
        { kind: "token", action: "sign-in", actor: `${role}:${id}`, detail: { id, role, site, label } },
        (nowMs) => useUpToken(this.#sql, id, nowMs),
      );
    }
    return identity;
  }

  /** Whether a session that the token opened may go on, under a lease. */
  leaseToken(id: string, known: number | null): LeaseAnswer<TokenStanding> {
    const standing = readStanding(this.#sql, id, Date.now());
    return this.#desk.answer(known, standing.live ? STANDING_REV : FALLEN_REV, () => standing);
  }

  /** Those of one site, or with null all; oldest first. */
  listTokens(site: string | null): TokenStatus[] {
    return listTokens(this.#sql, site);
  }

  /**
   * Ends the token: from the answer on no session that it opened acts. With a site, only a token of that site.
   * It waits though there is none (any more): another call may have ended it just now.
   */
  async revokeToken(
    id: string,
    site: string | null,
    by: string,
  ): Promise<{ revoked: boolean; drainedMs: number }> {
    const token = readToken(this.#sql, id, site);
    if (token !== null) {
      const { role, label } = token;
      const detail = { id, role, site: token.site, label };
      this.#write({ kind: "token", action: "revoke", actor: by, detail }, () => deleteToken(this.#sql, id));
    }
    return { revoked: token !== null, drainedMs: await this.#desk.drain() };
  }

  addSite(site: string, by: string): void {
    if (this.listSites().includes(site)) return;
    this.#write({ kind: "site", action: "create", actor: by, detail: { site } }, (nowMs) => {
      this.#sql.exec("INSERT INTO sites VALUES (?, ?)", site, new Date(nowMs).toISOString());
    });
  }

  listSites(): string[] {
    return this.#sql
      .exec<{ site: string }>("SELECT site FROM sites ORDER BY site")
      .toArray()
      .map(({ site }) => site);
  }

  /** A database for a plugin's major on a site, the same one each time. @throws POOL_EMPTY, CONFLICT */
  allotDatabase(holder: DatabaseHolder): Promise<string> {
    return this.#pool.allot(holder);
  }

  /** Takes back what an install held, in one major or in all, once nothing acts on it any more. */
  giveBackDatabases(install: Omit<DatabaseHolder, "major">, major: number | null = null): Promise<void> {
    return this.#pool.giveBack(install, major);
  }

  /** The database of a plugin's major, or null. */
  databaseOf(holder: DatabaseHolder): string | null {
    return this.#pool.nameOf(holder);
  }

  /** Empties it; it stays the holder's. False: there is none. */
  eraseDatabase(holder: DatabaseHolder): Promise<boolean> {
    return this.#pool.erase(holder);
  }

  listDatabases(): PoolDatabase[] {
    return this.#pool.list();
  }

  /** Wipes databases and asks whether those that are taken are still needed. */
  override alarm(): Promise<void> {
    return this.#pool.workOffDue();
  }

  /** Writes down that the local runtime was started anew, and why. */
  noteRestart(reason: string, detail: NewAuditEntry["detail"]): void {
    appendAudit(
      this.#sql,
      { kind: "watchdog", action: "restart", actor: "system", reason, detail },
      Date.now(),
    );
  }

  /** The deployment's own audit log, oldest first. */
  audit(query: AuditQuery): AuditPage {
    return readAudit(this.#sql, query);
  }

  #upkeepOf(database: string) {
    // ctx.exports is typed by the main module, which this object must not import.
    const entrypoints = this.ctx.exports as unknown as UpkeepEntrypoints;
    return entrypoints.DatabaseUpkeep({ props: { database } });
  }

  #snapshot(): DeploymentSnapshot {
    const issuer = this.env.EMGATE_ISSUER;
    return { issuer, keys: listPublicKeys(this.#sql), yanked: listYankedCode(this.#sql) };
  }

  /** The key that signs; the first one is made when it is first needed. */
  async #currentKey(): Promise<SigningKey> {
    // Asked of the table each time: the one in memory may have been rotated out, or be opened late.
    const current = readCurrentKey(this.#sql);
    if (this.#signingKey !== null && this.#signingKey.kid === current?.kid) return this.#signingKey;
    // Settled inside: a rejection there would break the whole object, and every token check with it.
    const [opened] = await this.ctx.blockConcurrencyWhile(() =>
      Promise.allSettled([this.#openOrCreateKey()]),
    );
    if (opened.status === "rejected") throw opened.reason;
    this.#signingKey = opened.value;
    return opened.value;
  }

  async #openOrCreateKey(): Promise<SigningKey> {
    const secret = this.env.EMGATE_KEY;
    if (readCurrentKey(this.#sql) === null) {
      const key = await createSigningKey(secret);
      // A rotation that was under way may have put one there meanwhile.
      if (readCurrentKey(this.#sql) === null) {
        const { kid } = key;
        this.#write({ kind: "key", action: "create", actor: "system", detail: { kid } }, (nowMs) =>
          putCurrentKey(this.#sql, key, nowMs),
        );
      }
    }
    const current = readCurrentKey(this.#sql);
    if (current === null) throw new Error("a key that was just written is not there");
    return openSigningKey(current, secret);
  }

  /** Writes a change with its audit entry, all or nothing. */
  #write<T>(entry: NewAuditEntry, write: (nowMs: number) => T): T {
    const nowMs = Date.now();
    return this.ctx.storage.transactionSync(() => {
      appendAudit(this.#sql, entry, nowMs);
      return write(nowMs);
    });
  }

  /** Waits until no holder may act on what was leased before a change of then; a call that repeats it too. */
  #drainSince(changedAt: string | null): Promise<number> {
    return changedAt === null ? this.#desk.drain() : this.#desk.drain(Date.parse(changedAt));
  }
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
