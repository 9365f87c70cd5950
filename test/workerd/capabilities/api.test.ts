import { describe, expect, it } from "vitest";
import { Api } from "../../../capabilities/index.ts";
import type { InvocationTerms } from "../../../contracts/capability.ts";
import { MAX_LOG_LINES } from "../../../contracts/limits.ts";
import type { LogLine } from "../../../contracts/outcome.ts";
import { type Granted, kv, loader, makeContent, makeInvocation, makePage, WORK } from "./fixture.ts";

/** A plugin without a shell: it gets the one stub and does with it what the test writes. */
const PROGRAM = `
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
const tell = (error) => ({
  name: error.name, code: error.code, scope: error.scope, message: error.message,
  own: Object.getOwnPropertyNames(error), cause: error.cause, isError: error instanceof Error,
});
const attempt = async (call) => {
  try { return { value: await call() }; } catch (error) { return { failure: tell(error) }; }
};
class Hostile extends RpcTarget {
  get type() { return "text"; }
  get limit() { return 1; }
  toJSON() { return "x"; }
}
export default class extends WorkerEntrypoint {
  run(api) { return (BODY)({ api, attempt, Hostile }); }
}
`;

interface Seen {
  value?: unknown;
  failure?: { name: string; code: string; scope?: string; message: string; own: string[]; cause?: unknown };
}

let isolates = 0;

/** Runs `body` in an isolate of its own, as a plugin would run, with a real stub. */
async function runPlugin<T>(body: string, granted: Granted, changes: Partial<InvocationTerms> = {}) {
  isolates += 1;
  const { invocation, world } = makeInvocation(granted, changes);
  const lines: LogLine[] = [];
  const api = new Api(invocation, { kv, database: () => null, log: (line) => lines.push(line) });
  const worker = loader.get(`api-test-${isolates}`, () => ({
    compatibilityDate: "2026-08-01",
    mainModule: "main.js",
    modules: { "main.js": { js: PROGRAM.replace("BODY", body) } },
    env: {},
    globalOutbound: null,
  }));
  const entrypoint = worker.getEntrypoint() as unknown as { run(api: Api): Promise<T> };
  return { result: await entrypoint.run(api), invocation, world, lines };
}

describe("the stub that a plugin gets", () => {
  it("opens the families that are granted", async () => {
    const content = makeContent([makePage("posts:p1")]);
    const { result, lines, invocation } = await runPlugin<unknown>(
      `async ({ api }) => {
        await api.kv.put("k", new Response("streamed").body, { metadata: { n: 1 } });
        await api.log.write([{ level: "info", message: "hello" }]);
        return [
          await api.kv.get("k"), await new Response(await api.kv.get("k", "stream")).text(),
          (await api.kv.list()).keys, (await api.pages.get("posts/p1")).id,
          (await api.html.transform({ appendBody: "<p>x</p>" })).appendBody,
        ];
      }`,
      { "read:kv": {}, "write:kv": {}, "read:pages": {}, "transform:html": {} },
      { content: () => content },
    );
    const keys = [{ name: "k", metadata: { n: 1 } }];
    expect(result).toEqual(["streamed", "streamed", keys, "posts:p1", "<p>x</p>"]);
    expect(lines).toMatchObject([{ message: "hello" }]);
    expect(invocation.calls.every(({ outcome }) => outcome === "ok")).toBe(true);
  });

  it("denies by an error that a plugin can tell from others, and that holds nothing else", async () => {
    const { result } = await runPlugin<Seen>(`({ api, attempt }) => attempt(() => api.kv.put("k", "v"))`, {});
    expect(result.failure).toMatchObject({
      name: "PermissionDenied",
      code: "PERMISSION_DENIED",
      scope: "write:kv",
      message: expect.stringContaining("write:kv"),
      isError: true,
    });
  });

  it("sends no cause, stack or word of what failed inside", async () => {
    const failing = { get: () => Promise.reject(new Error("D1_ERROR: inner")) };
    const { result } = await runPlugin<Seen>(
      `({ api, attempt }) => attempt(() => api.pages.get("posts:p1"))`,
      { "read:pages": {} },
      { content: () => failing as never }, // hostile on purpose
    );
    expect(result.failure).toMatchObject({ code: "CONTENT_UNAVAILABLE" });
    expect(result.failure?.own).not.toContain("cause");
    expect(JSON.stringify(result)).not.toMatch(/D1_ERROR|capabilities\//);
  });

  it("has nothing but its families", async () => {
    const body = `async ({ api, attempt }) => {
      const names = ["pages", "terms", "invocation", "subject", "authority", "ports", "close", "perform", "env"];
      const found = [];
      for (const name of names) {
        const read = await attempt(() => api[name]);
        if (!read.failure && read.value !== undefined) found.push(name);
      }
      return found;
    }`;
    expect((await runPlugin<string[]>(body, {})).result).toEqual(["pages"]);
  });

  it("has no inside that RPC can reach in any family", async () => {
    const body = `async ({ api, attempt }) => {
      const names = ["invocation", "store", "reader", "log", "transformer", "kv", "prefix", "subject", "apply"];
      const found = [];
      for (const family of ["kv", "pages", "html", "log"]) {
        for (const name of names) {
          const read = await attempt(() => api[family][name]);
          if (!read.failure && read.value !== undefined) found.push(family + "." + name);
        }
      }
      return found;
    }`;
    const { result } = await runPlugin<string[]>(body, { "read:kv": {}, "read:pages": {} });
    expect(result, "the one of these names that is a method").toEqual(["html.apply"]);
  });

  it("takes stubs, functions and thenables for the wrong arguments that they are", async () => {
    const body = `async ({ api, attempt, Hostile }) => Promise.all([
      attempt(() => api.kv.get(new Hostile())),
      attempt(() => api.kv.get("k", new Hostile())),
      attempt(() => api.kv.list(new Hostile())),
      attempt(() => api.kv.put("k", new Hostile())),
      attempt(() => api.kv.put("k", () => "v")),
      attempt(() => api.kv.put("k", "v", { metadata: new Hostile() })),
      attempt(() => api.kv.put("k", "v", { metadata: { f: () => 1 } })),
      attempt(() => api.pages.get(new Hostile())),
      attempt(() => api.pages.list(new Hostile())),
      attempt(() => api.html.transform(new Hostile())),
      attempt(() => api.log.write(new Hostile())),
    ])`;
    const granted = { "read:kv": {}, "write:kv": {}, "read:pages": {}, "transform:html": {} };
    const { result } = await runPlugin<Seen[]>(body, granted);
    expect(result.map(({ failure }) => failure?.code)).toEqual(result.map(() => "INVALID_ARGUMENT"));
  });

  it("is of no use once the call has ended, dup()ed and kept for later", async () => {
    const { invocation, world } = makeInvocation({ "read:kv": {} });
    const api = new Api(invocation, { kv, database: () => null, log: () => {} });
    const worker = loader.get("api-test-kept", () => ({
      compatibilityDate: "2026-08-01",
      mainModule: "main.js",
      modules: {
        "main.js": {
          js: PROGRAM.replace(
            "BODY",
            `async ({ api, attempt }) => {
              const kept = (await api.kv).dup();
              const before = await attempt(() => kept.get("k"));
              await new Promise((resolve) => setTimeout(resolve, 40));
              return [before, await attempt(() => kept.get("k")), await attempt(() => api.kv.get("k"))];
            }`,
          ),
        },
      },
      env: {},
      globalOutbound: null,
    }));
    const entrypoint = worker.getEntrypoint() as unknown as { run(api: Api): Promise<Seen[]> };
    const running = entrypoint.run(api);
    while (invocation.calls.length === 0) await scheduler.wait(1);
    invocation.close();
    const [before, ...after] = await running;
    expect(before).toEqual({ value: null });
    for (const { failure } of after) expect(failure).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(world.refreshes).toBe(0);
  });
});

describe("a read that ends at a family", () => {
  const granted = { "read:kv": {} };
  /** `n` reads one by one, each with what it came to. */
  const readAll =
    "const readAll = async (n) => { const seen = []; while (n-- > 0) seen.push(await attempt(async () => { await api.kv; return null; })); return seen; };";

  it("takes a turn like a call, and is refused past the limit", async () => {
    const body = `async ({ api, attempt }) => { ${readAll} return readAll(6); }`;
    const { result } = await runPlugin<Seen[]>(body, granted, { work: { ...WORK, calls: 4 } });
    expect(result.slice(0, 4)).toEqual(Array(4).fill({ value: null }));
    expect(result.slice(4).map(({ failure }) => failure?.code)).toEqual(["QUOTA_EXCEEDED", "QUOTA_EXCEEDED"]);
  });

  it("is never answered past twice the limit, nor is a call then", async () => {
    const body = `async ({ api, attempt }) => {
      ${readAll}
      await readAll(8);
      const later = new Promise((resolve) => setTimeout(resolve, 50, "unanswered"));
      return Promise.all([() => api.pages, () => api.kv.get("k")].map((ask) =>
        Promise.race([attempt(ask).then(() => "answered"), later])));
    }`;
    const { result } = await runPlugin<string[]>(body, granted, { work: { ...WORK, calls: 4 } });
    expect(result).toEqual(["unanswered", "unanswered"]);
  });

  it("leaves calls as they are: one that follows at any time reaches its method", async () => {
    const body = `async ({ api, attempt }) => {
      ${readAll}
      const seen = [];
      for (let n = 0; n < 80; n += 1) {
        await readAll(n % 3);
        seen.push(await attempt(() => api.kv.get("k")));
      }
      return seen;
    }`;
    const { result, invocation } = await runPlugin<Seen[]>(body, granted);
    expect(result).toEqual(Array(80).fill({ value: null }));
    expect(invocation.calls).toHaveLength(80);
  });

  it("hands over the family itself, whose calls count as always", async () => {
    const body = `async ({ api, attempt }) => {
      const kv = await api.kv;
      const seen = [];
      for (let n = 0; n < 4; n += 1) seen.push(await attempt(() => kv.get("k")));
      return seen;
    }`;
    const { result } = await runPlugin<Seen[]>(body, granted, { work: { ...WORK, calls: 4 } });
    expect(result.map(({ failure }) => failure?.code ?? "ok")).toEqual(["ok", "ok", "ok", "QUOTA_EXCEEDED"]);
  });

  it("begins no new count of log lines", async () => {
    const body = `async ({ api }) => {
      const lines = Array(${MAX_LOG_LINES}).fill({ level: "info", message: "line" });
      for (let n = 0; n < 3; n += 1) await (await api.log).write(lines);
    }`;
    const { lines } = await runPlugin<undefined>(body, {});
    expect(lines).toHaveLength(MAX_LOG_LINES);
  });
});
