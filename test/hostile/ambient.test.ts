// A plugin looks around for authority that nobody gave it: network, environment, modules, code from text.
import { describe, expect, it } from "vitest";
import { events, makeSite } from "../workerd/site.ts";

/** What each expression, awaited in a hook, answers: its error's text, or its value. */
async function tryAll(expressions: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const attempts = Object.entries(expressions).map(
    ([name, text]) => `${JSON.stringify(name)}: await attempt(async () => ${text}),`,
  );
  const site = await makeSite({
    code: `const attempt = async (call) => {
        try { return "value " + JSON.stringify(await call()); } catch (error) { return "error " + String(error).slice(0, 60); }
      };
      export default { async beforePublish() { return say({ ${attempts.join("\n")} }); } };`,
  });
  return (await site.ask()) as Record<string, string>;
}

const opened = (socket: string) =>
  `new Promise((resolve, reject) => { const socket = ${socket};
    socket.onopen = () => resolve("open"); socket.onerror = (event) => reject(event.error ?? event.message ?? "error"); })`;

describe("a plugin reaches", () => {
  it("no network: fetch, sockets, WebSocket, EventSource", async () => {
    const answers = await tryAll({
      fetch: 'fetch("https://example.com/").then((response) => response.status)',
      "fetch to the gateway": 'fetch("http://localhost/health").then((response) => response.status)',
      Request:
        'fetch(new Request("https://example.com/", { method: "POST", body: "x" })).then((r) => r.status)',
      connect: '(await import("cloudflare:sockets")).connect("example.com:80").opened',
      WebSocket: opened('new WebSocket("wss://example.com")'),
      EventSource: opened('new EventSource("https://example.com")'),
    });
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^error .*not permitted to access/);
  });

  it("no cache that others could read", async () => {
    const answers = await tryAll({
      put: 'caches.default.put("https://x.example/", new Response("x", { headers: { "cache-control": "max-age=60" } }))',
      match: 'caches.default.match("https://x.example/")',
      open: 'caches.open("shared").then((cache) => cache.match("https://x.example/"))',
    });
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^error /);
  });

  it("no environment and no entrypoints, by import or through the stolen shell", async () => {
    const site = await makeSite({
      code: `import * as workers from "cloudflare:workers";
        export default { async beforePublish({ data }) {
          if (data.slug === "first") {
            const { default: Shell } = await import("shell.js");
            const call = Shell.prototype.call;
            Shell.prototype.call = function (...args) { globalThis.shell = this; return call.apply(this, args); };
            return true;
          }
          const { ctx, env } = globalThis.shell;
          return say([workers.env, workers.exports, env, ctx.props, ctx.exports ?? null].map((value) => value && Object.keys(value)));
        } };`,
    });
    await site.hooks.beforePublish({ ...events.beforePublish, slug: "first" });
    expect(await site.ask()).toEqual([[], [], [], [], null]);
  });

  it("no modules but its own two", async () => {
    const wanted = [
      "node:fs",
      "node:vm",
      "node:net",
      "node:module",
      "node:worker_threads",
      "other.js",
      "workerd:unsafe",
      "https://example.com/x.js",
      "data:text/javascript,export default 1",
    ];
    const answers = await tryAll(
      Object.fromEntries(wanted.map((name) => [name, `import(${JSON.stringify(name)})`])),
    );
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^error .*No such module/);
  });

  it("no process of the host: what node:process offers is empty", async () => {
    const answers = await tryAll({
      env: '(await import("node:process")).env',
      builtin: '(await import("node:process")).getBuiltinModule("fs") ?? null',
    });
    expect(answers).toEqual({ env: "value {}", builtin: "value null" });
  });

  it("no code from text, in a hook", async () => {
    const answers = await tryAll({
      eval: 'eval("1 + 1")',
      Function: 'new Function("return 1")()',
      "the constructor of an async function": '(async () => {}).constructor("return 1")()',
      WebAssembly: "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
      "a text for setTimeout": 'setTimeout("1 + 1", 0)',
    });
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^error /);
  });

  it.each([
    'eval("1 + 1")',
    'new Function("return 1")()',
    "new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))",
  ])("no code from text while it starts: %s", async (expression) => {
    const site = await makeSite({
      code: `let made; try { made = "made " + ${expression}; } catch (error) { made = "error"; }
        export default { async beforePublish() { return say(made); } };`,
    });
    expect(await site.ask()).toBe("error");
  });
});

describe("a plugin that ends what it runs in", () => {
  it.each([
    ["process.exit", '(await import("node:process")).exit(1)'],
    ["abortIsolate", '(await import("cloudflare:workers")).abortIsolate("bye")'],
  ])("by %s fails its own call, and the next one is answered", async (_how, end) => {
    const code = `async beforePublish({ data }) { if (data.slug === "end") await ${end}; return true; }`;
    const site = await makeSite(
      // An isolate that is gone may answer nothing at all; the time limit is what ends its call.
      { id: "ending", code, manifest: { limits: { timeoutMs: 500 } } },
      { id: "other", code: "async beforePublish() { return true; }" },
    );
    const ended = await site.hooks.beforePublish({ ...events.beforePublish, slug: "end" });
    expect(ended).toMatchObject({ allow: false, refusedBy: ["ending"] });
    expect(ended.trace.plugins.map(({ plugin, outcome }) => [plugin, outcome === "ok"])).toEqual([
      ["ending", false],
      ["other", true],
    ]);
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  });
});
