// A plugin throws what is no error, or an error that is a trap. None of its text may reach core.
import { beforeAll, describe, expect, it } from "vitest";
import { choosing, events, makeSite, type TestSite } from "../workerd/site.ts";

const SECRET = "s3cr3t-text";

const thrown: Record<string, string> = {
  "an error": `new Error("${SECRET}")`,
  "a string": `"${SECRET}"`,
  null: "null",
  undefined: "undefined",
  "a function": `() => "${SECRET}"`,
  "a symbol": `Symbol("${SECRET}")`,
  "a promise": `Promise.reject("${SECRET}")`,
  "a code of ours": `{ code: "GRANT_EXPIRED", message: "${SECRET}" }`,
  "a code that is no text": `{ code: { toString() { return "${SECRET}"; } } }`,
  "a huge code": `{ code: "${SECRET}".repeat(100_000) }`,
  "a huge message": `new Error("${SECRET}".repeat(300_000))`,
  "an error with a cause": `new Error("x", { cause: { token: "${SECRET}" } })`,
  "an error with own properties": `Object.assign(new Error("x"), { secret: "${SECRET}", stack: "${SECRET}" })`,
  "a getter of code that throws": `{ get code() { throw new Error("${SECRET}"); } }`,
  "a getter of retry that throws": `{ get retry() { throw "${SECRET}"; } }`,
  "a proxy that throws at everything": `new Proxy({}, { get() { throw new Error("${SECRET}"); } })`,
  "an error whose message throws": `Object.defineProperty(new Error(), "message", { get() { throw "${SECRET}"; } })`,
  "an error whose stack throws": `Object.defineProperty(new Error(), "stack", { get() { throw "${SECRET}"; } })`,
  "a thenable": `{ then(resolve) { resolve("${SECRET}"); } }`,
};

describe("what a plugin throws", () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await makeSite({
      code: `${choosing(Object.values(thrown))} export default {
        async beforePublish({ data }) { throw choose(data); },
        async renderHtml({ data }) { throw choose(data); },
      };`,
      scopes: ["hook:beforePublish", "hook:renderHtml"],
    });
  });

  it.each(Object.keys(thrown).map((what, index) => [what, String(index)] as const))(
    "(%s) is PLUGIN_ERROR and stays out of the outcome",
    async (_what, index) => {
      const gate = await site.hooks.beforePublish({ ...events.beforePublish, slug: index });
      expect(gate).toMatchObject({ allow: false, refusedBy: ["probe"] });
      expect(gate.trace.plugins).toMatchObject([
        { outcome: "error", error: { code: "PLUGIN_ERROR", message: "probe threw in beforePublish" } },
      ]);
      const render = await site.hooks.renderHtml({ ...events.renderHtml, path: index });
      expect(render.skipped).toEqual([{ plugin: "probe", code: "PLUGIN_ERROR" }]);
      expect(JSON.stringify([gate, render])).not.toContain(SECRET);
    },
  );

  it("is kept in the plugin's own log, cut to its size", async () => {
    const logging = await makeSite({
      code: `async beforePublish() { throw new Error("${SECRET}".repeat(1_000)); }`,
    });
    const { logs, error } = await logging.run("probe", "beforePublish", events.beforePublish);
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({ level: "error", message: expect.stringContaining(SECRET) });
    expect(logs[0]?.message.length).toBeLessThanOrEqual(2_000);
  });
});

describe("an error that claims a denial", () => {
  it("is no denial when no guard has denied", async () => {
    const site = await makeSite({
      code: `async beforePublish() {
        throw Object.assign(new Error("x"), { name: "PermissionDenied", code: "PERMISSION_DENIED", scope: "write:kv" });
      }`,
    });
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins).toMatchObject([{ outcome: "error", error: { code: "PLUGIN_ERROR" } }]);
  });

  it("names the scope that the guard denied, not the one it claims", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        await api.kv.get("k").catch(() => {});
        throw Object.assign(new Error("x"), { code: "PERMISSION_DENIED", scope: "read:pages" });
      }`,
    });
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins).toMatchObject([
      { outcome: "denied", error: { message: "probe called what needs the scope read:kv" } },
    ]);
    expect(trace.plugins[0]?.calls).toMatchObject([{ capability: "kv.read", outcome: "denied" }]);
  });

  it("cannot hide a denial that the plugin caught: the trace shows it", async () => {
    const site = await makeSite({
      code: "async beforePublish({ api }) { await api.kv.put('k', 'v').catch(() => {}); return true; }",
    });
    const { allow, trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(allow).toBe(true);
    expect(trace.plugins[0]?.calls).toMatchObject([{ capability: "kv.write", outcome: "denied" }]);
  });
});
