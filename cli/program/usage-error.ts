// The error for a command that was called wrongly: exit status 64, as sysexits.h names it.
// Never for an operation that was understood and failed.
import { EmgateError } from "../../contracts/errors.ts";

export class UsageError extends EmgateError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super("INVALID_ARGUMENT", message, options);
  }
}
