// A plugin calls what is not the interface of its stub.
import { describe, expect, it } from "vitest";
import { events, makeSite } from "../workerd/site.ts";
import { STEAL } from "./stolen-stub.ts";

const NAMES = [
  "terms",
  "subject",
  "invocation",
  "ports",
  "store",
  "sink",
  "env",
  "ctx",
  "props",
  "perform",
  "record",
  "close",
  "_names",
  "#invocation",
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "__lookupGetter__",
  "fetch",
  "connect",
  "queue",
  "email",
  "scheduled",
  "alarm",
  "webSocketMessage",
  "toJSON",
  "inspect",
];

/** What each name of the stub and of its families answers, asked with a text and with a function. */
const ASK_ALL = `async beforePublish({ api }) {
  const raw = steal(api);
  const answers = [];
  for (const name of ${JSON.stringify(NAMES)}) {
    for (const [path, target] of [["api", raw], ["kv", raw.kv], ["pages", raw.pages], ["html", raw.html], ["log", raw.log]]) {
      // Straight to the other side: the stub's own prototype answers for some of these names here.
      const ask = Object.getOwnPropertyDescriptor(Object.prototype, name) || name in Function.prototype ? null : target[name];
      if (ask === null) continue;
      const got = await attempt(() => ask("x"));
      const read = await attempt(() => target[name]);
      if ("value" in got) answers.push([path, name, "call", got.value]);
      if ("value" in read && read.value !== "undefined") answers.push([path, name, "read", read.value]);
    }
  }
  return say(answers);
}`;

describe("the raw stub", () => {
  it("answers to no name but its families, and they to none but their methods", async () => {
    const site = await makeSite({ code: `${STEAL} export default { ${ASK_ALL} };` });
    expect(await site.ask()).toEqual([]);
  });

  it("guards each method as api does", async () => {
    const site = await makeSite({
      code: `${STEAL} export default { async beforePublish({ api }) {
        const raw = steal(api);
        const calls = [() => raw.pages.get("p"), () => raw.pages.list(), () => raw.kv.get("k"), () => raw.kv.list(),
          () => raw.kv.getWithMetadata("k"), () => raw.kv.put("k", "v"), () => raw.kv.delete("k"),
          () => raw.html.transform({}), () => raw.html.apply("", {})];
        return say(await Promise.all(calls.map(async (call) => (await attempt(call)).code ?? "passed")));
      } };`,
    });
    expect(await site.ask()).toEqual(Array(9).fill("PERMISSION_DENIED"));
    expect(await site.readKv()).toEqual({});
  });

  it("takes no callback for a value, and calls none", async () => {
    const site = await makeSite({
      code: `${STEAL} export default { async beforePublish({ api }) {
        let called = 0;
        const trap = () => { called += 1; return "x"; };
        const traps = { then: trap, toString: trap, toJSON: trap };
        const answers = [];
        for (const value of [trap, traps, [trap], { k: trap }]) {
          for (const call of [() => api.kv.get(value), () => api.kv.put("k", value), () => api.kv.put("k", "v", { metadata: value }),
            () => api.pages.get(value), () => api.pages.list({ collection: value }), () => api.html.transform(value)]) {
            answers.push((await attempt(call)).code ?? "passed");
          }
        }
        return say([called, [...new Set(answers)].sort()]);
      } };`,
      scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages", "transform:html"],
    });
    const [called, codes] = (await site.ask()) as [number, string[]];
    expect(called).toBe(0);
    expect(codes).toEqual(["INVALID_ARGUMENT"]);
    expect(await site.readKv()).toEqual({});
  });

  it("does nothing once it was disposed of, nor harms the next call", async () => {
    const site = await makeSite({
      code: `${STEAL} export default { async beforePublish({ api }) {
        const raw = steal(api);
        raw[Symbol.dispose]();
        return say((await attempt(() => api.kv.put("k", "v"))).value ?? "refused");
      } };`,
      scopes: ["hook:beforePublish", "read:kv", "write:kv"],
    });
    expect(await site.ask()).toBe("refused");
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  });
});

describe("another plugin's state", () => {
  it("is out of reach of keys that climb, and of listings", async () => {
    const site = await makeSite(
      {
        id: "victim",
        code: "async beforePublish({ api }) { await api.kv.put('secret', 'gold'); return true; }",
        scopes: ["hook:beforePublish", "write:kv"],
      },
      {
        id: "thief",
        code: `async beforePublish({ api, context }) {
          const keys = ["secret", "../victim/secret", "/secret", "../../" + context.site + "/victim/secret",
            context.site + "/victim/secret", "..%2Fvictim/secret", "\\u0000secret"];
          const found = await Promise.all(keys.map((key) => api.kv.get(key).catch(() => null)));
          const prefixes = ["", "../", "../victim", "/", context.site];
          const lists = await Promise.all(prefixes.map((prefix) => api.kv.list({ prefix }).catch(() => ({ keys: [] }))));
          return say([found, lists.map(({ keys }) => keys)]);
        }`,
        scopes: ["hook:beforePublish", "read:kv", "write:kv"],
      },
    );
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect(await site.readKv("victim")).toEqual({ secret: "gold" });
    const [found, lists] = (await site.ask("thief")) as [unknown[], unknown[]];
    expect(found).toEqual(Array(7).fill(null));
    expect(lists).toEqual(Array(5).fill([]));
  });

  it("is out of reach of a shell that was taught to name another plugin", async () => {
    const site = await makeSite({
      id: "thief",
      code: `async beforePublish({ api, context }) {
        const { default: Shell } = await import("shell.js");
        const call = Shell.prototype.call;
        Shell.prototype.call = function (hook, data, context, stub) {
          Shell.prototype.call = call;
          const forged = { ...context, plugin: "victim", site: "site-1", scopes: ["write:kv", "read:kv"] };
          return call.call(this, hook, data, forged, stub);
        };
        await api.kv.put("as", context.plugin);
        return true;
      }`,
      scopes: ["hook:beforePublish", "write:kv"],
    });
    await site.hooks.beforePublish(events.beforePublish);
    await site.hooks.beforePublish(events.beforePublish);
    expect(await site.readKv("victim")).toEqual({});
    expect(await site.readKv("thief")).toEqual({ as: "victim" });
  });
});
