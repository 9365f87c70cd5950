// What becomes of keys and databases that are in use no more: old majors, uninstalled plugins, and who comes back.
import { evictDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { STATE_KEPT_MS, STATE_REST_MS } from "../../../contracts/limits.ts";
import { env, events, makeSite, refusalOf } from "../site.ts";
import {
  both,
  d1Of,
  emptyPool,
  goTo,
  installOf,
  keep,
  keeper,
  kv,
  passPoolTime,
  passTime,
  poolRowOf,
  rawKeys,
  retiredRows,
} from "./own-data.ts";

const CHECK_NOW = "UPDATE databases SET due_at = 1 WHERE state = 'taken'";

afterEach(emptyPool);

describe("an old major version's keys and database", { timeout: 30_000 }, () => {
  async function makeUpdated(plugin: string) {
    const site = await makeSite(keeper(plugin));
    const { installId, version, database } = await installOf(site, plugin);
    await keep(site, plugin, "one");
    await site.register(keeper(plugin, { manifest: { version: "2.0.0" } }));
    await goTo(site, plugin, "2.0.0");
    await keep(site, plugin, "two");
    return { site, version, database, prefix: `${site.id}/${plugin}/${installId}/` };
  }

  it("are kept for a week, in which a rollback finds both, and then both are gone", async () => {
    const { site, version, database, prefix } = await makeUpdated("retired-a");
    const [row] = await retiredRows(site);
    expect(row).toMatchObject({ plugin: "retired-a", major: 1, phase: "kept" });
    expect(Math.abs((row?.ends_at ?? 0) - Date.now() - STATE_KEPT_MS)).toBeLessThan(60_000);
    await goTo(site, "retired-a", version);
    expect(await keep(site, "retired-a", "look")).toEqual(both("one"));
    expect(await retiredRows(site)).toMatchObject([{ major: 2, phase: "kept" }]);
    await goTo(site, "retired-a", "2.0.0");
    expect(await keep(site, "retired-a", "look")).toEqual(both("two"));
    await passTime(site);
    expect(await rawKeys(prefix)).toEqual([`${prefix}v2/two`]);
    await passTime(site);
    expect(await retiredRows(site)).toMatchObject([{ major: 1, phase: "empty" }]);
    await passTime(site);
    expect(await retiredRows(site)).toEqual([]);
    expect(
      await d1Of(database).prepare("SELECT count(*) AS n FROM sqlite_master WHERE name = 'kept'").first("n"),
    ).toBe(0);
    expect(await poolRowOf(database)).toMatchObject({ state: "wiping" });
    expect(await keep(site, "retired-a", "look")).toEqual(both("two"));
  });

  it("are not found half erased: there is no way back once it began, and there is again when it is over", async () => {
    const { site, version } = await makeUpdated("retired-b");
    await passTime(site);
    const update = { site: site.id, plugin: "retired-b", to: version, dryRun: false };
    expect(await refusalOf(() => site.admin.update(update))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is being erased"),
    });
    expect(await keep(site, "retired-b", "look")).toEqual(both("two"));
    await passTime(site);
    await passTime(site);
    await goTo(site, "retired-b", version);
    expect(await keep(site, "retired-b", "new")).toEqual(both("new"));
  });

  it("are kept again, without a database too, when a way back that was held is let go", async () => {
    const keysAlone = {
      id: "retired-j",
      scopes: ["hook:beforePublish", "write:kv"] as const,
      code: "async beforePublish({ api }) { await api.kv.put('key', 'v'); return true; }",
    };
    const site = await makeSite(keysAlone);
    const { version, installId } = await installOf(site, "retired-j");
    await site.run("retired-j", "beforePublish", events.beforePublish);
    await site.register({ ...keysAlone, manifest: { version: "2.0.0" } });
    await goTo(site, "retired-j", "2.0.0");
    const update = (to: string) =>
      site.admin.update({ site: site.id, plugin: "retired-j", to, dryRun: false });
    expect(await update(version)).toMatchObject({ status: "held" });
    expect(await retiredRows(site)).toEqual([]);
    await update("2.0.0");
    expect(await retiredRows(site)).toMatchObject([{ major: 1, phase: "kept" }]);
    for (let step = 0; step < 3; step += 1) await passTime(site);
    expect(await rawKeys(`${site.id}/retired-j/${installId}/v1/`)).toEqual([]);
  });

  it("end together where the pool asks for the database first", async () => {
    const { site, version, database } = await makeUpdated("retired-c");
    await site.writeState("UPDATE databases SET ends_at = 1 WHERE ends_at IS NOT NULL");
    await passPoolTime(CHECK_NOW);
    expect(await poolRowOf(database)).toMatchObject({ state: "wiping" });
    expect(await retiredRows(site)).toMatchObject([{ major: 1, phase: "erasing" }]);
    const update = { site: site.id, plugin: "retired-c", to: version, dryRun: false };
    expect(await refusalOf(() => site.admin.update(update))).toMatchObject({ code: "CONFLICT" });
  });

  it("go through many portions and a restart, and whatever lands late goes too", async () => {
    const { site, prefix } = await makeUpdated("retired-d");
    await Promise.all(Array.from({ length: 760 }, (_, n) => kv.put(`${prefix}v1/many-${n}`, "v")));
    await passTime(site);
    expect((await rawKeys(`${prefix}v1/`)).length).toBe(11);
    await evictDurableObject(env.SITE_STATE.getByName(site.id));
    await passTime(site);
    await passTime(site);
    expect(await retiredRows(site)).toMatchObject([{ phase: "empty" }]);
    await kv.put(`${prefix}v1/late`, "v");
    await passTime(site);
    expect(await rawKeys(prefix)).toEqual([`${prefix}v2/two`]);
    for (let rest = 0; rest < 2; rest += 1) await passTime(site);
    expect(await retiredRows(site)).toEqual([]);
  });
});

describe("an uninstalled plugin's keys and database", { timeout: 30_000 }, () => {
  it("go no sooner than what was admitted has landed, and leave the next install alone", async () => {
    const site = await makeSite(keeper("retired-e"), keeper("retired-e-too"));
    const { installId } = await installOf(site, "retired-e");
    await keep(site, "retired-e", "one");
    await keep(site, "retired-e-too", "other");
    await site.admin.uninstall({ site: site.id, plugin: "retired-e" });
    const acknowledgedAtMs = Date.now();
    const [row] = await retiredRows(site);
    expect(row?.ends_at).toBeGreaterThanOrEqual(acknowledgedAtMs + STATE_REST_MS);
    await site.add(keeper("retired-e"));
    expect(await keep(site, "retired-e", "two")).toEqual(both("two"));
    const prefix = `${site.id}/retired-e/${installId}/`;
    expect(await rawKeys(prefix)).toEqual([`${prefix}v1/one`]);
    for (let step = 0; step < 3; step += 1) await passTime(site);
    expect([await rawKeys(prefix), await retiredRows(site)]).toEqual([[], []]);
    expect(await keep(site, "retired-e", "look")).toEqual(both("two"));
    expect(await keep(site, "retired-e-too", "look")).toEqual(both("other"));
  });

  it("stay where they are to be kept, whatever the pool asks and whoever is installed next", async () => {
    const site = await makeSite(keeper("retired-f"));
    const { installId, database } = await installOf(site, "retired-f");
    await keep(site, "retired-f", "one");
    await site.admin.uninstall({ site: site.id, plugin: "retired-f", keepDataSeconds: 30 * 86_400 });
    const [row] = await retiredRows(site);
    expect(Math.abs((row?.ends_at ?? 0) - Date.now() - 30 * 86_400_000)).toBeLessThan(60_000);
    await passPoolTime(CHECK_NOW);
    expect(await poolRowOf(database)).toMatchObject({ state: "taken", plugin: "retired-f" });
    await site.add(keeper("retired-f"));
    expect((await installOf(site, "retired-f")).database).not.toBe(database);
    expect(await keep(site, "retired-f", "two")).toEqual(both("two"));
    await passPoolTime(CHECK_NOW);
    expect(await d1Of(database).prepare("SELECT slug FROM kept").first("slug")).toBe("one");
    const prefix = `${site.id}/retired-f/${installId}/`;
    expect(await rawKeys(prefix)).toEqual([`${prefix}v1/one`]);
    for (let step = 0; step < 3; step += 1) await passTime(site);
    expect(await rawKeys(prefix)).toEqual([]);
    expect(await poolRowOf(database)).toMatchObject({ state: "wiping" });
    expect(await keep(site, "retired-f", "look")).toEqual(both("two"));
  });

  it("are not taken from a neighbour that has got the database since", async () => {
    const site = await makeSite(keeper("retired-g"));
    const { database } = await installOf(site, "retired-g");
    await keep(site, "retired-g", "one");
    await site.admin.uninstall({ site: site.id, plugin: "retired-g" });
    await passPoolTime("UPDATE databases SET due_at = 1 WHERE state = 'wiping'");
    await site.add(keeper("retired-h"));
    expect((await installOf(site, "retired-h")).database).toBe(database);
    await keep(site, "retired-h", "theirs");
    for (let step = 0; step < 3; step += 1) await passTime(site);
    expect(await keep(site, "retired-h", "look")).toEqual(both("theirs"));
  });
});

it("the deployment's log tells of each database that was handed out, given back and wiped", async () => {
  const site = await makeSite(keeper("retired-i"));
  const { database: name } = await installOf(site, "retired-i");
  await site.admin.uninstall({ site: site.id, plugin: "retired-i" });
  await passPoolTime("UPDATE databases SET due_at = 1 WHERE state = 'wiping'");
  const { entries } = await site.admin.audit({ kind: "database", plugin: "retired-i" });
  const about = { actor: "system", plugin: "retired-i", detail: { name, site: site.id, major: 1 } };
  expect(entries).toMatchObject([
    { action: "allot", ...about },
    { action: "give-back", ...about },
    { action: "free", ...about },
  ]);
});
