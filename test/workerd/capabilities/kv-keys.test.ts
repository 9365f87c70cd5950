import { describe, expect, it } from "vitest";
import { type Invocation, KvStore } from "../../../capabilities/index.ts";
import type { Subject } from "../../../contracts/capability.ts";
import { MAX_KV_KEY_BYTES } from "../../../contracts/limits.ts";
import { failureOf, kv, makeInvocation } from "./fixture.ts";
import { describeGuard } from "./guard-cases.ts";

function makeStore(changes: Partial<Subject> = {}): {
  store: KvStore;
  invocation: Invocation;
  prefix: string;
} {
  const base = makeInvocation({ "read:kv": {}, "write:kv": {} }).invocation.terms;
  const subject = { ...base.subject, ...changes };
  const { invocation } = makeInvocation({ "read:kv": {}, "write:kv": {} }, { subject });
  const { site, plugin, installId, version } = subject;
  const prefix = `${site}/${plugin}/${installId}/v${version.split(".")[0]}/`;
  return { store: new KvStore(kv, invocation), invocation, prefix };
}

/** The binding, telling when it is used: what the plugin's calls act on. */
function acting(effect: () => void): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        effect();
        return Reflect.apply(method, target, args);
      };
    },
  });
}

const outside = { keyPrefix: { keyPrefix: "kept/" } };
const read = (method: string) => ({ traced: ["kv.read", method], scope: "read:kv", outside }) as const;
const write = (method: string) => ({ traced: ["kv.write", method], scope: "write:kv", outside }) as const;

describeGuard("kv", {
  get: { ...read("get"), call: (invocation, effect) => new KvStore(acting(effect), invocation).get("k") },
  getWithMetadata: {
    ...read("getWithMetadata"),
    call: (invocation, effect) => new KvStore(acting(effect), invocation).getWithMetadata("k"),
  },
  list: {
    ...read("list"),
    call: (invocation, effect) => new KvStore(acting(effect), invocation).list({ prefix: "k/" }),
  },
  put: {
    ...write("put"),
    call: (invocation, effect) => new KvStore(acting(effect), invocation).put("k", "v"),
  },
  delete: {
    ...write("delete"),
    call: (invocation, effect) => new KvStore(acting(effect), invocation).delete("k"),
  },
});

describe("kv, whose keys", () => {
  it("reads what it wrote, under its own prefix in the namespace", async () => {
    const { store, prefix } = makeStore();
    await store.put("count", "1");
    expect(await store.get("count")).toBe("1");
    expect(await kv.get(`${prefix}count`)).toBe("1");
    await store.delete("count");
    expect(await store.get("count")).toBeNull();
  });

  it.each<[string, Partial<Subject>]>([
    ["plugin", { plugin: "notifier" }],
    ["plugin whose id begins alike", { plugin: "notify2" }],
    ["site", { site: "demo-two" }],
    ["install", { installId: "install-after" }],
    ["major version", { version: "2.0.0" }],
    ["major version that begins alike", { version: "11.0.0" }],
  ])("never sees those of another %s", async (_name, changes) => {
    const own = { installId: "install-own" };
    const { store } = makeStore(own);
    const other = makeStore({ ...own, ...changes }).store;
    await store.put("shared", "mine");
    expect(await other.get("shared")).toBeNull();
    expect(await other.getWithMetadata("shared")).toEqual({ value: null, metadata: null });
    expect(await other.list()).toMatchObject({ keys: [] });
    await other.delete("shared");
    await other.put("shared", "theirs");
    expect(await store.get("shared")).toBe("mine");
  });

  it("keeps its keys through minor versions", async () => {
    const own = { installId: "install-minor" };
    await makeStore(own).store.put("kept", "1");
    expect(await makeStore({ ...own, version: "1.9.0" }).store.get("kept")).toBe("1");
    expect(await makeStore({ ...own, version: "1.2.3-beta.1+build" }).store.get("kept")).toBe("1");
  });

  it.each([
    "../x",
    "../../../notify/install-x/v1/y",
    "..",
    ".",
    "/",
    "//x",
    "%2e%2e/x",
    "..%2fx",
    "a\\..\\b",
    "a?b#c",
    " a ",
  ])("takes the key %j for a name and nothing more", async (key) => {
    const { store, prefix } = makeStore();
    await store.put(key, key);
    expect(await store.get(key)).toBe(key);
    expect((await kv.list({ prefix })).keys.map(({ name }) => name)).toEqual([prefix + key]);
    expect(await store.list()).toMatchObject({ keys: [{ name: key }] });
  });

  it.each([
    "nul\u0000in",
    "new\nline",
    "emoji 🦊",
    "combining é",
    "\u202ertl",
    "\ufeffbom",
    "__proto__",
    "constructor",
  ])("takes the key %j as it is", async (key) => {
    const { store } = makeStore();
    await store.put(key, "v");
    expect(await store.get(key)).toBe("v");
    expect(await store.list()).toMatchObject({ keys: [{ name: key }] });
  });

  // Not it.each: a name with half a character cannot be reported.
  it("refuses what is no well-formed text", async () => {
    const { store } = makeStore();
    for (const key of [
      "",
      "\ud800",
      "a\udc00b",
      null,
      undefined,
      1,
      ["a", "b"],
      { name: "a" },
      Symbol("k"),
    ]) {
      for (const call of [
        store.get(key),
        store.getWithMetadata(key),
        store.put(key, "v"),
        store.delete(key),
      ]) {
        expect(await failureOf(call)).toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    }
  });

  it("takes as many bytes of a key as Workers KV does, its own prefix counted in", async () => {
    const { store, prefix } = makeStore();
    const room = MAX_KV_KEY_BYTES - prefix.length;
    for (const key of ["k".repeat(room), "é".repeat(Math.floor(room / 2))]) {
      await store.put(key, "v");
      expect(await store.get(key)).toBe("v");
    }
    for (const key of ["k".repeat(room + 1), "é".repeat(Math.floor(room / 2) + 1), "k".repeat(2_000_000)]) {
      const failure = await failureOf(store.put(key, "v"));
      expect(failure).toMatchObject({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining(`${room} bytes`),
      });
    }
  });
});
