// A peer of /rpc for the tests: capnweb's own client over a real WebSocket, and raw batches.
import { exports as entrypoints } from "cloudflare:workers";
import { newWebSocketRpcSession, type RpcStub } from "capnweb";
import type { AdminSession, CoreSession, Role, Root } from "../../../contracts/rpc.ts";
import { openAdmin } from "../site.ts";

const ORIGIN = "http://gateway.example";

/** The digest of this one is in vitest.config.ts. */
export const OPERATOR_TOKEN = "test-operator-token";

export async function request(path: string, init?: RequestInit): Promise<Response> {
  const worker = (entrypoints as unknown as { default: Fetcher }).default; // the main module's fetch handler
  return worker.fetch(`${ORIGIN}${path}`, {
    redirect: "manual",
    ...init,
  } as RequestInit<RequestInitCfProperties>);
}

/** One batch of raw capnweb messages, one a line. */
export async function sendBatch(...messages: readonly unknown[]): Promise<Response> {
  const lines = messages.map((message) => (typeof message === "string" ? message : JSON.stringify(message)));
  return request("/rpc", { method: "POST", body: lines.join("\n") });
}

export async function connect(): Promise<RpcStub<Root>> {
  const response = await request("/rpc", { headers: { upgrade: "websocket" } });
  if (response.webSocket === null) throw new Error(`no WebSocket: ${response.status}`);
  response.webSocket.accept();
  return newWebSocketRpcSession<Root>(response.webSocket as unknown as WebSocket);
}

/** A session as the token opens it; capnweb's types cannot tell which, so the test says. */
export async function signIn<Session = AdminSession>(token: string): Promise<Session> {
  const root = await connect();
  return (await root.authenticate(token)) as unknown as Session;
}

/** A session of this role on this site, by a token of its own. */
export async function signInAs(role: Exclude<Role, "core">, site?: string): Promise<AdminSession> {
  return signIn<AdminSession>(await makeToken(role, site));
}

export async function signInAsCore(site: string): Promise<CoreSession> {
  return signIn<CoreSession>(await makeToken("core", site));
}

export async function makeToken(role: Role, site?: string): Promise<string> {
  const { token } = await openAdmin().createToken({ role, ...(site !== undefined && { site }) });
  return token;
}

/** Everything of an error that crossed, as text: to look for what must not be in it. */
export function textOf(error: unknown): string {
  const { stack: _local, ...own } = error as Record<string, unknown>;
  return JSON.stringify([
    (error as Error).name,
    (error as Error).message,
    own,
    (error as Error).cause ?? null,
  ]);
}
