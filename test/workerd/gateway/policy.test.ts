import { describe, expect, it } from "vitest";
import { events, type FixturePlugin, makeSite, refusalOf } from "../site.ts";

const event = events.beforePublish;

/** A gate that names itself. */
const naming = (id: string): FixturePlugin => ({
  id,
  code: `async beforePublish() { return say("${id}"); }`,
});

describe.concurrent("the policy of a site", () => {
  it("asks and refuses until it is set, each part for itself, and keeps what was set", async () => {
    const { id: site, admin } = await makeSite();
    expect(await admin.getPolicy({ site })).toEqual({ gate: "refuse", updates: "ask", recordings: "local" });
    expect(await admin.setPolicy({ site, gate: "allow" })).toEqual({
      gate: "allow",
      updates: "ask",
      recordings: "local",
    });
    expect(await admin.setPolicy({ site, updates: "auto" })).toEqual({
      gate: "allow",
      updates: "auto",
      recordings: "local",
    });
    expect(await admin.setPolicy({ site })).toEqual({ gate: "allow", updates: "auto", recordings: "local" });
    expect(await admin.getPolicy({ site })).toEqual({ gate: "allow", updates: "auto", recordings: "local" });
  }, 15_000);

  it("decides from its acknowledgement on whether a gate that fails refuses", async () => {
    const site = await makeSite({ code: "async beforePublish() { throw 1; }" });
    expect((await site.hooks.beforePublish(event)).allow).toBe(false);
    await site.admin.setPolicy({ site: site.id, gate: "allow" });
    expect((await site.hooks.beforePublish(event)).allow).toBe(true);
    await site.admin.setPolicy({ site: site.id, gate: "refuse" });
    expect((await site.hooks.beforePublish(event)).allow).toBe(false);
  }, 15_000);
});

describe.concurrent("the order of a site's plugins", () => {
  it("puts the named ones first, and decides whose issues come first", async () => {
    const site = await makeSite(naming("one"), naming("two"), naming("three"));
    const called = async () => (await site.hooks.beforePublish(event)).issues.map(({ plugin }) => plugin);
    expect(await called()).toEqual(["one", "two", "three"]);
    const order = ["three", "one", "two"];
    expect(await site.admin.setOrder({ site: site.id, plugins: ["three"] })).toEqual({ order });
    expect(await called()).toEqual(order);
    const listed = await site.admin.listPlugins({ site: site.id });
    expect(listed.map(({ plugin }) => plugin)).toEqual(order);
  });

  it("names no plugin twice and none that is not there", async () => {
    const site = await makeSite(naming("one"), naming("two"));
    const order = (...plugins: string[]) => refusalOf(() => site.admin.setOrder({ site: site.id, plugins }));
    expect(await order("two", "two")).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("two is named twice"),
    });
    expect(await order("two", "absent")).toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("absent"),
    });
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome.trace.plugins.map(({ plugin }) => plugin)).toEqual(["one", "two"]);
  });
});

describe.concurrent("a plugin's settings", () => {
  const greeting: FixturePlugin = {
    code: "async beforePublish({ context }) { return say(context.settings); }",
    manifest: {
      settings: {
        type: "object",
        properties: {
          greeting: { type: "string", default: "hi", maxLength: 20 },
          size: { type: "integer", default: 3, minimum: 1, maximum: 9 },
          tags: { type: "array", items: { type: "string" } },
        },
      },
    },
  };
  const plugin = "probe";

  it("are the manifest's defaults under what an admin set, as the plugin sees them", async () => {
    const site = await makeSite(greeting);
    const at = { site: site.id, plugin };
    const defaults = { greeting: "hi", size: 3 };
    expect(await site.admin.getSettings(at)).toEqual({ plugin, effective: defaults, set: {} });
    expect(await site.ask()).toEqual(defaults);
    const set = { greeting: "hello", tags: ["a"] };
    expect(await site.admin.setSettings({ ...at, settings: set })).toEqual({
      plugin,
      effective: { ...defaults, ...set },
      set,
    });
    expect(await site.ask()).toEqual({ ...defaults, ...set });
    const { effective } = await site.admin.setSettings({ ...at, settings: { greeting: null, size: 5 } });
    expect(effective).toEqual({ greeting: "hi", size: 5, tags: ["a"] });
    expect(await site.ask()).toEqual(effective);
    expect(await site.admin.getSettings(at)).toEqual({ plugin, effective, set: { size: 5, tags: ["a"] } });
  }, 15_000);

  it.each([
    ["of another type", { size: "big" }, "settings.size"],
    ["out of bounds", { size: 10 }, "settings.size"],
    ["too long", { greeting: "x".repeat(21) }, "settings.greeting"],
    ["deep inside", { tags: ["a", 5] }, "settings.tags.1"],
    ["that there is not", { colour: "red" }, "settings.colour"],
    ["with a name of every object's", { constructor: 1 }, "settings.constructor"],
    ["wrong beside one that is right", { greeting: "hello", size: 0 }, "settings.size"],
  ])("refuse one %s, and name it", async (_what, settings, named) => {
    const site = await makeSite({ ...greeting, grant: false });
    const at = { site: site.id, plugin };
    const refusal = await refusalOf(() => site.admin.setSettings({ ...at, settings }));
    expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(named) });
    expect(await site.admin.getSettings(at)).toMatchObject({ set: {} });
  });

  it("are none where the manifest has none", async () => {
    const site = await makeSite(naming("probe"));
    const at = { site: site.id, plugin };
    expect(await site.admin.getSettings(at)).toEqual({ plugin, effective: {}, set: {} });
    const refusal = await refusalOf(() => site.admin.setSettings({ ...at, settings: { any: 1 } }));
    expect(refusal).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("no settings"),
    });
  });
});
