// Joins a command's options to a session: which server, which token, then the work.
// Never keeps a connection beyond the work it was opened for.
import { homedir } from "node:os";
import type { AdminSession } from "../../contracts/rpc.ts";
import type { CommandContext } from "../program/run-command.ts";
import { findKeptSession } from "./kept-session.ts";
import { locateServer } from "./locate-server.ts";

/** Runs `work` on the server that the options, the environment or the kept session name. */
export async function useServer<T>(
  { io, options }: CommandContext,
  work: (admin: AdminSession) => Promise<T>,
): Promise<T> {
  const kept = findKeptSession({ cwd: io.cwd, home: homedir(), env: io.env });
  const address = locateServer({ url: options.url, token: options.token, env: io.env, kept });
  // Imported when needed: `--help` and a wrong call answer without the RPC library.
  const { useAdmin } = await import("./connect-admin.ts");
  return await useAdmin(address, work);
}
