// A plugin patches the realm that it shares with the shell.
import { beforeAll, describe, expect, it } from "vitest";
import { choosing, events, makeSite, type TestSite } from "../workerd/site.ts";

const limits = { limits: { timeoutMs: 300 } };

/** A gate whose module runs `patch` first. Whatever it does, the only harm it can do is to itself. */
async function patched(patch: string, body = "return true;") {
  const site = await makeSite({
    code: `${patch}
      export default { async beforePublish({ data, context, api }) { ${body} } };`,
    manifest: limits,
  });
  return site.hooks.beforePublish(events.beforePublish);
}

describe("what a patched JSON.stringify sends instead of the shell's text", () => {
  const texts = [
    "'nonsense'",
    "''",
    "'null'",
    "'[]'",
    "'5'",
    `'{"status":"approved"}'`,
    `'{"status":["returned"],"result":true}'`,
    `'{"__proto__":{"status":"returned","result":true}}'`,
    `'{"status":"returned"}'`,
    `'{"status":"returned","result":{"allow":true,"plugin":"other"}}'`,
    "'x'.repeat(2_000_000)",
    "null",
    "undefined",
    "{ status: 'returned', result: true }",
    "() => true",
    "new Map()",
    "new ReadableStream()",
    "{ then() {} }",
    "{ then(resolve) { resolve({ status: 'returned', result: true }); } }",
  ];
  const accepted = `'{"status":"returned","result":true,"outcome":"ok","refusedBy":[]}'`;
  const denied = `'{"status":"threw","code":"PERMISSION_DENIED"}'`;
  let site: TestSite;
  beforeAll(async () => {
    const code = `${choosing([...texts, accepted, denied])} export default {
      async beforePublish({ data }) { JSON.stringify = () => choose(data); return true; },
    };`;
    site = await makeSite({ code, manifest: limits });
  });
  const send = (index: number) => site.hooks.beforePublish({ ...events.beforePublish, slug: String(index) });

  it.each(texts.map((text, index) => [text, index] as const))(
    "%s is never an allowance",
    async (_text, index) => {
      const outcome = await send(index);
      expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"] });
      const code = outcome.trace.plugins[0]?.error?.code;
      expect(["PLUGIN_ERROR", "RESULT_REJECTED", "DEADLINE_EXCEEDED"]).toContain(code);
    },
  );

  it("counts for no more than the plugin's own answer would", async () => {
    const outcome = await send(texts.length);
    expect(outcome).toMatchObject({ allow: true, issues: [], trace: { plugins: [{ calls: [] }] } });
  });

  it("cannot claim a denial that no guard pronounced", async () => {
    const { trace } = await send(texts.length + 1);
    expect(trace.plugins).toMatchObject([{ outcome: "error", error: { code: "PLUGIN_ERROR" } }]);
  });
});

describe("patches that break the plugin's own realm", () => {
  const patches: Record<string, string> = {
    "Promise.prototype.then that never calls back": "Promise.prototype.then = () => new Promise(() => {});",
    "a global Promise of its own": "globalThis.Promise = class { then() {} };",
    "Object.hasOwn that always says no": "Object.hasOwn = () => false;",
    "Object.hasOwn that throws": "Object.hasOwn = () => { throw new Error('no'); };",
    "setTimeout that never rings": "globalThis.setTimeout = () => 0;",
    "a setter on Object.prototype":
      "Object.defineProperty(Object.prototype, 'status', { set() { throw new Error('no'); }, configurable: true });",
    "Array.prototype methods that throw":
      "for (const name of ['push', 'map', 'join', 'includes']) Array.prototype[name] = () => { throw new Error('no'); };",
  };
  it.each(Object.entries(patches))("%s ends in an outcome within the limit", async (_what, patch) => {
    const startedMs = Date.now();
    const outcome = await patched(patch, "api.log.info('x'); return api.can('x') || true;");
    expect(outcome.trace.plugins).toHaveLength(1);
    expect(Date.now() - startedMs).toBeLessThan(3_000);
  });

  it("leave the other plugins' realms and the host's alone", async () => {
    const site = await makeSite(
      {
        id: "hostile",
        code: `Object.prototype.allow = true; Array.prototype.map = () => ["owned"]; JSON.stringify = () => "{}";
          globalThis.owned = true; export default { async beforePublish() { return true; } };`,
      },
      {
        id: "honest",
        code: "async beforePublish() { return say([typeof owned, [1].map(String), ({}).allow ?? null]); }",
      },
    );
    const { issues, trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins.map(({ outcome }) => outcome)).toEqual(["error", "ok"]);
    const honest = issues.find(({ plugin }) => plugin === "honest");
    expect(JSON.parse(honest?.message ?? "")).toEqual(["undefined", ["1"], null]);
    expect((globalThis as Record<string, unknown>).owned).toBeUndefined();
    expect([1].map(String)).toEqual(["1"]);
  });

  it("do not reach the same plugin on another site", async () => {
    const plugin = {
      code: `export default { async beforePublish({ data }) {
        if (data.slug === "attack") globalThis.owned = data.title;
        return say(globalThis.owned ?? null);
      } };`,
      scopes: ["hook:beforePublish", "read:pages"] as const,
    };
    const [one, other] = [await makeSite(plugin), await makeSite(plugin)];
    await one.hooks.beforePublish({ ...events.beforePublish, slug: "attack", title: "of one" });
    expect(await one.ask()).toBe("of one");
    expect(await other.ask()).toBeNull();
  });
});

describe("a replaced console", () => {
  it.each([
    ["replaced whole", "globalThis.console = { log() { throw new Error('no'); } };", "console.log"],
    ["with a method replaced", "console.info = (text) => { globalThis.seen = text; };", "api.log.info"],
  ])("%s takes nothing from api.log and ends nothing", async (_how, patch, log) => {
    const site = await makeSite({
      code: `${patch} export default { async beforePublish({ api }) {
        api.log.warn("before"); try { ${log}("x"); } catch {} return true;
      } };`,
    });
    const { outcome, logs } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(outcome).toBe("ok");
    expect(logs[0]).toMatchObject({ level: "warn", message: "before" });
  });
});
