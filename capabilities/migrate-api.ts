// The stub of a `migrate`: what every call has, under the new version's authority, and beside it the keys and the
// database of the version before, to read. Each goes through the guard of its family; nothing of the old can be written.
import { RpcTarget } from "cloudflare:workers";
import { Api, type ApiPorts, openFamily } from "./api.ts";
import type { Invocation } from "./capability.ts";
import { Database, type OpenDatabase } from "./database.ts";
import { KvStore } from "./kv.ts";

/** The version whose state is looked at, and its database. */
export interface FormerState {
  readonly version: string;
  readonly database: OpenDatabase;
}

export class MigrateApi extends Api {
  readonly #invocation: Invocation;
  readonly #kv: KVNamespace;
  readonly #former: FormerState;
  #fromKv: KvReadTarget | undefined;
  #fromDb: DatabaseReadTarget | undefined;

  constructor(invocation: Invocation, ports: ApiPorts, former: FormerState) {
    super(invocation, ports);
    this.#invocation = invocation;
    this.#kv = ports.kv;
    this.#former = former;
  }

  get fromKv(): KvReadTarget {
    this.#fromKv ??= openFamily(
      this.#invocation,
      KvReadTarget,
      new KvStore(this.#kv, this.#invocation, this.#former.version),
    );
    return this.#fromKv;
  }

  get fromDb(): DatabaseReadTarget {
    this.#fromDb ??= openFamily(
      this.#invocation,
      DatabaseReadTarget,
      new Database(this.#former.database, this.#invocation, "reading"),
    );
    return this.#fromDb;
  }
}

class KvReadTarget extends RpcTarget {
  readonly #store: KvStore;

  constructor(store: KvStore) {
    super();
    this.#store = store;
  }

  get(key: unknown, options?: unknown) {
    return this.#store.get(key, options);
  }
  getWithMetadata(key: unknown, options?: unknown) {
    return this.#store.getWithMetadata(key, options);
  }
  list(options?: unknown) {
    return this.#store.list(options);
  }
}

class DatabaseReadTarget extends RpcTarget {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  first(statement: unknown, column?: unknown) {
    return this.#database.first(statement, column);
  }
  all(statement: unknown) {
    return this.#database.all(statement);
  }
  run(statement: unknown) {
    return this.#database.run(statement);
  }
  raw(statement: unknown, options?: unknown) {
    return this.#database.raw(statement, options);
  }
  batch(statements: unknown) {
    return this.#database.batch(statements);
  }
}
