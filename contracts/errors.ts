// The one list of error codes, their HTTP status and their exit code, and the one way onto the wire.
// A message names the field, plugin or scope; it never holds a token, a secret or a stack.
import type { z } from "zod";

/** Characters of a path or an expectation in a message; a message is read by people. */
const MAX_MESSAGE_CHARS = 300;

interface CodeRow {
  readonly http: number;
  readonly exit: 1 | 2 | 64;
}

/** Every code a caller can see. `exit` is the command's exit status (1 failed, 2 held, 64 wrong usage). */
export const errorCodes = {
  INVALID_ARGUMENT: { http: 400, exit: 1 },
  UNAUTHENTICATED: { http: 401, exit: 1 },
  PERMISSION_DENIED: { http: 403, exit: 1 },
  GRANT_INVALID: { http: 403, exit: 1 },
  GRANT_EXPIRED: { http: 403, exit: 1 },
  GRANT_REVOKED: { http: 403, exit: 1 },
  NOT_FOUND: { http: 404, exit: 1 },
  HOOK_UNKNOWN: { http: 404, exit: 1 },
  CONFLICT: { http: 409, exit: 1 },
  PAYLOAD_TOO_LARGE: { http: 413, exit: 1 },
  QUOTA_EXCEEDED: { http: 429, exit: 1 },
  RATE_LIMITED: { http: 429, exit: 1 },
  PLUGIN_ERROR: { http: 502, exit: 1 },
  RESULT_REJECTED: { http: 502, exit: 1 },
  CONTENT_UNAVAILABLE: { http: 503, exit: 1 },
  BREAKER_OPEN: { http: 503, exit: 1 },
  BUSY: { http: 503, exit: 1 },
  POOL_EMPTY: { http: 503, exit: 2 },
  CPU_LIMIT: { http: 503, exit: 1 },
  DEADLINE_EXCEEDED: { http: 504, exit: 1 },
  UNAVAILABLE: { http: 503, exit: 1 },
  INTERNAL: { http: 500, exit: 1 },
} as const satisfies Record<string, CodeRow>;

export type ErrorCode = keyof typeof errorCodes;

/** What crosses a boundary: plain data, nothing of the error's inside. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected refusal or failure. `details` is plain JSON and is shown to the caller as it is. */
export class EmgateError extends Error {
  override readonly name: string = "EmgateError";
  readonly code: ErrorCode;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** What a plugin's call throws without the scope, or outside its caveats; own properties cross RPC. */
export class PermissionDenied extends EmgateError {
  override readonly name = "PermissionDenied";
  readonly scope: string;

  constructor(scope: string, message: string) {
    super("PERMISSION_DENIED", message);
    this.scope = scope;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

/**
 * Turns any thrown value into the error a caller may see.
 * An error that carries one of our codes keeps code, message and details (it may have crossed RPC and lost
 * its class); anything else is a bug of ours and becomes INTERNAL, without its text.
 */
export function toWireError(thrown: unknown): WireError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && isErrorCode(thrown.code)) {
    const message = "message" in thrown && typeof thrown.message === "string" ? thrown.message : thrown.code;
    const details = "details" in thrown && isPlainRecord(thrown.details) ? thrown.details : undefined;
    return { code: thrown.code, message, ...(details && { details }) };
  }
  return { code: "INTERNAL", message: "something went wrong inside the gateway" };
}

/** Parses `input`, or throws INVALID_ARGUMENT naming the path and what was expected there. */
export function parseOrThrow<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  // Keys and unrecognised names are the caller's own words, as long as the caller likes.
  const path = (issue?.path.map(String).join(".") ?? "").slice(0, MAX_MESSAGE_CHARS);
  const expected = (issue?.message ?? "malformed").slice(0, MAX_MESSAGE_CHARS);
  throw new EmgateError("INVALID_ARGUMENT", `${what}${path && `.${path}`}: ${expected}`, {
    details: { path },
  });
}

function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
