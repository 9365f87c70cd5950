import { describe, expect, it } from "vitest";
import {
  BY,
  failureOf,
  makeGrantedSite,
  makeInstall,
  makeSite,
  readAuditOf,
  readSnapshotOf,
  type Site,
} from "./fixture.ts";

async function makeOrderedSite(): Promise<Site> {
  const { site } = await makeSite();
  for (const id of ["aa", "bb", "cc", "dd"]) await site.install(makeInstall("a", { id }), BY);
  return site;
}

const readOrder = async (site: Site) => (await readSnapshotOf(site)).plugins.map(({ plugin }) => plugin);
const readLast = async (site: Site) => (await readAuditOf(site)).at(-1);

describe.concurrent("SiteState, its policy", { timeout: 30_000 }, () => {
  it("changes by part, and the rest stays", async () => {
    const { site } = await makeSite();
    const first = await site.setPolicy({ gate: "allow" }, BY);
    expect(first).toMatchObject({ policy: { gate: "allow", updates: "ask", recordings: "local" }, epoch: 2 });
    const both = { gate: "allow", updates: "auto", recordings: "local" };
    expect((await site.setPolicy({ updates: "auto" }, BY)).policy).toEqual(both);
    expect((await readSnapshotOf(site)).policy).toEqual(both);
    expect(await readLast(site)).toMatchObject({
      kind: "change",
      action: "policy",
      actor: BY,
      detail: { from: { gate: "allow", updates: "ask", recordings: "local" }, to: both },
    });
  });

  it("of two changes at once keeps both", async () => {
    const { site } = await makeSite();
    await Promise.all([site.setPolicy({ gate: "allow" }, BY), site.setPolicy({ updates: "auto" }, BY)]);
    expect((await readSnapshotOf(site)).policy).toEqual({
      gate: "allow",
      updates: "auto",
      recordings: "local",
    });
  });

  it("that is so already is not written again", async () => {
    const { site } = await makeSite();
    const before = await readAuditOf(site);
    expect(await site.setPolicy({ gate: "refuse" }, BY)).toMatchObject({ epoch: 1 });
    expect(await readAuditOf(site)).toEqual(before);
  });
});

describe.concurrent("SiteState, its order", { timeout: 30_000 }, () => {
  it.for([
    [["cc"], ["cc", "aa", "bb", "dd"]],
    [
      ["dd", "bb"],
      ["dd", "bb", "aa", "cc"],
    ],
    [
      ["dd", "cc", "bb", "aa"],
      ["dd", "cc", "bb", "aa"],
    ],
  ] as const)("puts %j first and the rest behind in theirs", async ([named, order]) => {
    const site = await makeOrderedSite();
    expect(await site.setOrder(named, BY)).toMatchObject({ order, epoch: 6 });
    expect(await readOrder(site)).toEqual(order);
    expect(await readLast(site)).toMatchObject({
      kind: "change",
      action: "order",
      actor: BY,
      detail: { order },
    });
  });

  it("refuses a plugin that is not there and one that is named twice, naming it, and stays", async () => {
    const site = await makeOrderedSite();
    expect(await failureOf(site.setOrder(["bb", "nobody"], BY))).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("nobody"),
    });
    expect(await failureOf(site.setOrder(["bb", "cc", "bb"], BY))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("bb"),
    });
    expect(await readOrder(site)).toEqual(["aa", "bb", "cc", "dd"]);
  });

  it("keeps its places for the next change and the next install", async () => {
    const site = await makeOrderedSite();
    await Promise.all([site.setOrder(["cc"], BY), site.setOrder(["dd"], BY)]);
    expect(await readOrder(site)).toEqual(["dd", "cc", "aa", "bb"]);
    await site.install(makeInstall("a", { id: "ee" }), BY);
    expect(await readOrder(site)).toEqual(["dd", "cc", "aa", "bb", "ee"]);
  });
});

describe.concurrent("SiteState, settings", { timeout: 30_000 }, () => {
  it("are replaced whole, and the audit log gets the keys that differ, not their values", async () => {
    const { site } = await makeGrantedSite();
    await site.setSettings("seo-check", { depth: 3, word: "s3cret", same: { a: [1], b: 2 } }, BY);
    await site.setSettings("seo-check", { depth: 4, same: { b: 2, a: [1] } }, BY);
    const [plugin] = (await readSnapshotOf(site)).plugins;
    expect(plugin?.settings).toEqual({ depth: 4, same: { a: [1], b: 2 } });
    const entries = await readAuditOf(site);
    expect(entries.slice(-2)).toMatchObject([
      { action: "settings", plugin: "seo-check", detail: { keys: ["depth", "same", "word"] } },
      { action: "settings", plugin: "seo-check", detail: { keys: ["depth", "word"] } },
    ]);
    expect(JSON.stringify(entries)).not.toContain("s3cret");
  });

  it("that are so already are not written again", async () => {
    const { site } = await makeGrantedSite();
    const before = await readAuditOf(site);
    expect(await site.setSettings("seo-check", {}, BY)).toMatchObject({ epoch: 3 });
    expect(await readAuditOf(site)).toEqual(before);
  });

  it("of what is not installed are NOT_FOUND", async () => {
    const { site } = await makeSite();
    expect(await failureOf(site.setSettings("nobody", {}, BY))).toMatchObject({ code: "NOT_FOUND" });
  });
});
