// What every action of an admin's session is done with.
import type { Identity } from "../../site-state/index.ts";
import type { Env, RequestContext } from "../env.ts";

/** Whom a session is for. `token` is the id of the token that opened it; null: it ends with nothing. */
export interface SessionIdentity extends Identity {
  readonly token: string | null;
}

/** What an action is done with. */
export interface ActionContext {
  readonly ctx: RequestContext;
  readonly env: Env;
  readonly identity: SessionIdentity;
  /** Scheme and host that the session came in by; a new site's address unless it names one. */
  readonly origin: string;
}

/** Who did it, as grants (`gby`) and the audit log name them. */
export function actorOf({ identity }: ActionContext): string {
  return `${identity.role}:${identity.id}`;
}
