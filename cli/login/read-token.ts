// Reads a token where nobody sees it: a hidden prompt on a terminal, else one line of stdin.
// Never repeats what it read, in a message least of all.
import { presentedTokenSchema } from "../../contracts/rpc.ts";
import type { Io } from "../program/io.ts";
import { UsageError } from "../program/usage-error.ts";

/** The token, or null when a person cancels. @throws UsageError for what cannot be one */
export async function readToken(io: Io, url: string): Promise<string | null> {
  const text = io.canAsk ? await io.askSecret(`Token for ${url}`) : await io.readStdin();
  if (text === null) return null;
  const token = text.trim();
  if (!/\s/.test(token) && presentedTokenSchema.safeParse(token).success) return token;
  const where = io.canAsk ? "" : " on stdin, in one line";
  throw new UsageError(`expected a token${where}; \`emgate tokens create\` makes one`);
}
