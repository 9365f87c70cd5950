// The one stub that an invocation's plugin gets: its getters open the capability families.
// Whatever is asked of it goes through the guard of a family; the stub itself can do nothing.
import { RpcTarget } from "cloudflare:workers";
import type { LogLine } from "../contracts/outcome.ts";
import type { Invocation } from "./capability.ts";
import { Database, DatabaseTarget, type OpenDatabase } from "./database.ts";
import { HtmlTarget, HtmlTransformer } from "./html.ts";
import { KvStore, KvTarget } from "./kv.ts";
import { LogTarget, PluginLog } from "./log.ts";
import { PagesReader, PagesTarget } from "./pages.ts";

/** The real things behind the families. */
export interface ApiPorts {
  readonly kv: KVNamespace;
  readonly database: OpenDatabase;
  readonly log: (line: LogLine) => void;
}

/** Families are made when they are first asked for and live as long as the stub; workerd disposes of both. */
export class Api extends RpcTarget {
  readonly #invocation: Invocation;
  readonly #ports: ApiPorts;
  #pages: PagesTarget | undefined;
  #kv: KvTarget | undefined;
  #db: DatabaseTarget | undefined;
  #html: HtmlTarget | undefined;
  #log: LogTarget | undefined;

  constructor(invocation: Invocation, ports: ApiPorts) {
    super();
    this.#invocation = invocation;
    this.#ports = ports;
  }

  get pages(): PagesTarget {
    this.#pages ??= openFamily(this.#invocation, PagesTarget, new PagesReader(this.#invocation));
    return this.#pages;
  }

  get kv(): KvTarget {
    this.#kv ??= openFamily(this.#invocation, KvTarget, new KvStore(this.#ports.kv, this.#invocation));
    return this.#kv;
  }

  get db(): DatabaseTarget {
    this.#db ??= openFamily(
      this.#invocation,
      DatabaseTarget,
      new Database(this.#ports.database, this.#invocation),
    );
    return this.#db;
  }

  get html(): HtmlTarget {
    this.#html ??= openFamily(this.#invocation, HtmlTarget, new HtmlTransformer(this.#invocation));
    return this.#html;
  }

  get log(): LogTarget {
    this.#log ??= openFamily(this.#invocation, LogTarget, new PluginLog(this.#invocation, this.#ports.log));
    return this.#log;
  }
}

/**
 * A family as its getter answers it. A call goes on from there to a method, in the same turn. Where a read ends at the
 * getter (`await stub.kv`), the runtime waits for what it got as for a promise, and asks its `then`: such a read takes a
 * turn like a call, or a loop over reads would starve timers and everyone else. An instance's own property cannot be
 * reached by RPC.
 */
export function openFamily<P, F extends RpcTarget>(
  invocation: Invocation,
  Family: new (policy: P) => F,
  policy: P,
): F {
  function then(resolve: (family: F) => void, reject: (error: unknown) => void): void {
    // A target without it: what a promise is resolved with is asked again.
    invocation.takeTurn().then(() => resolve(new Family(policy)), reject);
  }
  return Object.assign(new Family(policy), { then });
}
