// Finds out whom a token stands for. Only its SHA-256 is ever compared, stored or passed on.
import { sha256Hex } from "../../contracts/digest.ts";
import { EmgateError } from "../../contracts/errors.ts";
import { presentedTokenSchema } from "../../contracts/rpc.ts";
import { deploymentOf, type Env } from "./env.ts";
import type { SessionIdentity } from "./sessions/action-context.ts";

/** The operator whose token's digest is in the environment: the one who can make the first tokens. */
const FIRST_OPERATOR: SessionIdentity = {
  id: "first-operator",
  role: "operator",
  site: null,
  label: "first operator",
  // In the environment, not in the state: another digest there ends it with this Worker.
  token: null,
};

/** @throws UNAUTHENTICATED; the message is the same for every token that is not good */
export async function identify(env: Env, token: unknown): Promise<SessionIdentity> {
  const parsed = presentedTokenSchema.safeParse(token);
  if (!parsed.success) throw unauthenticated();
  const hash = await sha256Hex(parsed.data);
  // Digests of random tokens: how long the comparison takes says nothing about the token.
  if (hash === env.EMGATE_OPERATOR_SHA256) return FIRST_OPERATOR;
  const identity = await deploymentOf(env).identify(hash);
  if (identity === null) throw unauthenticated();
  return { ...identity, token: identity.id };
}

function unauthenticated(): EmgateError {
  return new EmgateError("UNAUTHENTICATED", "expected a token that is known here and not expired or used up");
}
