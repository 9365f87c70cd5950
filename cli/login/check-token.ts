// Checks that a token opens a person's session, and will open the next one too.
// Never keeps it, and says nothing of it but whom it is for.
import { EmgateError, type ErrorCode, toWireError } from "../../contracts/errors.ts";
import type { AdminSession } from "../../contracts/rpc.ts";

export type Identity = Awaited<ReturnType<AdminSession["whoAmI"]>>;

const FOR_A_CORE =
  "this token is for a core, which calls hooks and nothing else; login keeps tokens of people";
const USED_UP =
  "this token opens one session and is used up, as a sign-in link's: `emgate tokens create` makes lasting ones";

/**
 * Whom the token is for. It is shown twice: the token of a sign-in link, which `npm start` prints, opens one session
 * and would be worthless when kept.
 *
 * @param openSession opens a session of its own with the token each time
 */
export async function checkToken(openSession: () => Promise<Identity>): Promise<Identity> {
  // A core's session has no method that tells whom it is for.
  const who = await openSession().catch(explain("PERMISSION_DENIED", FOR_A_CORE));
  await openSession().catch(explain("UNAUTHENTICATED", USED_UP));
  return who;
}

function explain(code: ErrorCode, message: string): (thrown: unknown) => never {
  return (cause) => {
    throw toWireError(cause).code === code ? new EmgateError(code, message, { cause }) : cause;
  };
}
