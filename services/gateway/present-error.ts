// What a caller on another side of an RPC boundary gets instead of a thrown error: code, message and details.
// Own properties and the cause of an error cross as they are, so the error itself never does.
import { EmgateError, toWireError } from "../../contracts/errors.ts";

/** A fresh error without stack or cause. A bug of ours goes to the log, in full, and across without its text. */
export function presentError(thrown: unknown): EmgateError {
  const { code, message, details } = toWireError(thrown);
  if (code === "INTERNAL") console.error("call failed", thrown);
  const presentable = new EmgateError(code, message, details ? { details } : {});
  delete presentable.stack;
  return presentable;
}
