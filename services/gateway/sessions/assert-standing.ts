// A session lasts no longer than the token that opened it: asked under a lease at each of its calls.
// A revoked token's sessions are refused from the acknowledgement on, like a revoked grant's calls.
import { EmgateError } from "../../../contracts/errors.ts";
import type { Env, RequestContext } from "../env.ts";
import { takeToken } from "../leases.ts";
import type { SessionIdentity } from "./action-context.ts";

/** @throws UNAUTHENTICATED once the token was revoked or has expired, UNAVAILABLE when nobody can say */
export async function assertStanding(
  ctx: RequestContext,
  env: Env,
  { token }: SessionIdentity,
): Promise<void> {
  if (token === null) return;
  const { live, expiresAtMs } = await takeToken(ctx, env, token);
  if (live && (expiresAtMs === null || Date.now() < expiresAtMs)) return;
  throw new EmgateError("UNAUTHENTICATED", "the token of this session was revoked or has expired");
}
