// The refusals of the guard that concern authority, each with its reason in our own few words.
// The reason stays beside the error, never on it: an error's own properties cross RPC.
import type { CaveatName } from "../contracts/caveats.ts";
import { EmgateError, PermissionDenied } from "../contracts/errors.ts";
import type { Scope } from "../contracts/scopes.ts";

/** For the site's audit log: bounded in number and length, and nothing of it is the plugin's. */
type Reason =
  | "scope not granted"
  | `outside the caveat ${CaveatName}`
  | "the grant was revoked"
  | "the call had ended";

const reasons = new WeakMap<EmgateError, Reason>();

export function scopeLacking(scope: Scope): EmgateError {
  const message = `this call needs the scope ${scope}, which was not granted`;
  return note(new PermissionDenied(scope, message), "scope not granted");
}

/** @param message names the scope and what of it was granted */
export function outsideCaveat(scope: Scope, caveat: CaveatName, message: string): EmgateError {
  return note(new PermissionDenied(scope, message), `outside the caveat ${caveat}`);
}

export function grantRevoked(): EmgateError {
  const message = "the grant of this plugin was revoked or replaced";
  return note(new EmgateError("GRANT_REVOKED", message), "the grant was revoked");
}

export function callEnded(): EmgateError {
  const message = "the call that this stub was made for has ended";
  return note(new EmgateError("PERMISSION_DENIED", message), "the call had ended");
}

/** Why the guard refused, where it was for want of authority; null for every other failure. */
export function reasonOf(error: unknown): Reason | null {
  return error instanceof EmgateError ? (reasons.get(error) ?? null) : null;
}

function note(error: EmgateError, reason: Reason): EmgateError {
  reasons.set(error, reason);
  return error;
}
