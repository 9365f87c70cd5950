// A session with the server: one WebSocket to /rpc, authenticated in-band, closed when the work is done.
// Never waits for ever, and never puts the token into a message.
import { newWebSocketRpcSession } from "capnweb";
import { EmgateError, isErrorCode } from "../../contracts/errors.ts";
import type { AdminSession, Root } from "../../contracts/rpc.ts";
import type { ServerAddress } from "./locate-server.ts";

/** Milliseconds until a server that does not answer counts as absent. */
const CONNECT_TIMEOUT_MS = 3_000;
/** Milliseconds of one command's work; above every hook's total and an import of the largest seed. */
const WORK_TIMEOUT_MS = 120_000;

/**
 * Connects, hands the session to `work`, and closes the connection whatever happens.
 *
 * @throws EmgateError UNAVAILABLE when no server answers or the connection is lost, UNAUTHENTICATED without a
 * good token, DEADLINE_EXCEEDED when the work takes longer than two minutes, else what the server refused with
 */
export async function useAdmin<T>(
  { url, token }: ServerAddress,
  work: (admin: AdminSession) => Promise<T>,
): Promise<T> {
  const socket = await openSocket(url);
  try {
    if (token === null) throw new EmgateError("UNAUTHENTICATED", describeMissingToken(url));
    // capnweb types a remote by the shape of its parts; here every argument and answer is plain data.
    const root = newWebSocketRpcSession(socket) as unknown as Root;
    return await raceConnection(socket, url, async () => {
      // Roles are checked by the server: a core token's session has none of the methods.
      const admin = (await root.authenticate(token)) as AdminSession;
      return await work(admin);
    });
  } finally {
    socket.close();
  }
}

/** `work`, or UNAVAILABLE as soon as the connection is lost, or DEADLINE_EXCEEDED. */
async function raceConnection<T>(socket: WebSocket, url: string, work: () => Promise<T>): Promise<T> {
  const lost = new EmgateError("UNAVAILABLE", `the connection to ${url} was lost`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    socket.addEventListener("close", () => reject(lost));
    timer = setTimeout(() => {
      reject(
        new EmgateError("DEADLINE_EXCEEDED", `${url} did not answer within ${WORK_TIMEOUT_MS / 1000} s`),
      );
    }, WORK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work(), ended]);
  } catch (thrown) {
    throw describeRemoteError(thrown, socket.readyState === WebSocket.OPEN ? null : lost);
  } finally {
    clearTimeout(timer);
  }
}

function describeRemoteError(thrown: unknown, lost: EmgateError | null): unknown {
  if (hasErrorCode(thrown)) return thrown;
  if (lost) return lost;
  // capnweb's words for a method that the session of this token does not have.
  if (thrown instanceof TypeError && /is not a function/.test(thrown.message)) {
    return new EmgateError("PERMISSION_DENIED", "this token opens a session without that method", {
      cause: thrown,
    });
  }
  return thrown;
}

function hasErrorCode(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && isErrorCode(thrown.code);
}

function openSocket(url: string): Promise<WebSocket> {
  const address = new URL(`${url.replace(/\/+$/, "")}/rpc`);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address.href);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      socket.close();
      reject(new EmgateError("UNAVAILABLE", describeAbsence(url)));
    };
    const timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
    socket.addEventListener("error", giveUp);
    socket.addEventListener("open", () => {
      clearTimeout(timer);
      socket.removeEventListener("error", giveUp);
      resolve(socket);
    });
  });
}

function describeAbsence(url: string): string {
  return `no emgate server answers at ${url}; start one with \`npm start\` (or \`emgate serve\`), or name another with --url`;
}

function describeMissingToken(url: string): string {
  return `no token for ${url}: start the local server with \`npm start\` in this folder or one above, use \`emgate login --url ${url}\`, or give EMGATE_TOKEN or --token`;
}
