// The one stub that an invocation's plugin gets: its getters open the capability families.
// Whatever is asked of it goes through the guard of a family; the stub itself can do nothing.
import { RpcTarget } from "cloudflare:workers";
import type { LogLine } from "../contracts/outcome.ts";
import type { Invocation } from "./capability.ts";
import { HtmlTarget, HtmlTransformer } from "./html.ts";
import { KvStore, KvTarget } from "./kv.ts";
import { LogTarget, PluginLog } from "./log.ts";
import { PagesReader, PagesTarget } from "./pages.ts";

/** The real things behind the families. */
export interface ApiPorts {
  readonly kv: KVNamespace;
  readonly log: (line: LogLine) => void;
}

/** Families are made when they are first asked for and live as long as the stub; workerd disposes of both. */
export class Api extends RpcTarget {
  readonly #invocation: Invocation;
  readonly #ports: ApiPorts;
  #pages: PagesTarget | undefined;
  #kv: KvTarget | undefined;
  #html: HtmlTarget | undefined;
  #log: LogTarget | undefined;

  constructor(invocation: Invocation, ports: ApiPorts) {
    super();
    this.#invocation = invocation;
    this.#ports = ports;
  }

  get pages(): PagesTarget {
    this.#pages ??= new PagesTarget(new PagesReader(this.#invocation));
    return this.#pages;
  }

  get kv(): KvTarget {
    this.#kv ??= new KvTarget(new KvStore(this.#ports.kv, this.#invocation));
    return this.#kv;
  }

  get html(): HtmlTarget {
    this.#html ??= new HtmlTarget(new HtmlTransformer(this.#invocation));
    return this.#html;
  }

  get log(): LogTarget {
    this.#log ??= new LogTarget(new PluginLog(this.#invocation, this.#ports.log));
    return this.#log;
  }
}
