// Joins a command's options to a session: which server, which token, then the work.
// Never keeps a connection beyond the work it was opened for.
import { homedir } from "node:os";
import type { AdminSession } from "../../contracts/rpc.ts";
import type { CommandContext } from "../program/run-command.ts";
import { listKeptSessions } from "./kept-session.ts";
import { locateServer, type ServerAddress } from "./locate-server.ts";

/** The server that the options, the environment or what is kept name. */
export function findServer({ io, options }: CommandContext): ServerAddress {
  const kept = listKeptSessions({ cwd: io.cwd, home: homedir(), env: io.env });
  return locateServer({ url: options.url, token: options.token, env: io.env, kept });
}

/** Runs `work` on that server. */
export async function useServer<T>(
  context: CommandContext,
  work: (admin: AdminSession) => Promise<T>,
): Promise<T> {
  const address = findServer(context);
  // Imported when needed: `--help` and a wrong call answer without the RPC library.
  const { useAdmin } = await import("./connect-admin.ts");
  return await useAdmin(address, work);
}
