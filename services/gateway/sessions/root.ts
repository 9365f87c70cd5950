// The capnweb root: what anyone may ask, and the way to a session. A token is authenticated in-band and
// answered with a narrower target; nothing is ever decided by a cookie or an origin.
import { RpcTarget } from "capnweb";
import { EmgateError } from "../../../contracts/errors.ts";
import type { AdminSession, CoreSession, Root } from "../../../contracts/rpc.ts";
import { identify } from "../authentication.ts";
import type { Env, RequestContext } from "../env.ts";
import { assertTurn } from "../rate-limits.ts";
import { VERSION } from "../version.ts";
import { AdminSessionTarget } from "./admin-session.ts";
import { CoreSessionTarget } from "./core-session.ts";

/** Wrong tokens of one connection; past it the connection is not worth answering. */
const MAX_FAILED_ATTEMPTS = 10;

export class RootTarget extends RpcTarget implements Root {
  readonly #ctx: RequestContext;
  readonly #env: Env;
  readonly #origin: string;
  readonly #place: string;
  #failedAttempts = 0;

  /** `place`: where the connection comes from; null: it counts for itself alone. */
  constructor(ctx: RequestContext, env: Env, origin: string, place: string | null) {
    super();
    this.#place = place ?? crypto.randomUUID();
    this.#ctx = ctx;
    this.#env = env;
    this.#origin = origin;
  }

  async health() {
    return { ok: true, version: VERSION } as const;
  }

  /** @throws UNAUTHENTICATED, RATE_LIMITED */
  async authenticate(token: string): Promise<AdminSession | CoreSession> {
    if (this.#failedAttempts >= MAX_FAILED_ATTEMPTS) {
      throw new EmgateError("RATE_LIMITED", `at most ${MAX_FAILED_ATTEMPTS} wrong tokens a connection`);
    }
    // Counted before it is looked at: many may be sent at once, before the first is refused.
    this.#failedAttempts += 1;
    await assertTurn(this.#env, "RATE_SIGN_INS", this.#place);
    const identity = await identify(this.#env, token);
    this.#failedAttempts -= 1;
    if (identity.role === "core" && identity.site !== null) {
      return new CoreSessionTarget(this.#ctx, this.#env, identity, identity.site);
    }
    return new AdminSessionTarget(this.#ctx, this.#env, identity, this.#origin);
  }
}
