// What a plugin may keep without a caveat, counted by the site's own log, and the plugin that would keep more.
import { describe, expect, it } from "vitest";
import { KvStore, ownerNameOf } from "../../../capabilities/index.ts";
import type { Booking, InvocationTerms, StorageQuota, Subject } from "../../../contracts/capability.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import { DEFAULT_KV_BYTES, MAX_KV_KEYS } from "../../../contracts/limits.ts";
import { siteLogOf } from "../../../services/gateway/env.ts";
import { env, events, makeSite } from "../site.ts";
import { failureOf, kv, makeInvocation, unbounded } from "./fixture.ts";

const log = siteLogOf(env, "kv-quota");
const exceeded = (limit: string) => ({
  code: "QUOTA_EXCEEDED",
  message: expect.stringMatching(new RegExp(`at most ${limit} .*delete some`)),
});

let installs = 0;

interface Bounds {
  readonly maxKeys?: number;
  readonly maxBytes?: number;
}

/** A store of an install of its own on the real counter, whose bounds are lowered so that a test can reach them. */
function makeStore(
  bounds: Bounds = {},
  { write = {}, ...changes }: Partial<InvocationTerms> & { write?: Caveats } = {},
) {
  installs += 1;
  const subject: Subject = {
    site: "kv-quota",
    plugin: "notify",
    installId: `install-${installs}`,
    version: "1.0.0",
    hook: null,
    invocationId: "inv",
    ...changes.subject,
  };
  const owner = ownerNameOf({ ...subject, major: 1 });
  const quota: StorageQuota = {
    reserve: async (booking) => (await log.reserve(owner, { ...booking, ...bounds })).exceeded,
    settle: async (key, begun) => await log.settle(owner, key, begun),
    mark: async (key) => await log.mark(owner, key),
    release: async (key, mark) => await log.release(owner, key, mark),
  };
  const opened = makeInvocation({ "read:kv": {}, "write:kv": write }, { quota, ...changes, subject });
  return {
    ...opened,
    subject,
    owner,
    store: new KvStore(kv, opened.invocation),
    totals: () => log.keyTotals(owner),
  };
}

describe("without a caveat", () => {
  it("a put is booked under the named limits, and under a caveat with its bytes and the same keys", async () => {
    const bookings: Booking[] = [];
    const quota = {
      ...unbounded,
      reserve: async (booking: Booking) => {
        bookings.push(booking);
        return null;
      },
    };
    await makeStore({}, { quota }).store.put("k", "v", { metadata: { a: 1 } });
    await makeStore({}, { quota, write: { maxBytes: 5 } }).store.put("k", "v");
    const about = { key: "k", expiresAtMs: null, maxKeys: MAX_KV_KEYS };
    expect(bookings).toEqual([
      { ...about, bytes: 9, maxBytes: DEFAULT_KV_BYTES },
      { ...about, bytes: 2, maxBytes: 5 },
    ]);
  });

  it("names the limit that is passed and what to do, and is no denial", async () => {
    const { store, world } = makeStore({ maxKeys: 1 });
    await store.put("a", "v");
    expect(await failureOf(store.put("b", "v"))).toMatchObject(exceeded(`${MAX_KV_KEYS} keys`));
    expect(await store.get("b")).toBeNull();
    const small = makeStore({ maxBytes: 10 });
    await small.store.put("a", "v");
    expect(await failureOf(small.store.put("b", "x".repeat(9)))).toMatchObject(
      exceeded(`${DEFAULT_KV_BYTES} bytes`),
    );
    expect([...world.denials, ...small.world.denials]).toEqual([]);
  });

  it("is past its bytes a denial under a caveat, and past its keys still none", async () => {
    const { store } = makeStore({ maxKeys: 1 }, { write: { maxBytes: 5 } });
    await store.put("a", "v");
    expect(await failureOf(store.put("b", "v"))).toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect(await failureOf(makeStore({}, { write: { maxBytes: 5 } }).store.put("a", "12345"))).toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });
});

describe("a plugin that wants to keep more", () => {
  it("gets exactly as many keys as there may be, of many at once", async () => {
    const { store, totals } = makeStore({ maxKeys: 20 });
    const puts = Array.from({ length: 60 }, (_, n) => store.put(`key-${n}`, "v"));
    const settled = await Promise.allSettled(puts);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    expect((await store.list()) as { keys: unknown[] }).toMatchObject({ keys: { length: 20 } });
    expect(await totals()).toMatchObject({ keys: 20 });
  });

  it("may write on to what it has when all is taken, and nothing larger", async () => {
    const { store } = makeStore({ maxKeys: 2, maxBytes: 8 });
    await store.put("a", "123");
    await store.put("b", "123");
    await store.put("a", "321");
    await store.put("b", "1");
    expect(await failureOf(store.put("a", "1234"))).toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect([await store.get("a"), await store.get("b")]).toEqual(["321", "1"]);
  });

  it("gets back what it deletes and what expires, also when two calls race for it", async () => {
    const { store, subject, owner, totals } = makeStore({ maxKeys: 4 });
    await log.bookFound(owner, [], null);
    const other = makeStore({ maxKeys: 4 }, { subject });
    for (let round = 0; round < 5; round += 1) {
      await Promise.allSettled(
        ["a", "b", "c", "d"].flatMap((key) => [
          store.put(key, "v"),
          other.store.delete(key),
          other.store.put(key, "w"),
          store.delete(key),
        ]),
      );
    }
    const { keys: left } = (await store.list()) as { keys: { name: string }[] };
    expect((await totals()).keys).toBeGreaterThanOrEqual(left.length);
    for (const key of ["a", "b", "c", "d"]) await store.delete(key);
    expect(await totals()).toMatchObject({ keys: 0, bytes: 0 });
    // The invocation's clock is long behind the counter's: this one has ended there already.
    await store.put("a", "v", { expirationTtl: 60 });
    expect(await totals()).toMatchObject({ keys: 0 });
  });

  it("loses nothing by a call that ends between booking and put, and gains nothing either", async () => {
    const { store, subject, invocation, totals } = makeStore({ maxKeys: 2 });
    const abandoned = Array.from({ length: 2 }, (_, n) => failureOf(store.put(`abandoned-${n}`, "v")));
    invocation.close();
    expect(await Promise.all(abandoned)).toMatchObject([
      { code: "PERMISSION_DENIED" },
      { code: "PERMISSION_DENIED" },
    ]);
    expect(await totals()).toMatchObject({ keys: 0, bytes: 0 });
    const next = makeStore({ maxKeys: 2 }, { subject });
    await next.store.put("a", "123456789");
    const late = makeStore({ maxKeys: 2 }, { subject });
    const refused = failureOf(late.store.put("a", ""));
    late.invocation.close();
    await refused;
    expect(await totals()).toMatchObject({ keys: 1, bytes: 10 });
  });

  it("counts for one major version of one install", async () => {
    const { owner } = makeStore({ maxKeys: 1 });
    const of = (changed: string) =>
      log.reserve(changed, { key: "k", bytes: 1, expiresAtMs: null, maxBytes: 1, maxKeys: 1 });
    for (const one of [owner, `${owner}0`, owner.replace("v1", "v2"), owner.replace("notify", "other")]) {
      expect(await of(one)).toMatchObject({ exceeded: null });
    }
  });
});

describe("keys that were there before they were booked", () => {
  const keeper = {
    scopes: ["hook:beforePublish", "read:kv", "write:kv"] as const,
    code: `async beforePublish({ data, api }) {
      const [method, key, value] = data.slug.split(":");
      return say(await api.kv[method](key, value ?? undefined).then((got) => got ?? "done", ({ code }) => code));
    }`,
  };

  it("are counted once in the background, with their bytes and their ends", async () => {
    const site = await makeSite(keeper);
    const [{ installId = "" } = {}] = (await site.state.read()).plugins;
    const prefix = `${site.id}/probe/${installId}/v1/`;
    for (let n = 0; n < 20; n += 1) await kv.put(`${prefix}old-${n}`, "123456");
    await kv.put(`${prefix}ends`, "123456", { expirationTtl: 3600, metadata: { a: 1 } });
    const call = (slug: string) => site.run("probe", "beforePublish", { ...events.beforePublish, slug });
    await call("put:new:1");
    const owner = ownerNameOf({ plugin: "probe", installId, major: 1 });
    await expect
      .poll(async () => await siteLogOf(env, site.id).keyTotals(owner))
      .toEqual({ keys: 22, bytes: 10 * 11 + 10 * 12 + 4 + 6 + 7 + 4, counted: true });
    await call("delete:old-1");
    expect(await siteLogOf(env, site.id).keyTotals(owner)).toMatchObject({ keys: 21 });
  });

  it("are not counted when they were deleted meanwhile, and no smaller than they are", async () => {
    const owner = "notify/counted/v1";
    const booking = { bytes: 1, expiresAtMs: null, maxBytes: 100, maxKeys: 10 };
    expect(await log.reserve(owner, { ...booking, key: "first" })).toEqual({ exceeded: null, toCount: true });
    expect(await log.reserve(owner, { ...booking, key: "first" })).toMatchObject({ toCount: false });
    // Deleted, or written over by a put that is then refused, while a page of the count is on its way.
    await log.release(owner, "deleted", (await log.mark(owner, "deleted")) ?? 0);
    await log.reserve(owner, { ...booking, key: "small" });
    await log.settle(owner, "small", false);
    const found = ["deleted", "small", "other"].map((key) => ({ key, bytes: 50, expiresAtMs: null }));
    await log.bookFound(owner, found, "next");
    // Past its bound now: it may not grow, and may go on with what there is.
    expect(await log.reserve(owner, { ...booking, key: "new" })).toMatchObject({ exceeded: "bytes" });
    expect(await log.reserve(owner, { ...booking, key: "other", bytes: 50 })).toMatchObject({
      exceeded: null,
    });
    expect(await log.readCounting(owner)).toEqual({ counted: false, cursor: "next" });
    await log.bookFound(owner, [], null);
    expect(await log.keyTotals(owner)).toEqual({ keys: 3, bytes: 101, counted: true });
  });
});
