// Recorded calls: all that a replay would ask for, nothing that a recording must not hold, and only where it is wished.
import { describe, expect, it } from "vitest";
import type { Recording } from "../../../contracts/journal.ts";
import { MAX_RECORDING_BYTES } from "../../../contracts/limits.ts";
import { SEARCH_STAND_IN } from "../../../services/hooks/index.ts";
import { events, type FixturePlugin, makeSite, openAdmin, page, refusalOf, type TestSite } from "../site.ts";
import { recordingsOf, settle } from "./journal.ts";

/** A site that records. */
async function makeRecordingSite(...plugins: readonly FixturePlugin[]): Promise<TestSite> {
  const site = await makeSite(...plugins);
  await site.admin.setPolicy({ site: site.id, recordings: "on" });
  return site;
}

/** The only recording there is. */
async function recordingOf(site: TestSite): Promise<Recording> {
  const [summary] = await recordingsOf(site, 1);
  return site.admin.recording({ site: site.id, invocation: summary?.invocationId ?? "" });
}

const KV: FixturePlugin = {
  code: `async beforePublish({ api, data }) {
    await api.kv.put("a", "one", { metadata: { m: 1 } });
    const text = await api.kv.get("a");
    const bytes = await api.kv.get("a", { type: "arrayBuffer" });
    const stream = await new Response(await api.kv.get("a", "stream")).text();
    const own = await api.pages.get(data.pageId);
    let refused = "";
    try { await api.db.exec("SELECT 1"); } catch (error) { refused = error.code; }
    return say({ text, bytes: bytes.byteLength, stream, title: own.title, refused });
  }`,
  scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages"],
};

describe.concurrent("recordings", { timeout: 30_000 }, () => {
  it("hold the event, the context, and each question with its answer, in order", async () => {
    const site = await makeRecordingSite(KV);
    const { trace, issues } = await site.hooks.beforePublish(events.beforePublish);
    const told = { text: "one", bytes: 3, stream: "one", title: page.title, refused: "PERMISSION_DENIED" };
    expect(JSON.parse(issues[0]?.message ?? "")).toEqual(told);
    const recording = await recordingOf(site);
    const bytes = { $: "bytes", base64: btoa("one") };
    expect(recording).toMatchObject({
      format: 1,
      site: site.id,
      plugin: "probe",
      hook: "beforePublish",
      invocationId: trace.id,
      outcome: "ok",
      event: { pageId: page.id, title: page.title, html: page.html, previous: null },
      context: { hook: "beforePublish", site: site.id, plugin: "probe", attempt: 1 },
      calls: [
        {
          capability: "kv.write",
          method: "put",
          args: ["a", "one", { metadata: { m: 1 } }],
          answer: { $: "undefined" },
        },
        {
          capability: "kv.read",
          method: "get",
          args: ["a", { $: "undefined" }],
          answer: { value: "one", type: "text" },
        },
        {
          method: "get",
          args: ["a", { type: "arrayBuffer" }],
          answer: { value: bytes, type: "arrayBuffer" },
        },
        { method: "get", args: ["a", "stream"], answer: { value: bytes, type: "stream" } },
        {
          capability: "pages.read",
          method: "get",
          args: [page.id],
          answer: { id: page.id, fields: page.fields },
        },
        {
          capability: "db",
          method: "exec",
          args: ["SELECT 1"],
          error: { name: "PermissionDenied", code: "PERMISSION_DENIED", scope: "use:db" },
        },
      ],
      result: { allow: true, issues: [{ message: JSON.stringify(told) }] },
      error: null,
      isTruncated: false,
      replaced: null,
    });
    expect(JSON.stringify(recording)).not.toMatch(/eyJ|"jti"|"token"/);
  });

  it("hold what a failed call was refused with", async () => {
    const site = await makeRecordingSite({ code: `async beforePublish() { throw new Error("no"); }` });
    await site.hooks.beforePublish(events.beforePublish);
    expect(await recordingOf(site)).toMatchObject({
      outcome: "error",
      result: null,
      error: { code: "PLUGIN_ERROR" },
      calls: [],
    });
  });

  it("hold no visitor's search, wherever the plugin put it, and say what stands for it", async () => {
    const site = await makeRecordingSite({
      code: `async onSearch({ data, api }) {
      const { query, results } = data;
      await api.kv.put("last:" + query.toLowerCase(), encodeURIComponent(query), { metadata: { [query]: query.split(" ") } });
      await api.kv.get("word:" + query.split(" ")[1]);
      return { order: results.map(({ id }) => id).reverse() };
    }`,
      scopes: ["hook:onSearch", "read:kv", "write:kv", "read:pages"],
    });
    const query = "Wilhelmina Übermut 4711";
    const { results } = events.onSearch;
    const asked = [{ ...results[0], title: "Übermut of old" }, ...results.slice(1)];
    await site.hooks.onSearch({ query, results: asked });
    const recording = await recordingOf(site);
    expect(JSON.stringify(recording)).not.toMatch(/wilhelmina|ubermut|übermut|bermut|4711/i);
    expect(recording).toMatchObject({
      event: { query: SEARCH_STAND_IN, results: [{ id: "posts:a" }, { id: "posts:b" }, { id: "posts:c" }] },
      calls: [{ args: [`last:${SEARCH_STAND_IN}`, {}, {}] }, { args: [`word:${SEARCH_STAND_IN}`, {}] }].map(
        ({ args: [key] }) => ({ args: expect.arrayContaining([key]) }),
      ),
      result: { order: ["posts:c", "posts:b", "posts:a"] },
      replaced: { what: "event.query", with: SEARCH_STAND_IN },
    });
  });

  it("keep ids as they are where a search spells one", async () => {
    const site = await makeRecordingSite({
      code: "async onSearch({ data }) { return { boosts: { [data.query]: 2 }, order: [data.results[0].id] }; }",
      scopes: ["hook:onSearch"],
    });
    await site.hooks.onSearch({ query: "posts:b", results: [{ id: "posts:b", score: 1 }] });
    expect(await recordingOf(site)).toMatchObject({
      event: { query: SEARCH_STAND_IN, results: [{ id: "posts:b" }] },
      result: { order: ["posts:b"], boosts: { "posts:b": 2 } },
    });
  });

  it("that are too large hold no answers, and say so", async () => {
    const site = await makeRecordingSite({
      code: `async beforePublish({ api }) {
      await api.kv.put("big", "x".repeat(${MAX_RECORDING_BYTES}));
      await api.kv.get("small");
      return (await api.kv.get("big")).length === ${MAX_RECORDING_BYTES};
    }`,
      scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages"],
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    const small = await recordingOf(site);
    expect(small).toMatchObject({ isTruncated: true, calls: [], event: { pageId: page.id } });
    const html = "ä".repeat(MAX_RECORDING_BYTES / 2 + 1);
    const { trace } = await site.hooks.beforePublish({ ...events.beforePublish, html });
    await recordingsOf(site, 2);
    const large = await site.admin.recording({ site: site.id, invocation: trace.id });
    expect(large).toMatchObject({ isTruncated: true, calls: [], event: null });
    expect(large.bytes).toBeLessThanOrEqual(MAX_RECORDING_BYTES);
  });

  it("keep what cannot be kept as such, and ask nothing of it", async () => {
    const site = await makeRecordingSite({
      code: `async beforePublish({ api }) {
      const odd = { toJSON() { return "asked"; }, $: 1, nan: NaN, big: 1n, date: new Date(0), map: new Map() };
      for (const key of [() => 1, odd, new ReadableStream(), [new Uint8Array([1, 2])]]) {
        try { await api.kv.get(key); } catch {}
      }
      return true;
    }`,
      scopes: ["hook:beforePublish", "read:kv"],
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    const { calls } = await recordingOf(site);
    expect(calls.length).toBeGreaterThan(0);
    expect(JSON.stringify(calls)).not.toContain("asked");
  });

  it("are made where the site's policy says so, from its acknowledgement on, and nowhere else", async () => {
    const site = await makeSite(KV);
    const list = async () => (await site.admin.listRecordings({ site: site.id })).recordings.length;
    await site.hooks.beforePublish(events.beforePublish);
    await settle(site);
    expect(await list()).toBe(0);
    await site.admin.setPolicy({ site: site.id, recordings: "on" });
    await site.hooks.beforePublish(events.beforePublish);
    await recordingsOf(site, 1);
    await site.admin.setPolicy({ site: site.id, recordings: "off" });
    await site.hooks.beforePublish(events.beforePublish);
    await settle(site);
    expect(await list()).toBe(1);
  });

  it("change nothing that a plugin sees", async () => {
    const [plain, recorded] = [await makeSite(KV), await makeRecordingSite(KV)];
    const said = async (site: TestSite) => (await site.hooks.beforePublish(events.beforePublish)).issues;
    expect(await said(recorded)).toEqual(await said(plain));
  });

  it("are for the site's own admins: not for another's, and not for its viewers", async () => {
    const [site, other] = [await makeRecordingSite(KV), await makeSite()];
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    await recordingsOf(site, 1);
    const asked = { site: site.id, invocation: trace.id };
    for (const session of [openAdmin("admin", other.id), openAdmin("viewer", site.id)]) {
      expect(await refusalOf(() => session.recording(asked))).toMatchObject({ code: "PERMISSION_DENIED" });
      expect(await refusalOf(() => session.listRecordings({ site: site.id }))).toMatchObject({
        code: "PERMISSION_DENIED",
      });
    }
    const elsewhere = { site: other.id, invocation: trace.id };
    expect(await refusalOf(() => openAdmin().recording(elsewhere))).toMatchObject({ code: "NOT_FOUND" });
    expect(await openAdmin("admin", site.id).recording(asked)).toMatchObject({ invocationId: trace.id });
  });
});
