import { describe, expect, it } from "vitest";
import { events, makeSite } from "../site.ts";

const event = events.beforePublish;
const refusing = { code: "async beforePublish() { return false; }" };

describe("a plugin is called", () => {
  it("right after its consent, though its absence was leased before", async () => {
    const site = await makeSite({ ...refusing, grant: false });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
    await site.admin.grant({ site: site.id, plugin: "probe" });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: false });
  });

  it("for the hooks of its scopes, and for no others that its code has", async () => {
    const site = await makeSite({
      code: "async beforePublish() { return true; }, async onSearch() { return { hide: ['posts:a'] }; }",
    });
    expect((await site.hooks.onSearch(events.onSearch)).trace.plugins).toEqual([]);
  });

  it("for the hooks that its manifest lists, where it lists them", async () => {
    const site = await makeSite({
      code: "async beforePublish() { return false; }, async onSearch() {}",
      scopes: ["hook:beforePublish", "hook:onSearch"],
      manifest: { hooks: ["onSearch"] },
    });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
    expect((await site.hooks.onSearch(events.onSearch)).trace.plugins).toHaveLength(1);
  });
});

describe("a plugin is not called", () => {
  it("once its grant is revoked", async () => {
    const site = await makeSite(refusing);
    expect((await site.hooks.beforePublish(event)).allow).toBe(false);
    await site.admin.revoke({ site: site.id, plugin: "probe" });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
  });

  it("while it is disabled", async () => {
    const site = await makeSite(refusing);
    await site.writeState("UPDATE installs SET enabled = 0");
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
    expect(await site.run("probe", "beforePublish", event)).toMatchObject({ outcome: "denied" });
    await site.writeState("UPDATE installs SET enabled = 1");
    expect((await site.hooks.beforePublish(event)).allow).toBe(false);
  });

  it("for a hook that partial consent left out", async () => {
    const site = await makeSite({
      code: "async beforePublish() { return false; }, async onSearch() { return { hide: ['posts:a'] }; }",
      scopes: ["hook:beforePublish", "hook:onSearch"],
      grant: { scopes: ["hook:onSearch"] },
    });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
    expect((await site.hooks.onSearch(events.onSearch)).hidden).toEqual(["posts:a"]);
    expect(await site.run("probe", "beforePublish", event)).toMatchObject({
      outcome: "denied",
      error: { code: "PERMISSION_DENIED" },
    });
  });

  it.each([
    ["the admin's", { grant: { caveats: { "hook:beforePublish": { collections: ["posts"] } } } }],
    ["the manifest's", { scopes: [{ scope: "hook:beforePublish", caveats: { collections: ["posts"] } }] }],
  ] as const)("for a collection outside %s caveat", async (_whose, narrowed) => {
    const site = await makeSite({ ...refusing, ...narrowed });
    expect((await site.hooks.beforePublish(event)).allow).toBe(false);
    const elsewhere = await site.hooks.beforePublish({ ...event, collection: "pages" });
    expect(elsewhere).toMatchObject({ allow: true, trace: { plugins: [] } });
  });

  it("on another site", async () => {
    await makeSite(refusing);
    const other = await makeSite();
    expect(await other.hooks.beforePublish(event)).toMatchObject({ allow: true, trace: { plugins: [] } });
  });
});
