// What every action of an admin's session is done with.
// Types only.
import type { Identity } from "../../site-state/index.ts";
import type { Env, RequestContext } from "../env.ts";

/** What an action is done with. */
export interface ActionContext {
  readonly ctx: RequestContext;
  readonly env: Env;
  readonly identity: Identity;
  /** Scheme and host that the session came in by; a new site's address unless it names one. */
  readonly origin: string;
}
