import { describe, expect, it } from "vitest";
import { connect, OPERATOR_TOKEN, request, sendBatch, signIn, textOf } from "./rpc.ts";

describe("/rpc over an HTTP batch", () => {
  it("answers a call, and a call on what a call answers", async () => {
    const health = await sendBatch(["push", ["pipeline", 0, ["health"], []]], ["pull", 1]);
    expect(health.status).toBe(200);
    expect(await health.text()).toContain('["resolve",1,{"ok":true');
    const whoAmI = await sendBatch(
      ["push", ["pipeline", 0, ["authenticate"], [OPERATOR_TOKEN]]],
      ["push", ["pipeline", 1, ["whoAmI"], []]],
      ["pull", 2],
    );
    expect(await whoAmI.text()).toContain('"role":"operator"');
  });

  it.each([
    "garbage",
    "[]",
    "[1]",
    "null",
    "{}",
    '["pull",77]',
    '["push",["import",9,["a"]]]',
    '["release",0,5]',
    '["abort",["error","Error","x"]]',
    "[".repeat(5_000),
    "\u0000",
  ])("refuses what is no batch with 400: %j", async (message) => {
    const response = await sendBatch(message);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: "INVALID_ARGUMENT", message: expect.any(String) });
  });

  it("refuses nesting past its limit", async () => {
    const deep = `${"[[".repeat(100)}1${"]]".repeat(100)}`;
    const response = await sendBatch(`["push",["pipeline",0,["authenticate"],[${deep}]]]`, ["pull", 1]);
    expect(response.status).toBe(400);
  });

  it.each([
    ["declared", "x".repeat(16 * 1024 * 1024 + 1)],
    ["streamed", null],
  ])("refuses a body past 16 MiB with 413 (%s)", async (_how, body) => {
    const chunk = new Uint8Array(1024 * 1024).fill(97);
    let left = 18;
    const stream = new ReadableStream({
      pull(controller) {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const response = await request("/rpc", { method: "POST", body: body ?? stream });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });
});

describe("/rpc by another method", () => {
  it.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s is INVALID_ARGUMENT, as JSON", async (method) => {
    const response = await request("/rpc", { method });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("a method that the session does not have", () => {
  const NAMES = [
    "nothing",
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "then",
    "dup",
    "#context",
    "identity",
    "env",
    "ctx",
    "act",
    "",
  ];
  it.each(NAMES)("cannot be called on the root or on a session: «%s»", async (name) => {
    const calls = [
      ["push", ["pipeline", 0, [name], ["x"]]],
      ["pull", 1],
      ["push", ["pipeline", 0, ["authenticate"], [OPERATOR_TOKEN]]],
      ["push", ["pipeline", 2, [name], ["x"]]],
      ["pull", 3],
      ["push", ["pipeline", 2, ["listSites", name], ["x"]]],
      ["pull", 4],
    ];
    const text = await (await sendBatch(...calls)).text();
    expect(text).not.toContain('"resolve"');
    expect(text.match(/"reject"/g)).toHaveLength(3);
    expect(text).not.toMatch(/\.ts|stack|\bat \//);
  });

  it("cannot be read as a value either", async () => {
    for (const path of [["constructor"], ["authenticate", "constructor"], ["health", "name"]]) {
      const text = await (await sendBatch(["push", ["pipeline", 0, path]], ["pull", 1])).text();
      expect(text).not.toMatch(/native code|function/);
    }
  });
});

describe("/rpc over a WebSocket", () => {
  it("answers many calls of one connection", async () => {
    const root = await connect();
    const answers = await Promise.all(Array.from({ length: 20 }, () => root.health()));
    expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([true]));
  });

  it("ends the connection of a peer that sends no capnweb, and answers the others", async () => {
    const response = await request("/rpc", { headers: { upgrade: "websocket" } });
    const socket = response.webSocket;
    socket?.accept();
    const ended = new Promise((resolve) => {
      socket?.addEventListener("close", resolve);
      socket?.addEventListener("error", resolve);
    });
    socket?.send("garbage");
    await ended;
    expect((await (await connect()).health()).ok).toBe(true);
  });

  it("sends errors as code, message and details: no stack, no cause, no token", async () => {
    const session = await signIn(OPERATOR_TOKEN);
    await session.migrate();
    const calls = [
      () => session.install({ site: "nowhere", plugin: "no-such" }),
      () => session.listPlugins({ site: "nowhere" }),
      () => session.createSite({ site: "BAD" }),
      () => session.callHook({ site: "nowhere", hook: "x", event: {} }),
      () => session.registerVersion({ manifest: "{", code: "" }),
      () => session.revokeToken({ id: OPERATOR_TOKEN.repeat(10) }),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => expect.fail("expected a refusal"),
        (thrown: unknown) => thrown,
      );
      expect(Object.keys(error as object).sort()).toEqual(expect.arrayContaining(["code"]));
      expect(
        Object.keys(error as object).filter((key) => !["code", "details", "name"].includes(key)),
      ).toEqual([]);
      expect(textOf(error)).not.toMatch(/\.ts:|node_modules|durableObjectId|test-operator-token/);
    }
  });
});
