import { beforeEach, describe, expect, it } from "vitest";
import { KvStore } from "../../../capabilities/index.ts";
import type { Subject } from "../../../contracts/capability.ts";
import { MAX_KV_METADATA_BYTES, MAX_KV_VALUE_BYTES } from "../../../contracts/limits.ts";
import { failureOf, kv, makeInvocation, NOW_MS, WORK } from "./fixture.ts";

let store: KvStore;
let subject: Subject;

beforeEach(() => {
  const { invocation } = makeInvocation({ "read:kv": {}, "write:kv": {} });
  subject = invocation.subject;
  store = new KvStore(kv, invocation);
});

const invalid = { code: "INVALID_ARGUMENT" };
const tooLarge = { code: "PAYLOAD_TOO_LARGE" };

/** A stream of these chunks, one a pull. */
function streamOf(chunks: Iterable<unknown>): ReadableStream {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

describe("kv.get, types", () => {
  it("reads a value as each of Workers KV's types, named either way", async () => {
    await store.put("k", '{"a":[1]}');
    expect(await store.get("k")).toBe('{"a":[1]}');
    expect(await store.get("k", "text")).toBe('{"a":[1]}');
    expect(await store.get("k", { type: "json" })).toEqual({ a: [1] });
    expect(await store.get("k", {})).toBe('{"a":[1]}');
    expect(await store.get("k", { type: "text", cacheTtl: 60 })).toBe('{"a":[1]}');
    expect(new TextDecoder().decode((await store.get("k", "arrayBuffer")) as ArrayBuffer)).toBe('{"a":[1]}');
    expect(await new Response((await store.get("k", "stream")) as ReadableStream).text()).toBe('{"a":[1]}');
  });

  it("takes null for options as it does undefined", async () => {
    await store.put("k", "v", null);
    expect(await store.get("k", null)).toBe("v");
    expect(await store.getWithMetadata("k", null)).toEqual({ value: "v", metadata: null });
  });

  it.each(["text", "json", "arrayBuffer", "stream"])(
    "answers null for a key that there is not, as %s",
    async (type) => {
      expect(await store.get("nobody", type)).toBeNull();
      expect(await store.getWithMetadata("nobody", type)).toEqual({ value: null, metadata: null });
    },
  );

  it.each([["xml"], [""], [1], [{ type: "xml" }], [{ type: null }], [["text"]]])(
    "refuses the type %j",
    async (type) => {
      expect(await failureOf(store.get("k", type))).toMatchObject(invalid);
      expect(await failureOf(store.getWithMetadata("k", type))).toMatchObject(invalid);
    },
  );

  it("says that a value is no JSON, without showing it", async () => {
    await store.put("k", "{secret");
    for (const call of [store.get("k", "json"), store.getWithMetadata("k", "json")]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ ...invalid, message: expect.stringContaining("JSON") });
      expect(String(failure)).not.toContain("secret");
    }
  });

  it.each(["text", "json", "arrayBuffer", "stream"])(
    "counts a value's bytes before it is answered, as %s",
    async (type) => {
      await store.put("k", JSON.stringify("x".repeat(1_000)), { metadata: "y".repeat(100) });
      const granted = { "read:kv": {}, "write:kv": {} };
      const answer = async (bytesIn: number) => {
        const { invocation } = makeInvocation(granted, { subject, work: { ...WORK, bytesIn } });
        const reading = new KvStore(kv, invocation);
        return [await reading.get("k", type), (await reading.getWithMetadata("k", type)).metadata];
      };
      expect(await answer(2_300)).toEqual([expect.anything(), "y".repeat(100)]);
      expect(await failureOf(answer(2_100))).toMatchObject({ code: "QUOTA_EXCEEDED" });
      expect(await failureOf(answer(1_000))).toMatchObject({ code: "QUOTA_EXCEEDED" });
    },
  );

  it("gives a JSON value's __proto__ as data", async () => {
    await store.put("k", '{"__proto__":{"admin":true}}');
    const value = await store.get("k", "json");
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe("kv.put, values", () => {
  it("stores text, buffers, views and streams as they are", async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    const values = [
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer),
      streamOf([bytes.slice(0, 1), bytes.slice(1)]),
    ];
    for (const value of values) {
      await store.put("k", value);
      expect(new Uint8Array((await store.get("k", "arrayBuffer")) as ArrayBuffer)).toEqual(bytes);
    }
    await store.put("k", bytes.subarray(1, 3));
    expect(new Uint8Array((await store.get("k", "arrayBuffer")) as ArrayBuffer)).toEqual(bytes.slice(1, 3));
    await store.put("k", "");
    expect(await store.get("k")).toBe("");
    await store.put("k", streamOf([]));
    expect(await store.get("k")).toBe("");
  });

  it.each([
    [null],
    [undefined],
    [1],
    [true],
    [{}],
    [["v"]],
    [new Date()],
    [new Blob(["v"])],
    [() => "v"],
    [10n],
  ])("refuses %s", async (value) => {
    expect(await failureOf(store.put("k", value))).toMatchObject(invalid);
    expect(await store.get("k")).toBeNull();
  });

  it("takes a mebibyte and not a byte more, in whatever form", async () => {
    const full = new Uint8Array(MAX_KV_VALUE_BYTES);
    const half = full.subarray(MAX_KV_VALUE_BYTES / 2);
    for (const value of ["x".repeat(MAX_KV_VALUE_BYTES), full, full.buffer, streamOf([half, half])]) {
      await store.put("k", value);
    }
    const one = new Uint8Array(1);
    const more = [
      "x".repeat(MAX_KV_VALUE_BYTES + 1),
      "é".repeat(MAX_KV_VALUE_BYTES / 2 + 1),
      new Uint8Array(MAX_KV_VALUE_BYTES + 1),
      streamOf([half, half, one]),
      streamOf([new Uint8Array(3 * MAX_KV_VALUE_BYTES)]),
    ];
    for (const value of more) expect(await failureOf(store.put("over", value))).toMatchObject(tooLarge);
    expect(await store.get("over")).toBeNull();
  });

  it("ends an endless stream at the limit and cancels it", async () => {
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await failureOf(store.put("k", endless))).toMatchObject(tooLarge);
    expect(cancelled).toBe(true);
  });

  it("ends a stream that never brings a byte, or one at a time", async () => {
    const nothing = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(0)) });
    expect(await failureOf(store.put("k", nothing))).toMatchObject(tooLarge);
    const drip = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1)) });
    expect(await failureOf(store.put("k", drip))).toMatchObject(tooLarge);
  });

  it("refuses a stream of anything but bytes, and one that fails", async () => {
    for (const chunk of ["text", 1, null, {}, [1], new Uint16Array(2)]) {
      expect(await failureOf(store.put("k", streamOf([chunk])))).toMatchObject(invalid);
    }
    const failing = new ReadableStream({
      pull: (controller) => controller.error(new Error("the plugin's own")),
    });
    const failure = await failureOf(store.put("k", failing));
    expect(failure).toMatchObject(invalid);
    expect(failure).not.toHaveProperty("cause");
    const locked = streamOf([new Uint8Array(1)]);
    locked.getReader();
    expect(await failureOf(store.put("k", locked))).toMatchObject(invalid);
  });
});

describe("kv.put, options", () => {
  it("keeps metadata and gives it back with the value and in lists", async () => {
    const metadata = { tags: ["a", null, { b: 1.5 }], ok: true };
    await store.put("k", "v", { metadata });
    expect(await store.getWithMetadata("k")).toEqual({ value: "v", metadata });
    expect(await store.list()).toMatchObject({ keys: [{ name: "k", metadata }] });
  });

  it.each([[null], ["text"], [7], [["list"]]])("keeps the metadata %j", async (metadata) => {
    await store.put("k", "v", { metadata });
    expect((await store.getWithMetadata("k")).metadata).toEqual(metadata);
  });

  it("keeps metadata named __proto__ as data", async () => {
    const metadata: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":1}');
    await store.put("k", "v", { metadata });
    const read = (await store.getWithMetadata("k")).metadata;
    expect(Object.keys(read as object).sort()).toEqual(["__proto__", "constructor"]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([[new Date()], [() => 1], [{ f: () => 1 }], [Number.NaN], [{ u: undefined }], [new Map()], [10n]])(
    "refuses the metadata %s, which is no JSON",
    async (metadata) => {
      expect(await failureOf(store.put("k", "v", { metadata }))).toMatchObject(invalid);
    },
  );

  it("takes a kibibyte of metadata and not a byte more", async () => {
    await store.put("k", "v", { metadata: "x".repeat(MAX_KV_METADATA_BYTES - 2) });
    const metadata = "x".repeat(MAX_KV_METADATA_BYTES - 1);
    expect(await failureOf(store.put("k", "v", { metadata }))).toMatchObject(tooLarge);
    // Two to the sixtieth parts, though a message holds each once.
    let doubled: unknown = {};
    for (let level = 0; level < 60; level += 1) doubled = [doubled, doubled];
    expect(await failureOf(store.put("k", "v", { metadata: doubled }))).toMatchObject(tooLarge);
  });

  it("sets an expiration, either way", async () => {
    const inTenMinutes = Math.floor(Date.now() / 1000) + 600;
    await store.put("until", "v", { expiration: inTenMinutes });
    await store.put("for", "v", { expirationTtl: 600 });
    const { keys } = (await store.list()) as { keys: { name: string; expiration?: number }[] };
    expect(keys.find(({ name }) => name === "until")?.expiration).toBe(inTenMinutes);
    expect(keys.find(({ name }) => name === "for")?.expiration).toBeGreaterThanOrEqual(inTenMinutes - 1);
  });

  it.each([
    [{ expirationTtl: 59 }],
    [{ expirationTtl: 60.5 }],
    [{ expirationTtl: "60" }],
    [{ expirationTtl: 2 ** 31 }],
    [{ expiration: -1 }],
    [{ expiration: 5 }],
    [{ expiration: NOW_MS / 1000 + 59 }],
    [{ expiration: 2 ** 31 }],
    [{ expiration: new Date(NOW_MS + 600_000) }],
    ["metadata"],
    [7],
  ])("refuses the options %j", async (options) => {
    expect(await failureOf(store.put("k", "v", options))).toMatchObject(invalid);
  });
});
