import { beforeEach, describe, expect, it } from "vitest";
import { KvStore } from "../../../capabilities/index.ts";
import type { Subject } from "../../../contracts/capability.ts";
import { MAX_KV_KEY_BYTES } from "../../../contracts/limits.ts";
import { failureOf, kv, makeInvocation } from "./fixture.ts";

interface Listed {
  keys: { name: string }[];
  list_complete: boolean;
  cursor?: string;
}

const granted = { "read:kv": {}, "write:kv": {} };
const invalid = { code: "INVALID_ARGUMENT" };
let subject: Subject;
let store: KvStore;

beforeEach(async () => {
  const { invocation } = makeInvocation(granted);
  subject = invocation.subject;
  store = new KvStore(kv, invocation);
  for (const key of ["a/1", "a/2", "a/3", "b/1"]) await store.put(key, key);
});

const list = async (options?: unknown) => (await store.list(options)) as Listed;
const namesOf = ({ keys }: Listed) => keys.map(({ name }) => name);

/** A store of somebody else in the same namespace. */
function makeOther(changes: Partial<Subject>): KvStore {
  return new KvStore(kv, makeInvocation(granted, { subject: { ...subject, ...changes } }).invocation);
}

describe("kv.list", () => {
  it("lists its own keys by the names the plugin gave them", async () => {
    const listed = await list();
    expect(namesOf(listed)).toEqual(["a/1", "a/2", "a/3", "b/1"]);
    expect(listed).toMatchObject({ list_complete: true });
    expect(JSON.stringify(listed)).not.toContain(subject.installId);
  });

  it("lists those with a prefix", async () => {
    expect(namesOf(await list({ prefix: "a/" }))).toEqual(["a/1", "a/2", "a/3"]);
    expect(namesOf(await list({ prefix: "" }))).toHaveLength(4);
    expect(namesOf(await list({ prefix: null, limit: null, cursor: null }))).toHaveLength(4);
    expect(namesOf(await list(null))).toHaveLength(4);
  });

  it.each(["../", "..", "%2e%2e/", "/", "*", "%", "_", "a/%", "A/"])(
    "takes the prefix %j for the beginning of a name and nothing more",
    async (prefix) => {
      expect(namesOf(await list({ prefix }))).toEqual([]);
    },
  );

  it("goes through many keys by its cursors", async () => {
    const first = await list({ prefix: "a/", limit: 2 });
    expect(namesOf(first)).toEqual(["a/1", "a/2"]);
    expect(first.list_complete).toBe(false);
    const rest = await list({ prefix: "a/", limit: 2, cursor: first.cursor });
    expect(namesOf(rest)).toEqual(["a/3"]);
    expect(rest).not.toHaveProperty("cursor");
  });

  it("refuses a prefix that is no well-formed text", async () => {
    expect(await failureOf(store.list({ prefix: "a\ud800" }))).toMatchObject(invalid);
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 1001 }],
    [{ limit: 1.5 }],
    [{ limit: "10" }],
    [{ prefix: 1 }],
    [{ prefix: "p".repeat(MAX_KV_KEY_BYTES) }],
    [{ prefix: "p".repeat(2_000_000) }],
    [{ cursor: 1 }],
    [{ cursor: "c".repeat(5_000) }],
    ["a/"],
    [1],
  ])("refuses the options %o", async (options) => {
    expect(await failureOf(store.list(options))).toMatchObject(invalid);
  });
});

describe("kv.list, cursors", () => {
  it("tell a plugin nothing: neither its install's id nor a key can be read from one", async () => {
    const { cursor = "" } = await list({ limit: 1 });
    const readable = [cursor, ...cursor.split(".")].map((part) => {
      try {
        return part + atob(part.replaceAll("-", "+").replaceAll("_", "/"));
      } catch {
        return part;
      }
    });
    expect(cursor).not.toBe("");
    for (const text of readable) {
      expect(text).not.toContain(subject.installId);
      expect(text).not.toContain("a/1");
    }
  });

  it.each<[string, Partial<Subject>]>([
    ["plugin", { plugin: "other" }],
    ["site", { site: "other" }],
    ["install", { installId: "install-other" }],
    ["major version", { version: "2.0.0" }],
  ])("of another %s are refused", async (_name, changes) => {
    const { cursor } = await list({ limit: 1 });
    expect(await failureOf(makeOther(changes).list({ cursor }))).toMatchObject(invalid);
  });

  it("that were made up or changed are refused", async () => {
    const { cursor = "" } = await list({ limit: 1 });
    const raw = await kv.list({ limit: 1 });
    const forged = [
      "x",
      btoa("demo/notify/install-1/v1/a/1"),
      "cursor" in raw ? raw.cursor : "",
      `${cursor}A`,
      cursor.slice(0, -4),
      cursor.slice(4),
      `${cursor.startsWith("A") ? "B" : "A"}${cursor.slice(1)}`,
      "é",
    ];
    for (const wrong of forged)
      expect(await failureOf(store.list({ cursor: wrong })), wrong).toMatchObject(invalid);
  });

  it("that are empty stand for none, as in Workers KV", async () => {
    expect(namesOf(await list({ cursor: "" }))).toHaveLength(4);
  });
});
