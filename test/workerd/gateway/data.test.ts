// `data list`, `data export` and `data delete` as an admin's session has them, on real keys and databases.
import { afterEach, describe, expect, it } from "vitest";
import type { DataEntry } from "../../../contracts/data.ts";
import type { AdminArguments } from "../../../contracts/rpc.ts";
import { env, makeSite, openAdmin, refusalOf, type TestSite } from "../site.ts";
import {
  both,
  d1Of,
  emptyPool,
  goTo,
  installOf,
  keep,
  keeper,
  kv,
  passTime,
  poolRowOf,
  rawKeys,
  retiredRows,
} from "./own-data.ts";

afterEach(emptyPool);

/** All pages of an export. */
async function exportAll(
  site: TestSite,
  plugin: string,
  changes: Partial<AdminArguments["exportData"]> = {},
) {
  const entries: DataEntry[] = [];
  let after: string | null = null;
  let pages = 0;
  do {
    const args: AdminArguments["exportData"] = {
      site: site.id,
      plugin,
      ...changes,
      ...(after !== null && { after }),
    };
    const page = await site.admin.exportData(args);
    entries.push(...page.entries);
    after = page.cursor;
    pages += 1;
  } while (after !== null);
  return { entries, pages };
}

const keysOf = (entries: readonly DataEntry[]) =>
  entries.flatMap((entry) => (entry.kind === "key" ? [entry.key] : []));
const rowsOf = (entries: readonly DataEntry[]) =>
  entries.flatMap((entry) => (entry.kind === "row" ? [entry.values] : []));

describe("an export", { timeout: 30_000 }, () => {
  it("has every key with all that belongs to it, and the whole database", async () => {
    const site = await makeSite(keeper("data-a"), keeper("data-a-too"));
    const { installId, database } = await installOf(site, "data-a");
    const prefix = `${site.id}/data-a/${installId}/v1/`;
    await keep(site, "data-a-too", "theirs");
    await keep(site, "data-a", "one");
    const expiration = Math.floor(Date.now() / 1000) + 3600;
    await kv.put(`${prefix}bytes`, new Uint8Array([0, 255, 10]), { metadata: { a: [1] }, expiration });
    await kv.put(`${prefix}text\u0000é`, "\ufeffline\nline", { metadata: "m" });
    await d1Of(database).exec("CREATE INDEX by_slug ON kept (slug)");
    const { entries } = await exportAll(site, "data-a");
    expect(entries).toEqual([
      { kind: "state", site: site.id, plugin: "data-a", installId, major: 1, status: "in-use", until: null },
      {
        kind: "key",
        key: "bytes",
        encoding: "base64",
        value: "AP8K",
        metadata: { a: [1] },
        expiresAt: new Date(expiration * 1000).toISOString(),
      },
      { kind: "key", key: "one", encoding: "text", value: "value of one" },
      { kind: "key", key: "text\u0000é", encoding: "text", value: "\ufeffline\nline", metadata: "m" },
      { kind: "schema", type: "table", name: "kept", sql: "CREATE TABLE kept (slug)" },
      { kind: "table", table: "kept", columns: ["slug"] },
      { kind: "row", table: "kept", values: ["one"] },
      { kind: "schema", type: "index", name: "by_slug", sql: "CREATE INDEX by_slug ON kept (slug)" },
    ]);
  });

  it("holds no more than a message takes, though values are all control characters", async () => {
    const site = await makeSite(keeper("data-k"));
    const { installId } = await installOf(site, "data-k");
    const names = Array.from({ length: 8 }, (_, n) => `key-${n}`);
    const value = "\u0000".repeat(1_000_000);
    await Promise.all(names.map((name) => kv.put(`${site.id}/data-k/${installId}/v1/${name}`, value)));
    const page = await site.admin.exportData({ site: site.id, plugin: "data-k" });
    expect(JSON.stringify(page).length).toBeLessThan(16_000_000);
    const { entries } = await exportAll(site, "data-k");
    expect(keysOf(entries)).toEqual(names);
    expect(entries.find(({ kind }) => kind === "key")).toMatchObject({ encoding: "base64" });
  });

  it("comes in pages of bounded size, with nothing lost and nothing twice", async () => {
    const site = await makeSite(keeper("data-b"));
    const { installId, database } = await installOf(site, "data-b");
    const prefix = `${site.id}/data-b/${installId}/v1/`;
    const names = Array.from({ length: 60 }, (_, n) => `key-${String(n).padStart(2, "0")}`);
    await Promise.all(names.map((name) => kv.put(prefix + name, name.repeat(20_000))));
    const numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)";
    await d1Of(database).exec("CREATE TABLE many (a, b)");
    await d1Of(database).exec(`${numbers} INSERT INTO many SELECT i, hex(zeroblob(5000)) FROM n`);
    const { entries, pages } = await exportAll(site, "data-b");
    expect(pages).toBeGreaterThan(3);
    expect(keysOf(entries)).toEqual(names);
    expect(rowsOf(entries).map(([first]) => first)).toEqual(Array.from({ length: 700 }, (_, n) => n + 1));
  });

  it("comes in pages of a bounded number of queries, though a database is all tables", async () => {
    const site = await makeSite(keeper("data-l"));
    const { database } = await installOf(site, "data-l");
    const names = Array.from({ length: 70 }, (_, n) => `table_${n + 100}`);
    await d1Of(database).batch(names.map((name) => d1Of(database).prepare(`CREATE TABLE ${name} (a)`)));
    const { entries, pages } = await exportAll(site, "data-l");
    expect(entries.flatMap((entry) => (entry.kind === "table" ? [entry.table] : []))).toEqual(names);
    expect(pages).toBeGreaterThan(2);
  });

  it("has old majors and kept data too, each under a line of its own, or one major alone", async () => {
    const site = await makeSite(keeper("data-c"));
    await keep(site, "data-c", "one");
    await site.register(keeper("data-c", { manifest: { version: "2.0.0" } }));
    await goTo(site, "data-c", "2.0.0");
    await keep(site, "data-c", "two");
    const { entries } = await exportAll(site, "data-c");
    expect(entries.filter(({ kind }) => kind === "state")).toMatchObject([
      { major: 1, status: "kept", until: expect.any(String) },
      { major: 2, status: "in-use", until: null },
    ]);
    expect([keysOf(entries), rowsOf(entries)]).toEqual([
      ["one", "two"],
      [["one"], ["two"]],
    ]);
    expect(keysOf((await exportAll(site, "data-c", { major: 2 })).entries)).toEqual(["two"]);
    await site.admin.uninstall({ site: site.id, plugin: "data-c", keepDataSeconds: 86_400 });
    const kept = await exportAll(site, "data-c");
    expect([keysOf(kept.entries), rowsOf(kept.entries)]).toEqual([
      ["one", "two"],
      [["one"], ["two"]],
    ]);
    const listed = await site.admin.listData({ site: site.id });
    expect(listed).toMatchObject([
      { major: 1, status: "kept", keys: 1, keyBytes: 15, counted: true, databaseBytes: expect.any(Number) },
      { major: 2, status: "kept", keys: 1, keyBytes: 15, counted: true },
    ]);
  });

  it("is written down once, and has no page that was not asked for from the start", async () => {
    const site = await makeSite(keeper("data-d"), keeper("data-d-too"));
    const { installId } = await installOf(site, "data-d");
    const prefix = `${site.id}/data-d/${installId}/v1/`;
    await Promise.all(["a", "b", "c"].map((key) => kv.put(prefix + key, "x".repeat(1_000_000))));
    await exportAll(site, "data-d");
    const { entries } = await site.admin.audit({ site: site.id, plugin: "data-d" });
    expect(entries.filter(({ action }) => action === "export")).toMatchObject([
      { kind: "change", actor: "operator:test", detail: { majors: [1] } },
    ]);
    const { cursor } = await site.admin.exportData({ site: site.id, plugin: "data-d" });
    const forged = JSON.stringify({ installId, major: 1, at: { in: "start" } });
    const elsewhere = await makeSite(keeper("data-d"));
    for (const [plugin, after, from] of [
      ["data-d", forged, site],
      ["data-d", "", site],
      ["data-d-too", cursor ?? "", site],
      ["data-d", cursor ?? "", elsewhere],
    ] as const) {
      const call = () => from.admin.exportData({ site: from.id, plugin, after });
      expect(await refusalOf(call)).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  it("is refused for what is not there, and to who may only look", async () => {
    const site = await makeSite(keeper("data-e"));
    const call = (changes: object) => () =>
      site.admin.exportData({ site: site.id, plugin: "data-e", ...changes });
    expect(await refusalOf(call({ plugin: "nobody" }))).toMatchObject({ code: "NOT_FOUND" });
    expect(await refusalOf(call({ major: 7 }))).toMatchObject({ code: "NOT_FOUND" });
    const viewer = openAdmin("viewer", site.id);
    expect(await refusalOf(() => viewer.exportData({ site: site.id, plugin: "data-e" }))).toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });
});

describe("a deletion", { timeout: 30_000 }, () => {
  it("is refused while the plugin is enabled, then leaves nothing, and the plugin begins anew", async () => {
    const site = await makeSite(keeper("data-f"), keeper("data-f-too"));
    const { database } = await installOf(site, "data-f");
    const at = { site: site.id, plugin: "data-f" };
    await keep(site, "data-f", "one");
    await keep(site, "data-f-too", "theirs");
    expect(await refusalOf(() => site.admin.deleteData(at))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("disable it first"),
    });
    expect(await keep(site, "data-f", "look")).toEqual(both("one"));
    await site.admin.disable(at);
    expect(await site.admin.deleteData({ ...at, reason: "asked to" })).toMatchObject({
      majors: [1],
      keys: 1,
      databases: 1,
      isComplete: true,
    });
    expect(await rawKeys(`${site.id}/data-f/`)).toEqual([]);
    const tables = await d1Of(database).prepare("SELECT name FROM sqlite_master WHERE name = 'kept'").all();
    expect(tables.results).toEqual([]);
    expect(await refusalOf(() => site.admin.enable(at))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is being erased"),
    });
    await passTime(site);
    await site.admin.enable(at);
    expect(await keep(site, "data-f", "new")).toEqual(both("new"));
    expect((await installOf(site, "data-f")).database).toBe(database);
    expect(await keep(site, "data-f-too", "look")).toEqual(both("theirs"));
    const { entries } = await site.admin.audit({ site: site.id, plugin: "data-f" });
    expect(entries.find(({ action }) => action === "erase")).toMatchObject({
      actor: "operator:test",
      reason: "asked to",
      detail: { majors: [1] },
    });
  });

  it("of an old major leaves the one that runs alone, and gives its database back", async () => {
    const site = await makeSite(keeper("data-g"));
    const { database } = await installOf(site, "data-g");
    await keep(site, "data-g", "one");
    await site.register(keeper("data-g", { manifest: { version: "2.0.0" } }));
    await goTo(site, "data-g", "2.0.0");
    await keep(site, "data-g", "two");
    expect(await site.admin.deleteData({ site: site.id, plugin: "data-g", major: 1 })).toMatchObject({
      majors: [1],
      keys: 1,
      databases: 1,
    });
    expect(await poolRowOf(database)).toMatchObject({ state: "wiping" });
    expect(
      await d1Of(database).prepare("SELECT name FROM sqlite_master WHERE name = 'kept'").first(),
    ).toBeNull();
    expect(await keep(site, "data-g", "look")).toEqual(both("two"));
  });

  it("of kept data leaves another install alone", async () => {
    const site = await makeSite(keeper("data-h"));
    const at = { site: site.id, plugin: "data-h" };
    await keep(site, "data-h", "one");
    await site.admin.uninstall({ ...at, keepDataSeconds: 86_400 });
    expect(await site.admin.deleteData(at)).toMatchObject({ keys: 1, databases: 1 });
    expect(await rawKeys(`${site.id}/data-h/`)).toEqual([]);
    await passTime(site);
    expect(await retiredRows(site)).toEqual([]);
    expect(await refusalOf(() => site.admin.deleteData(at))).toMatchObject({ code: "NOT_FOUND" });
  });

  it("finishes without the one who began it, and erases what lands after it", async () => {
    const site = await makeSite(keeper("data-i"));
    const { installId, database } = await installOf(site, "data-i");
    await keep(site, "data-i", "one");
    await site.state.setEnabled("data-i", false, "admin:a1");
    await site.state.beginErasing("data-i", null, "admin:a1");
    await passTime(site);
    const prefix = `${site.id}/data-i/${installId}/v1/`;
    expect(await rawKeys(prefix)).toEqual([]);
    await passTime(site);
    expect(
      await d1Of(database).prepare("SELECT name FROM sqlite_master WHERE name = 'kept'").first(),
    ).toBeNull();
    await kv.put(`${prefix}late`, "v");
    await passTime(site);
    await passTime(site);
    await passTime(site);
    expect([await rawKeys(prefix), await retiredRows(site)]).toEqual([[], []]);
    await site.admin.enable({ site: site.id, plugin: "data-i" });
    expect(await keep(site, "data-i", "new")).toEqual(both("new"));
  });

  it("takes along what releases before left behind, and nothing of anybody's else", async () => {
    const site = await makeSite(keeper("data-j"), keeper("data-j-too"));
    const at = { site: site.id, plugin: "data-j" };
    await keep(site, "data-j-too", "theirs");
    const neighbour = `${site.id}x/data-j/an-install/v1/key`;
    await Promise.all([
      kv.put(`${site.id}/data-j/an-old-install/v1/key`, "v"),
      kv.put(`${site.id}/data-j/an-old-install/v2/key`, "v"),
      kv.put(neighbour, "v"),
    ]);
    await keep(site, "data-j", "one");
    await site.admin.disable(at);
    expect(await site.admin.deleteData(at)).toMatchObject({ keys: 3 });
    expect(await rawKeys(`${site.id}/data-j/`)).toEqual([]);
    expect(await env.PLUGIN_KV.get(neighbour)).toBe("v");
    await kv.put(`${site.id}/long-gone/an-old-install/v1/key`, "v");
    expect(await site.admin.deleteData({ site: site.id, plugin: "long-gone" })).toMatchObject({
      keys: 1,
      majors: [],
    });
    const { entries } = await site.admin.audit({ site: site.id, plugin: "long-gone" });
    expect(entries).toMatchObject([{ kind: "change", action: "erase", detail: { majors: [] } }]);
    expect(await keep(site, "data-j-too", "look")).toEqual(both("theirs"));
    await kv.delete(neighbour);
  });
});
