// A plugin keeps its api, or the raw stub behind it, and uses it when its call is over.
import { describe, expect, it } from "vitest";
import { events, type FixturePlugin, makeSite } from "../workerd/site.ts";
import { STEAL } from "./stolen-stub.ts";

const scopes = ["hook:beforePublish", "hook:renderHtml", "read:kv", "write:kv", "read:pages"] as const;

function plugin(body: string, changes: Partial<FixturePlugin> = {}): FixturePlugin {
  return { code: `${STEAL} export default { ${body} };`, scopes, ...changes };
}

interface Attempt {
  readonly value?: string;
  readonly code?: string;
  readonly text?: string;
}

const first = { ...events.beforePublish, slug: "first" };

describe("a stub kept for the next call of the same isolate", () => {
  const kept: Record<string, string> = {
    "the api": "api",
    "the raw stub": "steal(api)",
    "a dup of the raw stub": "steal(api).dup()",
    "a dup of its kv, used in time":
      "await (async () => { const kv = steal(api).kv; await kv.get('k'); return { kv: kv.dup?.() ?? kv }; })()",
    "a function bound to it": "{ kv: { put: steal(api).kv.put, get: steal(api).kv.get } }",
  };
  it.each(Object.entries(kept))("does nothing: %s", async (_what, what) => {
    const site = await makeSite(
      plugin(`async beforePublish({ data, api }) {
        if (data.slug === "first") { globalThis.kept = ${what}; return true; }
        return say([await attempt(() => kept.kv.put("late", "x")), await attempt(() => kept.kv.get("k")),
          await attempt(() => api.kv.put("own", "y"))]);
      }`),
    );
    expect((await site.hooks.beforePublish(first)).allow).toBe(true);
    const [put, get, own] = (await site.ask()) as Attempt[];
    expect(put).not.toHaveProperty("value");
    expect(get).not.toHaveProperty("value");
    expect(own).toEqual({ value: "undefined" });
    expect(await site.readKv()).toEqual({ own: "y" });
  });
});

describe("work that goes on after the hook has answered", () => {
  const floats = `const later = (async () => {
      await scheduler.wait(60);
      await attempt(() => api.kv.put("late", "x"));
      await attempt(() => raw.kv.put("late-raw", "x"));
      await attempt(() => twin.kv.put("late-twin", "x"));
    })();`;
  const keep = "const raw = steal(api); const twin = raw.dup();";

  it.each([
    ["as a floating promise", floats],
    ["in waitUntil", `${floats} waitUntil(later);`],
    ["in waitUntil of the stolen context", `${floats} globalThis.shellCtx?.waitUntil(later);`],
  ])("writes nothing: %s", async (_how, work) => {
    const site = await makeSite(
      plugin(`async beforePublish({ api }) {
        const { default: Shell } = await import("shell.js");
        const call = Shell.prototype.call;
        globalThis.shellCtx ??= null;
        Shell.prototype.call = function (...args) { globalThis.shellCtx = this.ctx; return call.apply(this, args); };
        ${keep} ${work} return true;
      }`),
    );
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    await scheduler.wait(200);
    expect(await site.readKv()).toEqual({});
  });

  it("writes nothing while another plugin keeps the same request open", async () => {
    const site = await makeSite(plugin(`async renderHtml({ api }) { ${keep} ${floats} waitUntil(later); }`), {
      id: "slow",
      code: "async renderHtml() { await scheduler.wait(250); }",
      scopes: ["hook:renderHtml"],
    });
    const { trace } = await site.hooks.renderHtml(events.renderHtml);
    expect(trace.plugins.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect(await site.readKv()).toEqual({});
  });
});

describe("work that goes on after the time limit", () => {
  const slow = { manifest: { limits: { timeoutMs: 120 } } };

  it("writes nothing in a gate", async () => {
    const site = await makeSite(
      plugin(
        `async beforePublish({ api }) {
          const twin = steal(api).dup();
          await scheduler.wait(200);
          await twin.kv.put("late", "x");
          return true;
        }`,
        slow,
      ),
    );
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(trace.plugins).toMatchObject([{ outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } }]);
    await scheduler.wait(200);
    expect(await site.readKv()).toEqual({});
  });

  it("writes nothing in a render that another plugin keeps open", async () => {
    const site = await makeSite(
      plugin(
        `async renderHtml({ api }) {
          const twin = steal(api).dup();
          await scheduler.wait(200);
          globalThis.tried = await attempt(() => twin.kv.put("late", "x"));
        },
        async beforePublish() { return say(globalThis.tried ?? null); }`,
        slow,
      ),
      { id: "other", code: "async renderHtml() { await scheduler.wait(400); }", scopes: ["hook:renderHtml"] },
    );
    const { skipped } = await site.hooks.renderHtml(events.renderHtml);
    expect(skipped).toEqual([{ plugin: "probe", code: "DEADLINE_EXCEEDED" }]);
    expect(await site.readKv()).toEqual({});
    // It did try, while the request was open, and was refused by the guard.
    expect(await site.ask()).toMatchObject({ code: "PERMISSION_DENIED" });
  });
});
