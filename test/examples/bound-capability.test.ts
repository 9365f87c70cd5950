// Capabilities bound to a Worker of its own by `props`: the plugin's live grant decides, as it does in a hook.
import path from "node:path";
import { newWebSocketRpcSession } from "capnweb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { pageSchema } from "../../contracts/page.ts";
import type { AdminSession, Root } from "../../contracts/rpc.ts";

const OPERATOR_TOKEN = "test-operator-token";
const root = path.resolve(import.meta.dirname, "../..");

const server = createTestHarness({
  root,
  workers: [
    {
      configPath: "wrangler.toml",
      secrets: {
        EMGATE_KEY: "dGVzdC1vbmx5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDE",
        // SHA-256 of the token above.
        EMGATE_OPERATOR_SHA256: "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
      },
    },
    { configPath: "test/fixtures/bound-worker/wrangler.toml" },
  ],
});

interface Answer {
  value?: unknown;
  error?: { name: string; message: string; code?: string; scope?: string; cause?: unknown };
}

let session: AdminSession;
let close: () => void;

/** Lets the bound Worker call a method of one of its bindings. */
async function call(binding: string, method: string, ...args: readonly unknown[]): Promise<Answer> {
  const body = JSON.stringify({ binding, method, args });
  const response = await server
    .getWorker("emgate-bound-worker")
    .fetch("http://bound.example/", { method: "POST", body });
  return (await response.json()) as Answer; // the fixture's own form
}

function denied(scope: string): Answer {
  const error = { name: "PermissionDenied", code: "PERMISSION_DENIED", scope };
  return { error: { ...error, message: expect.stringContaining(scope) } };
}

async function installPlugin(id: string): Promise<void> {
  const asked = ["read:kv", "write:kv", "use:db", "read:pages", "transform:html", "hook:onSchedule"];
  const scopes = asked.map((scope) => ({ scope, reason: "to be tested" }));
  const manifest = JSON.stringify({ apiVersion: 1, id, name: id, version: "1.0.0", scopes });
  await session.registerVersion({ manifest, code: "export default { onSchedule() {} };" });
  await session.install({ site: "demo", plugin: id });
}

beforeAll(async () => {
  const { url } = await server.listen();
  const rpcUrl = new URL("/rpc", url);
  rpcUrl.protocol = "ws:";
  const gateway = newWebSocketRpcSession<Root>(rpcUrl.href);
  close = () => gateway[Symbol.dispose]();
  // The operator's token opens an AdminSession; the type cannot know which token it is.
  session = (await gateway.authenticate(OPERATOR_TOKEN)) as unknown as AdminSession;
  await session.migrate();
  await session.createSite({ site: "demo", name: "Demo", url: "https://demo.example" });
  const base = { title: "A page", status: "published" } as const;
  await session.putPages({
    site: "demo",
    pages: [
      pageSchema.parse({ ...base, id: "posts:p1", collection: "posts", slug: "p1" }),
      pageSchema.parse({ ...base, id: "pages:home", collection: "pages", slug: "home" }),
    ],
  });
  for (const id of ["bound", "other"]) await installPlugin(id);
});

afterAll(async () => {
  close();
  await server.close();
});

// In order: each step builds on the grant of the one before.
describe("a capability that is bound to a Worker", () => {
  it("is refused while nobody has consented", async () => {
    expect(await call("KV", "get", "count")).toMatchObject({ error: { code: "GRANT_REVOKED" } });
  });

  it("acts by the plugin's live grant", async () => {
    await session.grant({
      site: "demo",
      plugin: "bound",
      scopes: ["read:kv", "write:kv", "use:db", "read:pages"],
      caveats: { "read:pages": { collections: ["posts"] } },
      only: true,
    });
    expect(await call("KV", "put", "count", "1", { metadata: { by: "me" } })).toEqual({ value: null });
    expect(await call("KV", "get", "count")).toEqual({ value: "1" });
    expect(await call("KV", "list")).toMatchObject({
      value: { keys: [{ name: "count", metadata: { by: "me" } }] },
    });
    expect(await call("OWN_DB", "exec", "CREATE TABLE t (a)")).toMatchObject({ value: { count: 1 } });
    const insert = { sql: "INSERT INTO t VALUES (?)", params: ["mine"] };
    expect(await call("OWN_DB", "batch", [insert])).toMatchObject({ value: [{ meta: { changes: 1 } }] });
    expect(await call("OWN_DB", "first", { sql: "SELECT a FROM t" }, "a")).toEqual({ value: "mine" });
    expect(await call("PAGES", "get", "posts/p1")).toMatchObject({ value: { id: "posts:p1" } });
    expect(await call("LOG", "write", [{ level: "info", message: "hello" }])).toEqual({ value: null });
  });

  it("is denied without its scope, though the manifest asks for it", async () => {
    expect(await call("HTML", "transform", { appendBody: "<p>x</p>" })).toEqual(denied("transform:html"));
  });

  it("is denied outside the caveats", async () => {
    expect(await call("PAGES", "get", "pages/home")).toEqual(denied("read:pages"));
    expect(await call("PAGES", "list")).toMatchObject({ value: { pages: [{ id: "posts:p1" }] } });
  });

  it("refuses wrong arguments by their name", async () => {
    const { error } = await call("KV", "put", "count", 7);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining("kv.put") });
  });

  it("keeps to its own plugin's keys and database", async () => {
    const scopes = ["read:kv", "write:kv", "use:db"] as const;
    await session.grant({ site: "demo", plugin: "other", scopes: [...scopes], only: true });
    const { error } = await call("DB_OF_OTHER", "all", { sql: "SELECT a FROM t" });
    expect(error).toMatchObject({ message: "D1_ERROR: no such table: t: SQLITE_ERROR" });
    expect(await call("KV_OF_OTHER", "get", "count")).toEqual({ value: null });
    await call("KV_OF_OTHER", "put", "count", "theirs");
    expect(await call("KV", "get", "count")).toEqual({ value: "1" });
  });

  it.each(["KV_WITHOUT_PROPS", "KV_WITHOUT_PLUGIN"])(
    "is refused by a binding that names too little: %s",
    async (name) => {
      expect(await call(name, "get", "count")).toMatchObject({
        error: { code: "PERMISSION_DENIED", message: expect.stringContaining("props") },
      });
    },
  );

  it("is refused for a site or a plugin that there is not", async () => {
    expect(await call("KV_OF_NO_SITE", "get", "count")).toMatchObject({ error: { code: "NOT_FOUND" } });
    expect(await call("KV_OF_NO_PLUGIN", "get", "count")).toMatchObject({
      error: { code: "PERMISSION_DENIED" },
    });
  });

  // Fails while gateway/leases.ts sends the object's own error along as `cause`.
  it("tells a bound Worker nothing of the inside when it refuses", async () => {
    const { error } = await call("KV_OF_NO_SITE", "get", "count");
    expect(error).not.toHaveProperty("cause");
  });

  it.each(["perform", "invocation", "open", "env", "ctx", "constructor"])(
    "has no method %s",
    async (method) => {
      const answer = await call("KV", method, "count");
      expect(answer.error).toMatchObject({ name: "TypeError" });
    },
  );

  it("loses a scope when the grant is narrowed, from the acknowledgement on", async () => {
    await session.grant({ site: "demo", plugin: "bound", scopes: ["read:kv"], only: true });
    expect(await call("KV", "put", "count", "2")).toEqual(denied("write:kv"));
    expect(await call("KV", "get", "count")).toEqual({ value: "1" });
  });

  it("is refused from the acknowledgement of a revoke on, and no other plugin with it", async () => {
    await session.revoke({ site: "demo", plugin: "bound" });
    expect(await call("KV", "get", "count")).toMatchObject({ error: { code: "GRANT_REVOKED" } });
    expect(await call("LOG", "write", [])).toMatchObject({ error: { code: "GRANT_REVOKED" } });
    expect(await call("KV_OF_OTHER", "get", "count")).toEqual({ value: "theirs" });
  });
});
