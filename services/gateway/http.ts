// The HTTP routes: health, keys, /rpc, the reference core's pages and a status page.
// An error becomes its code's status with { code, message }; a stack or a bug's text never leaves.
import { newWorkersRpcResponse } from "capnweb";
import { type Context, Hono } from "hono";
import { connectHooks } from "../../contracts/core.ts";
import {
  EmgateError,
  errorCodes,
  parseOrThrow,
  toWireError,
  type WireError,
} from "../../contracts/errors.ts";
import { GRANT_ALGORITHM } from "../../contracts/grant.ts";
import { pluginIdSchema, siteIdSchema } from "../../contracts/ids.ts";
import { MAX_BODY_BYTES, MAX_RPC_DEPTH, MAX_RPC_MESSAGE_BYTES } from "../../contracts/limits.ts";
import { renderPage } from "../core/index.ts";
import { checkGrant } from "../hooks/index.ts";
import { deploymentOf, type Env, exportsOf } from "./env.ts";
import { takeDeployment, takeLease } from "./leases.ts";
import { presentError } from "./present-error.ts";
import { assertTurn, placeOf } from "./rate-limits.ts";
import { RootTarget } from "./sessions/root.ts";
import { renderStatusPage } from "./status-page.ts";
import { VERSION } from "./version.ts";
import { wireCore } from "./wiring.ts";

const METHOD_MISSING: WireError = { code: "PERMISSION_DENIED", message: "this session has no such method" };
const PEER_GONE: WireError = { code: "UNAVAILABLE", message: "the peer closed the connection" };

type GatewayContext = Context<{ Bindings: Env }>;

export const http = new Hono<{ Bindings: Env }>();

http.use(async (c, next) => {
  assertBodySize(c.req.raw, c.req.path === "/rpc" ? MAX_RPC_MESSAGE_BYTES : MAX_BODY_BYTES);
  await next();
});

http.use(async (c, next) => {
  // Whoever watches over the gateway asks often, and the answer costs nothing.
  if (c.req.path !== "/health") {
    await assertTurn(c.env, "RATE_CALLERS", `address/${placeOf(c.req.raw) ?? "unknown"}`);
  }
  await next();
});

http.get("/health", (c) => c.json({ ok: true, name: "emgate", version: VERSION }));

http.get("/.well-known/jwks.json", async (c) => {
  const { keys } = await takeDeployment(requestContext(c), c.env);
  const jwks = keys.map(({ kid, jwk }) => ({ ...jwk, kid, use: "sig", alg: GRANT_ALGORITHM }));
  return c.json({ keys: jwks }, 200, { "cache-control": "public, max-age=60" });
});

http.all("/rpc", async (c) => {
  if (c.req.method !== "POST" && c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    throw new EmgateError("INVALID_ARGUMENT", "rpc: expected a POST or a WebSocket");
  }
  const { origin } = new URL(c.req.url);
  const root = new RootTarget(requestContext(c), c.env, origin, placeOf(c.req.raw));
  try {
    return await newWorkersRpcResponse(boundBody(c.req.raw, MAX_RPC_MESSAGE_BYTES), root, {
      limits: { maxMessageSize: MAX_RPC_MESSAGE_BYTES, maxDepth: MAX_RPC_DEPTH },
      onSendError: presentRpcError,
    });
  } catch (cause) {
    if (cause instanceof EmgateError) throw cause;
    // What capnweb throws here is about the peer's bytes: calls that fail are answered inside the session.
    throw new EmgateError("INVALID_ARGUMENT", "rpc: expected a capnweb batch or a WebSocket", { cause });
  }
});

http.get("/", async (c) => renderStatusPage(await deploymentOf(c.env).listSites()));

http.get("/sites/:site/plugins/:plugin/health", async (c) => {
  const site = parseOrThrow(siteIdSchema, c.req.param("site"), "site");
  const plugin = parseOrThrow(pluginIdSchema, c.req.param("plugin"), "plugin");
  const lease = await takeLease(requestContext(c), c.env, site);
  const install = lease.site.plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined)
    throw new EmgateError("NOT_FOUND", `plugin ${plugin} is not installed on site ${site}`);
  const grant = await checkGrant(site, install, lease, null, Date.now);
  const { version, enabled, breaker } = install;
  const code = !grant.ok ? grant.code : breaker === null ? null : "BREAKER_OPEN";
  const ok = enabled && code === null;
  return c.json({ ok, plugin, version, enabled, ...(code && { code }) }, ok ? 200 : 503);
});

http.all("/sites/:site", (c) => c.redirect(`/sites/${encodeURIComponent(c.req.param("site"))}/`, 308));

http.all("/sites/:site/*", async (c) => {
  const ctx = requestContext(c);
  const site = parseOrThrow(siteIdSchema, c.req.param("site"), "site");
  const core = await wireCore(ctx, c.env, site);
  const hooks = connectHooks(exportsOf(ctx).Hooks({ props: { site } }));
  return renderPage(core, hooks, c.req.raw, `/sites/${site}`);
});

http.notFound((c) => {
  const { code, message } = new EmgateError("NOT_FOUND", "there is nothing at this address");
  return c.json({ code, message }, 404);
});

http.onError((error, c) => {
  const wire = toWireError(error);
  if (wire.code === "INTERNAL") console.error("request failed", error);
  const { retryAfterSeconds } = wire.details ?? {};
  const retry = typeof retryAfterSeconds === "number" ? { "retry-after": String(retryAfterSeconds) } : {};
  return c.json(wire, errorCodes[wire.code].http, retry);
});

/** What capnweb sends instead of a thrown error. */
function presentRpcError(error: Error): Error {
  if (isMissingMethod(error)) return presentError(METHOD_MISSING);
  // A peer that goes away is reported to every call that it left behind; that is no bug of ours.
  if (/^Peer closed WebSocket/.test(error.message)) return presentError(PEER_GONE);
  return presentError(error);
}

/** capnweb's own words for a method that the target does not have: the peer's mistake, not a bug. */
function isMissingMethod(error: Error): boolean {
  return error instanceof TypeError && /^'[^']*' is not a function\.$/.test(error.message);
}

/** By its declared length; /rpc, the one route that reads a body, counts the bytes of those without one. */
function assertBodySize(request: Request, maxBytes: number): void {
  const bytes = Number(request.headers.get("content-length") ?? "0");
  if (bytes > maxBytes)
    throw new EmgateError("PAYLOAD_TOO_LARGE", `expected a body of at most ${maxBytes} bytes`);
}

/** The request with its body cut off at `maxBytes`, for bodies that do not declare their length. */
function boundBody(request: Request, maxBytes: number): Request {
  if (request.body === null) return request;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new EmgateError("PAYLOAD_TOO_LARGE", `expected a body of at most ${maxBytes} bytes`);
      }
      controller.enqueue(chunk);
    },
  });
  return new Request(request, { body: request.body.pipeThrough(counter) });
}

function requestContext(c: GatewayContext) {
  return c.executionCtx as ExecutionContext; // hono's own type of it leaves out exports
}
