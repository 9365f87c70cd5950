// What `serve` and `login` keep for other commands: a server's address and a token for it.
// Never believes a file that another user or a checkout could have put there.
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
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

/** Keeps `session` in a state folder or the user's own, mode 0600. */
export function keepSession(folder: string, session: KeptSession): void {
  writePrivateJson(join(folder, SESSION_FILE), session);
}

/** Where `login` keeps its session: the user's configuration folder (XDG Base Directory). */
export function userFolder({ home, env }: Omit<SessionPlaces, "cwd">): string {
  return join(env.XDG_CONFIG_HOME || join(home, ".config"), "emgate");
}

/** Removes what was kept in a folder; tells whether there was anything. */
export function forgetSession(folder: string): boolean {
  const path = join(folder, SESSION_FILE);
  const wasThere = existsSync(path);
  rmSync(path, { force: true });
  return wasThere;
}

/**
 * The sessions there are, best first: of EMGATE_STATE, else of `.emgate/` here and in the folders above, then of
 * the user's configuration folder.
 */
export function listKeptSessions({ cwd, home, env }: SessionPlaces): readonly KeptSession[] {
  const local = (env.EMGATE_STATE ? [env.EMGATE_STATE] : listStateFolders(cwd))
    .map((folder) => readKeptSession(join(folder, SESSION_FILE)))
    // A state folder comes with a project; only a local server may be named there.
    .filter((session) => session !== null && isLoopback(session.url));
  return [...local, readKeptSession(join(userFolder({ home, env }), SESSION_FILE))].filter(
    (session) => session !== null,
  );
}

/** True when both name one server; the names of this machine count as one. */
export function isSameServer(a: string, b: string): boolean {
  return originOf(a) === originOf(b);
}

/** True for an address of this machine itself. */
export function isLoopback(url: string): boolean {
  return LOOPBACK.has(new URL(url).hostname);
}

function originOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${LOOPBACK.has(hostname) ? "localhost" : hostname}:${port}`;
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
