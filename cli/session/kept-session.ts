// What `serve` keeps for other commands: the local server's address and the operator's token.
// Never believes a file that another user or a checkout could have put there.
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { presentedTokenSchema } from "../../contracts/rpc.ts";
import { writePrivateJson } from "../files/write-private.ts";

export const STATE_FOLDER = ".emgate";
const SESSION_FILE = "session.json";
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

const keptSessionSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  token: presentedTokenSchema,
});
export type KeptSession = z.infer<typeof keptSessionSchema>;

export interface SessionPlaces {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Keeps `session` in a state folder, mode 0600. */
export function keepSession(stateDir: string, session: KeptSession): void {
  writePrivateJson(join(stateDir, SESSION_FILE), session);
}

/**
 * The session to use: of EMGATE_STATE, else of `.emgate/` here or in a folder above, else of the user's
 * configuration folder.
 */
export function findKeptSession({ cwd, home, env }: SessionPlaces): KeptSession | null {
  const local = env.EMGATE_STATE ? [env.EMGATE_STATE] : listStateFolders(cwd);
  for (const folder of local) {
    const session = readKeptSession(join(folder, SESSION_FILE));
    // A state folder comes with a project; only a local server may be named there.
    if (session && isLoopback(session.url)) return session;
  }
  return readKeptSession(join(env.XDG_CONFIG_HOME || join(home, ".config"), "emgate", SESSION_FILE));
}

/** True when both name one server; the names of this machine count as one. */
export function isSameServer(a: string, b: string): boolean {
  return originOf(a) === originOf(b);
}

function originOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${LOOPBACK.has(hostname) ? "localhost" : hostname}:${port}`;
}

function isLoopback(url: string): boolean {
  return LOOPBACK.has(new URL(url).hostname);
}

function listStateFolders(cwd: string): readonly string[] {
  const above = dirname(cwd);
  return [join(cwd, STATE_FOLDER), ...(above === cwd ? [] : listStateFolders(above))];
}

/**
 * A file that others may write to, or that another user owns, is not ours: a repository could bring one along
 * and have the token of EMGATE_TOKEN sent to an address of its choice.
 */
function readKeptSession(path: string): KeptSession | null {
  try {
    if (!isPrivate(path)) return null;
    return keptSessionSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

function isPrivate(path: string): boolean {
  if (process.platform === "win32") return true;
  const { mode, uid } = statSync(path);
  return (mode & 0o077) === 0 && uid === process.getuid?.();
}
