// The caveats keyPrefix and maxBytes of a plugin's key-values, and the plugin that would get around them.

import { env as bindings } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { KvStore } from "../../../capabilities/index.ts";
import type { InvocationTerms, StorageQuota, Subject } from "../../../contracts/capability.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import { type Env, siteLogOf } from "../../../services/gateway/env.ts";
import { failureOf, kv, makeInvocation, unbounded, WORK } from "./fixture.ts";

const env = bindings as unknown as Env; // typed by hand in gateway/env.ts

interface Listed {
  keys: { name: string }[];
  list_complete: boolean;
  cursor?: string;
}

type Caveat = { readonly read?: Caveats; readonly write?: Caveats };

/** A store of the plugin under these caveats, and one of the same install without any. */
function makeStores({ read = {}, write = {} }: Caveat, changes: Partial<InvocationTerms> = {}) {
  const opened = makeInvocation({ "read:kv": read, "write:kv": write }, changes);
  const { subject } = opened.invocation;
  return { ...opened, subject, store: new KvStore(kv, opened.invocation), free: makeFree(subject) };
}

function makeFree(subject: Subject): KvStore {
  return new KvStore(kv, makeInvocation({ "read:kv": {}, "write:kv": {} }, { subject }).invocation);
}

const listOf = async (store: KvStore, options?: unknown) => (await store.list(options)) as Listed;
const namesOf = ({ keys }: Listed) => keys.map(({ name }) => name);
const denied = (scope: string) => ({ name: "PermissionDenied", code: "PERMISSION_DENIED", scope });

describe("keyPrefix", () => {
  const caveats = { read: { keyPrefix: "a/" }, write: { keyPrefix: "a/" } };

  it("lets keys that start with it be read, written and deleted", async () => {
    const { store } = makeStores(caveats);
    await store.put("a/1", "v", { metadata: 1 });
    expect(await store.get("a/1")).toBe("v");
    expect(await store.getWithMetadata("a/1")).toEqual({ value: "v", metadata: 1 });
    await store.delete("a/1");
    expect(await store.get("a/1")).toBeNull();
  });

  it.each([
    "b/1",
    "a",
    "A/1",
    " a/1",
    "./a/1",
    "b/../a/1",
    "%61/1",
    "a\\1",
    "a%2f1",
    "/a/1",
    "a\u200b/1",
    "ａ/1",
  ])("keeps everything else from the plugin: %j", async (key) => {
    const { store, free } = makeStores(caveats);
    await free.put(key, "hidden");
    for (const call of [() => store.get(key), () => store.getWithMetadata(key)]) {
      const failure = await failureOf(call());
      expect(failure).toMatchObject({ ...denied("read:kv"), message: expect.stringContaining('"a/"') });
    }
    for (const call of [() => store.put(key, "mine"), () => store.delete(key)]) {
      expect(await failureOf(call())).toMatchObject(denied("write:kv"));
    }
    expect(await free.get(key)).toBe("hidden");
  });

  it("of the one scope says nothing about the other", async () => {
    const { store } = makeStores({ write: { keyPrefix: "a/" } });
    await store.put("a/1", "v");
    expect(await store.get("b/1")).toBeNull();
    expect(await failureOf(store.put("b/1", "v"))).toMatchObject(denied("write:kv"));
  });

  it("refuses a value before it is read: a stream outside is not pulled", async () => {
    const { store } = makeStores(caveats);
    let pulls = 0;
    const pull = () => {
      pulls += 1;
    };
    const stream = new ReadableStream({ pull }, { highWaterMark: 0 });
    expect(await failureOf(store.put("b/1", stream))).toMatchObject(denied("write:kv"));
    expect(pulls).toBe(0);
  });
});

describe("keyPrefix, lists", () => {
  async function makeKeys() {
    const stores = makeStores({ read: { keyPrefix: "a/b" } });
    for (const key of ["a/1", "a/b", "a/b/1", "a/b/2", "a/bc", "a/c", "b/1"]) await stores.free.put(key, "v");
    return stores;
  }

  it.each([
    ["without a prefix what lies under the caveat's", undefined, ["a/b", "a/b/1", "a/b/2", "a/bc"]],
    ["an empty prefix likewise", { prefix: "" }, ["a/b", "a/b/1", "a/b/2", "a/bc"]],
    ["a shorter prefix likewise", { prefix: "a" }, ["a/b", "a/b/1", "a/b/2", "a/bc"]],
    ["the same prefix", { prefix: "a/b" }, ["a/b", "a/b/1", "a/b/2", "a/bc"]],
    ["a longer prefix", { prefix: "a/b/" }, ["a/b/1", "a/b/2"]],
    ["a longer prefix without keys", { prefix: "a/b/1/x" }, []],
  ])("show %s", async (_what, options, names) => {
    const { store } = await makeKeys();
    expect(namesOf(await listOf(store, options))).toEqual(names);
  });

  it.each(["b", "a/c", "a/1", "A", "a\\b"])("are denied the prefix %j", async (prefix) => {
    const { store, world } = await makeKeys();
    expect(await failureOf(store.list({ prefix }))).toMatchObject(denied("read:kv"));
    expect(world.denials).toEqual([{ scope: "read:kv", reason: "outside the caveat keyPrefix" }]);
  });

  it("go on by their cursors, and never past the prefix", async () => {
    const { store } = await makeKeys();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const listed = await listOf(store, { limit: 1, ...(cursor && { cursor }) });
      seen.push(...namesOf(listed));
      cursor = listed.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(["a/b", "a/b/1", "a/b/2", "a/bc"]);
  });

  it("take no cursor of a grant without the caveat, or with another", async () => {
    const { store, free, subject } = await makeKeys();
    const wider = makeStores({ read: { keyPrefix: "a/" } }, { subject }).store;
    const narrower = makeStores({ read: { keyPrefix: "a/b/" } }, { subject }).store;
    for (const from of [free, wider, narrower]) {
      const { cursor } = await listOf(from, { limit: 1 });
      expect(cursor).toBeDefined();
      expect(await failureOf(store.list({ cursor }))).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    const { cursor } = await listOf(store, { limit: 1 });
    for (const to of [free, wider, narrower]) {
      expect(await failureOf(to.list({ cursor }))).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("show nothing outside with a cursor of another of their own prefixes", async () => {
    const { store } = await makeKeys();
    const { cursor } = await listOf(store, { prefix: "a/b/", limit: 1 });
    for (const prefix of ["a/b", "a/bc", "a/b/"]) {
      for (const name of namesOf(await listOf(store, { prefix, cursor }))) expect(name).toMatch(/^a\/b/);
    }
  });
});

/** The real counter of the site, for one install. */
function countOf(subject: Subject): StorageQuota & { bookedFor(bytes: number): Promise<boolean> } {
  const log = siteLogOf(env, "kv-caveats");
  const owner = subject.installId;
  return {
    reserve: async (booking) => (await log.reserve(owner, booking)).exceeded,
    settle: async (key, begun) => await log.settle(owner, key, begun),
    mark: async (key) => await log.mark(owner, key),
    release: async (key, mark) => await log.release(owner, key, mark),
    /** Whether exactly these bytes are booked. */
    bookedFor: async (bytes) => (await log.keyTotals(owner)).bytes === bytes,
  };
}

let installs = 0;

/** A store that may keep `maxBytes` in all, and its counter. */
function makeBounded(maxBytes: number, changes: Partial<InvocationTerms> = {}, binding: KVNamespace = kv) {
  installs += 1;
  const subject: Subject = {
    site: "kv-caveats",
    plugin: "notify",
    installId: `bounded-${installs}`,
    version: "1.0.0",
    hook: null,
    invocationId: "inv",
    ...changes.subject,
  };
  const quota = countOf(subject);
  const granted = { "read:kv": {}, "write:kv": { maxBytes } };
  const opened = makeInvocation(granted, { quota, ...changes, subject });
  return { ...opened, subject, quota, store: new KvStore(binding, opened.invocation) };
}

/** KV whose method does as told. */
function makeKv(
  changes: Partial<Record<"put" | "delete", (...args: unknown[]) => Promise<void>>>,
): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const method: unknown = changes[name as "put"] ?? Reflect.get(target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

describe("maxBytes", () => {
  it("counts key, value and metadata, in bytes", async () => {
    const { store, quota } = makeBounded(1000);
    await store.put("é", "ü€", { metadata: { n: "ß" } });
    expect(await quota.bookedFor(2 + 5 + 10)).toBe(true);
  });

  it("lets exactly that much be kept, and not a byte more", async () => {
    const { store, world } = makeBounded(10);
    await store.put("k", "123456789");
    expect(await failureOf(store.put("l", ""))).toMatchObject({
      ...denied("write:kv"),
      message: expect.stringContaining("write:kv was granted for at most 10 bytes in all"),
    });
    expect(await store.get("l")).toBeNull();
    expect(world.denials).toEqual([{ scope: "write:kv", reason: "outside the caveat maxBytes" }]);
  });

  it("lets a value be replaced by one of the same size, and a deleted one's place be taken", async () => {
    const { store } = makeBounded(10);
    await store.put("k", "123456789");
    await store.put("k", "987654321");
    expect(await store.get("k")).toBe("987654321");
    await store.delete("k");
    await store.put("l", "123456789");
  });

  it.each<[string, () => unknown]>([
    ["text", () => "x".repeat(20)],
    ["bytes", () => new Uint8Array(20)],
    ["a view on part of a buffer", () => new Uint8Array(new ArrayBuffer(100), 10, 20)],
    ["a buffer", () => new ArrayBuffer(20)],
    ["a stream", () => new Response("x".repeat(20)).body],
    ["text of many bytes", () => "€".repeat(7)],
  ])("counts a value of %s", async (_what, makeValue) => {
    const { store, quota } = makeBounded(20);
    expect(await failureOf(store.put("k", makeValue()))).toMatchObject(denied("write:kv"));
    expect(await store.get("k")).toBeNull();
    expect(await quota.bookedFor(0)).toBe(true);
  });

  it("is asked of the counter after everything else is right", async () => {
    let booked = 0;
    const quota = {
      ...unbounded,
      reserve: async () => {
        booked += 1;
        return null;
      },
    };
    const bounded = makeBounded(10, { quota }).store;
    const spent = makeBounded(10, { quota, work: { ...WORK, bytesOut: 5 } }).store;
    for (const call of [
      () => bounded.put("", "v"),
      () => bounded.put("k", 1),
      () => bounded.put("k", "v", { expirationTtl: 1 }),
      () => bounded.put("k", "x".repeat(2_000_000)),
      () => spent.put("k", "v"),
    ]) {
      await failureOf(call());
    }
    expect(booked).toBe(0);
  });

  it("writes nothing while the counter cannot be asked", async () => {
    const quota = { ...unbounded, reserve: () => Promise.reject(new Error("away")) };
    const { store } = makeBounded(10, { quota });
    expect(await failureOf(store.put("k", "v"))).toMatchObject({ code: "INTERNAL" });
    expect(await store.get("k")).toBeNull();
  });

  it("hands on when a value ends: never before it does in KV", async () => {
    const ends: (number | null)[] = [];
    const quota = {
      ...unbounded,
      reserve: async ({ expiresAtMs }: { expiresAtMs: number | null }) => {
        ends.push(expiresAtMs);
        return null;
      },
    };
    const { store, invocation, world } = makeBounded(100, { quota }, makeKv({ put: async () => {} }));
    const expiration = Math.floor(world.nowMs / 1000) + 3600;
    await store.put("k", "v");
    await store.put("k", "v", { expiration });
    await store.put("k", "v", { expirationTtl: 60 });
    await store.put("k", "v", { expirationTtl: 60, expiration });
    const { deadlineMs } = invocation.terms;
    expect(ends).toEqual([null, expiration * 1000, deadlineMs + 60_000, expiration * 1000]);
  });
});

describe("maxBytes, against a plugin that wants to keep more", () => {
  it("stays booked for what is kept when a smaller put is refused after its booking", async () => {
    const { store, quota, subject } = makeBounded(200);
    await store.put("k", "x".repeat(99));
    const late = makeBounded(200, { subject, quota });
    const refused = failureOf(late.store.put("k", ""));
    late.invocation.close();
    expect(await refused).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await quota.bookedFor(100)).toBe(true);
    expect(await store.get("k")).toHaveLength(99);
  });

  it("stays booked for what is kept when KV refuses a smaller put, or a delete", async () => {
    const { store, quota, subject } = makeBounded(200);
    await store.put("k", "x".repeat(99));
    const refuse = () => Promise.reject(new Error("KV PUT failed: 429 Too Many Requests"));
    const failing = makeBounded(200, { subject, quota }, makeKv({ put: refuse, delete: refuse })).store;
    expect(await failureOf(failing.put("k", ""))).toMatchObject({ code: "INTERNAL" });
    expect(await failureOf(failing.delete("k"))).toMatchObject({ code: "INTERNAL" });
    expect(await quota.bookedFor(100)).toBe(true);
  });

  it("does not release what another call is still writing, nor what it wrote meanwhile", async () => {
    const put = Promise.withResolvers<void>();
    const slow = makeKv({ put: () => put.promise });
    const { store, quota, subject } = makeBounded(200);
    const writing = makeBounded(200, { subject, quota }, slow);
    const write = writing.store.put("k", "x".repeat(99));
    await vi.waitFor(async () => expect(await quota.mark("k")).toBeNull());
    await store.delete("k");
    expect(await quota.bookedFor(100)).toBe(true);
    const mark = await quota.mark("nothing yet");
    put.resolve();
    await write;
    await quota.release("k", mark ?? 0);
    expect(await quota.bookedFor(100)).toBe(true);
    await store.delete("k");
    expect(await quota.bookedFor(0)).toBe(true);
  });

  it("does not release what was written between the mark of a delete and its end", async () => {
    const { store, quota, subject } = makeBounded(200);
    await store.put("k", "v");
    const overtaken = makeKv({ delete: () => store.put("k", "x".repeat(99)) });
    await makeBounded(200, { subject, quota }, overtaken).store.delete("k");
    expect(await quota.bookedFor(100)).toBe(true);
  });

  it("holds for many puts at once", async () => {
    const { store } = makeBounded(50);
    const puts = Array.from({ length: 20 }, (_, index) => store.put(`key-${index % 10}${index}`, "12345"));
    const settled = await Promise.allSettled(puts);
    expect(settled.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(5);
    const { keys } = await listOf(store);
    expect(keys.reduce((bytes, { name }) => bytes + name.length + 5, 0)).toBeLessThanOrEqual(50);
  });

  it("does not let a write that failed hold up the next", async () => {
    const { store } = makeBounded(10);
    const first = failureOf(store.put("k", "x".repeat(100)));
    const second = store.put("k", "v");
    expect(await first).toMatchObject(denied("write:kv"));
    await second;
    expect(await store.get("k")).toBe("v");
  });
});
