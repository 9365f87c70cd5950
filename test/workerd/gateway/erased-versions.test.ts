// Where erasing what a plugin keeps meets its versions: migrations, a held major, a move, a rollback.
import { afterAll, describe, expect, it } from "vitest";
import { FREEZE_MS } from "../../../contracts/limits.ts";
import { refusalOf } from "../site.ts";
import { passTime, retiredRows } from "./own-data.ts";
import { emptyPool, KEYS_ONLY, keptBoth, MOVE_ALL, makeKeeping } from "./versions.ts";

afterAll(emptyPool);

/** Keeps something of its own in the new major, then fails. */
const HALF = `async migrate({ api }) {
  await api.kv.put("slug/half", "x");
  if (api.can("use:db")) await api.db.prepare("INSERT INTO kept VALUES ('half', 'x')").run();
  throw new Error("no room");
},`;

const nothing = { keys: [], rows: [] };

describe.concurrent("what a plugin keeps in its versions", { timeout: 60_000 }, () => {
  it("has the tables of its migrations again when it is enabled after all was erased", async () => {
    const { site, at, admin, keep, state } = await makeKeeping();
    await admin.disable(at);
    expect(await admin.deleteData(at)).toMatchObject({ databases: 1, isComplete: true });
    await passTime(site);
    await admin.enable(at);
    expect(await keep("two")).toBe("1.0.0");
    expect(await state(1)).toEqual(keptBoth("two"));
  });

  it("is listed and erased in a held major too, which a move that failed has written to", async () => {
    const { site, at, admin, hold, goLive, state } = await makeKeeping();
    await hold("2.0.0", HALF);
    expect(await refusalOf(goLive)).toMatchObject({ code: "PLUGIN_ERROR" });
    expect(await state(2)).toEqual(keptBoth("half"));
    expect(await admin.listData({ site: site.id })).toMatchObject([
      { major: 1, status: "in-use", keys: 1 },
      { major: 2, status: "in-use", keys: 1, until: null },
    ]);
    expect(await refusalOf(() => admin.deleteData({ ...at, major: 2 }))).toMatchObject({ code: "CONFLICT" });
    await admin.disable(at);
    expect(await admin.deleteData(at)).toMatchObject({ majors: [1, 2], keys: 2, databases: 2 });
    expect([await state(1), await state(2)]).toEqual([nothing, nothing]);
    await passTime(site);
    expect(await retiredRows(site)).toEqual([]);
    expect(await admin.listData({ site: site.id })).toMatchObject([{ keys: 0 }, { keys: 0 }]);
  });

  it("is not erased under a move, nor moved while it is erased", async () => {
    const { site, at, admin, hold, goLive, state, plugin, live } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0", MOVE_ALL);
    await admin.disable(at);
    const { freeze } = await site.state.freeze(plugin, "2.0.0", "admin:a1");
    expect(await refusalOf(() => admin.deleteData(at))).toMatchObject({ code: "BUSY" });
    expect(await state(1)).toEqual({ keys: ["one"], rows: [] });
    await site.state.thaw(plugin, freeze, "admin:a1", "it was tried");
    await admin.deleteData(at);
    expect(await refusalOf(goLive)).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is being erased"),
    });
    expect(await live()).toMatchObject({ version: "1.0.0" });
  });

  it("is not moved from once an admin has erased it", async () => {
    const { site, plugin, at, admin, hold, goLive } = await makeKeeping(KEYS_ONLY);
    await admin.revoke(at);
    await hold("2.0.0", `async migrate({ api }) { await api.kv.put("slug/called", "x"); },`);
    await admin.deleteData({ ...at, major: 1 });
    await goLive();
    expect(await site.readKv(plugin)).toEqual({});
  });

  it("is not moved where its database may be another plugin's before that is over", async () => {
    const { site, plugin, at, admin, hold, goLive } = await makeKeeping();
    await admin.revoke(at);
    await hold("2.0.0", `async migrate({ api }) { await api.kv.put("slug/called", "x"); },`);
    await site.writeState("UPDATE databases SET ends_at = ? WHERE major = 1", Date.now() + FREEZE_MS - 1_000);
    await goLive();
    expect(Object.keys(await site.readKv(plugin))).toEqual(["slug/one"]);
  });

  it("is not gone back to where it was erased while another version of its major is held", async () => {
    const { at, admin, site, hold, goLive, rollback } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0");
    await goLive();
    await rollback();
    await hold("2.0.1");
    await admin.disable(at);
    await admin.deleteData(at);
    await passTime(site);
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "CONFLICT" });
  });

  it("has no database any more in a major that is left while it is erased", async () => {
    const { site, plugin, at, admin, hold } = await makeKeeping();
    const { installId = "" } = (await site.state.read()).plugins[0] ?? {};
    await admin.disable(at);
    await admin.deleteData(at);
    await admin.revoke(at);
    await hold("2.0.0", "", KEYS_ONLY);
    expect(await site.state.claimDatabase({ plugin, installId, major: 1 })).toBeNull();
  });

  it("is moved on from the major that is installed, though all was erased before", async () => {
    const { at, admin, site, keep, hold, goLive, state } = await makeKeeping(KEYS_ONLY);
    await admin.disable(at);
    await admin.deleteData(at);
    await passTime(site);
    await admin.enable(at);
    await keep("two");
    await hold("2.0.0", MOVE_ALL);
    await goLive();
    expect(await state(2)).toEqual({ keys: ["two"], rows: [] });
  });

  it("is not gone back to once an admin has erased it", async () => {
    const { at, admin, site, hold, goLive, rollback, live } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0", MOVE_ALL);
    await goLive();
    await admin.deleteData({ ...at, major: 1 });
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "CONFLICT" });
    await passTime(site);
    expect(await refusalOf(() => rollback())).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is gone"),
    });
    expect(await live()).toMatchObject({ version: "2.0.0" });
  });
});
