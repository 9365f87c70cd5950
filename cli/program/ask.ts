// The question before what cannot be taken back, asked the same way by every command.
// Never assumes a yes: without a terminal, --yes must say that the caller knows.
import { EmgateError } from "../../contracts/errors.ts";
import type { CommandContext } from "./run-command.ts";
import { UsageError } from "./usage-error.ts";

export interface YesOption {
  readonly yes?: boolean;
}

/** @throws UsageError where nobody can be asked; called first, so that a script is told before anything is done */
export function assertCanAsk({ io, options }: CommandContext, { yes }: YesOption): void {
  if (yes || (io.canAsk && !options.json)) return;
  throw new UsageError("there is no terminal to ask on; --yes goes on without asking");
}

/** Resolves on --yes or a person's yes. @throws EmgateError PERMISSION_DENIED with `declined` on a no */
export async function askUnlessYes(
  context: CommandContext,
  { yes }: YesOption,
  question: string,
  declined: string,
): Promise<void> {
  assertCanAsk(context, { yes: yes === true });
  if (yes || (await context.io.confirm(question))) return;
  throw new EmgateError("PERMISSION_DENIED", `${declined}: you declined`);
}
