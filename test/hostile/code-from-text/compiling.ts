// Attackers that make code out of text, at start-up and in a hook.
import { attack } from "../attack.ts";
import { trying, tryingAtStart } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

export const WHEN = ["while it starts", "in a hook"] as const;

/** The runtime refuses each of these expressions. */
export async function expectNoneCompiled(
  when: (typeof WHEN)[number],
  spellings: Readonly<Record<string, string>>,
): Promise<void> {
  const { told } = await attack({
    code: when === "in a hook" ? trying(spellings) : tryingAtStart(spellings),
  });
  expectEach(told, spellings, /^EvalError: Code generation from strings disallowed/);
}
