import { describe, expect, it } from "vitest";
import type { Page } from "../../../contracts/page.ts";
import { linesOf, tracesOf } from "../journal/journal.ts";
import { events, type FixturePlugin, makeSite, page, refusalOf } from "../site.ts";

/** Leaves marks wherever it can, and says what it finds of them. */
const marking: FixturePlugin = {
  code: `let calls = 0;
    const mark = async (api, hook) => {
      api.log.info("marked");
      calls += 1;
      await api.kv.put("mark-" + hook, "here");
    };
    export default {
      async beforePublish({ data, api }) {
        const found = [(await api.kv.list()).keys.map(({ name }) => name), calls];
        await mark(api, "beforePublish");
        return say(found);
      },
      async renderHtml({ api }) { await mark(api, "renderHtml"); return { appendBody: "<p>more</p>" }; },
      async onSearch({ api }) { await mark(api, "onSearch"); },
      async onSchedule({ api }) { await mark(api, "onSchedule"); return { again: { afterMs: 0 } }; },
    };`,
  scopes: [
    "hook:beforePublish",
    "hook:renderHtml",
    "hook:onSearch",
    "hook:onSchedule",
    "read:kv",
    "write:kv",
    "transform:html",
  ],
  grant: false,
};

const HOOKS = ["hook:beforePublish", "hook:renderHtml", "hook:onSearch", "hook:onSchedule"] as const;
const plugin = "probe";

/** A dry run lets nothing out but outcomes, so the plugin is told what to find: it fails where it does not. */
function expecting(expected: string, code: string, ...scopes: NonNullable<FixturePlugin["scopes"]>) {
  const settings = { type: "object", properties: { expected: { type: "string", default: expected } } };
  return { code, scopes, manifest: { settings }, grant: false } as const;
}

const CHECK_PAGE = `const check = ({ pageId, id, locale }, { settings }) => {
    if ((pageId ?? id) + " " + locale !== settings.expected) throw 1;
  };
  export default {
    async beforePublish({ data, context }) { check(data, context); return true; },
    async renderHtml({ data, context }) { check(data.page, context); },
    async onSearch({ data, context }) { check(data.results[0], context); },
  };`;

const CHECK_PATH = `async renderHtml({ data, context }) {
  if (data.path !== context.settings.expected || !data.url.endsWith(data.path)) throw 1;
}`;

function published(collection: string, locale: string): Page {
  return { ...page, id: `${collection}:${locale}`, collection, locale, status: "published" };
}

describe("a dry run", () => {
  it("names the hook that fails for want of a scope, and no other", async () => {
    const site = await makeSite(marking);
    const at = { site: site.id, plugin, only: true };
    const patchless = await site.admin.dryRunGrant({ ...at, scopes: [...HOOKS, "read:kv", "write:kv"] });
    expect(patchless).toEqual([
      { hook: "beforePublish", outcome: "ok", error: null },
      {
        hook: "renderHtml",
        outcome: "denied",
        error: { code: "PERMISSION_DENIED", message: expect.stringContaining("transform:html") },
      },
      { hook: "onSearch", outcome: "ok", error: null },
      { hook: "onSchedule", outcome: "ok", error: null },
    ]);
    const mute = await site.admin.dryRunGrant({ ...at, scopes: ["hook:onSearch", "read:kv"] });
    expect(mute).toMatchObject([
      { hook: "onSearch", outcome: "denied", error: { code: "PERMISSION_DENIED" } },
    ]);
    const whole = await site.admin.dryRunGrant({ site: site.id, plugin });
    expect(whole.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("keeps the caveats that would be granted", async () => {
    const site = await makeSite(marking);
    const results = await site.admin.dryRunGrant({
      site: site.id,
      plugin,
      caveats: { "write:kv": { keyPrefix: "mark-on" } },
    });
    expect(results.filter(({ outcome }) => outcome !== "ok").map(({ hook }) => hook)).toEqual([
      "beforePublish",
      "renderHtml",
    ]);
  });

  it("leaves nothing behind: no key, no memory, no delivery, no entry, no line of a log", async () => {
    const site = await makeSite(marking);
    const at = { site: site.id, plugin };
    const { entries } = await site.admin.audit({ site: site.id });
    await site.admin.dryRunGrant({ ...at, scopes: [...HOOKS, "read:kv"], only: true });
    await site.admin.dryRunGrant(at);
    await site.admin.grant(at);
    // It sees none of its marks, and runs in an isolate that was not there before.
    expect(await site.ask()).toEqual([[], 0]);
    await site.hooks.beforePublish(events.beforePublish);
    expect(await linesOf(site, 1)).toMatchObject([{ message: "marked", hook: "beforePublish" }]);
    expect(await tracesOf(site, 1)).toHaveLength(1);
    expect(Object.keys(await site.readKv())).toEqual(["mark-beforePublish"]);
    // Longer than denials are gathered.
    await scheduler.wait(1_300);
    const { entries: later } = await site.admin.audit({ site: site.id });
    expect(later.slice(entries.length).map(({ action }) => action)).toEqual(["grant"]);
    expect(await site.admin.listGrants({ site: site.id })).toHaveLength(1);
  });

  it("shows the plugin a page of the site, where it has published one", async () => {
    const telling = {
      code: "async beforePublish({ data }) { if (data.title !== 'Of this site') throw 1; return true; }",
      scopes: ["hook:beforePublish", "read:pages"],
      grant: false,
    } as const;
    const [empty, filled] = [await makeSite(telling), await makeSite(telling)];
    const published = { ...page, title: "Of this site", status: "published" } as const;
    await filled.admin.putPages({ site: filled.id, pages: [published] });
    const outcomes = [empty, filled].map(async ({ id, admin }) => {
      const [result] = await admin.dryRunGrant({ site: id, plugin });
      return result?.outcome;
    });
    expect(await Promise.all(outcomes)).toEqual(["error", "ok"]);
  });

  it.each([
    ["a page within its caveats", "posts", "posts:en en"],
    ["one in a locale that can be read", "notes", "notes:de de"],
    ["a stand-in where there is none", "products", "products:sample de"],
  ])("tries each hook on %s", async (_what, collection, expected) => {
    const scopes = ["hook:beforePublish", "hook:renderHtml", "hook:onSearch", "read:pages"] as const;
    const site = await makeSite(expecting(expected, CHECK_PAGE, ...scopes));
    const newest = { ...published("news", "en"), updatedAt: "2026-03-01T00:00:00.000Z" };
    const others = [published("posts", "en"), published("notes", "de"), published("notes", "fr")];
    await site.admin.putPages({ site: site.id, pages: [newest, ...others] });
    const results = await site.admin.dryRunGrant({
      site: site.id,
      plugin,
      caveats: {
        "hook:beforePublish": { collections: [collection] },
        "read:pages": { collections: [collection], locales: ["de", "en"] },
      },
    });
    expect(results.map(({ hook, outcome }) => [hook, outcome])).toEqual([
      ["beforePublish", "ok"],
      ["renderHtml", "ok"],
      ["onSearch", "ok"],
    ]);
  });

  it.each([
    ["the page's own path where that is granted", ["/archive", "/posts"], "/posts/a-page"],
    ["else the first path that is", ["/archive", "/blog"], "/archive"],
  ])("builds a page at %s", async (_what, paths, expected) => {
    const site = await makeSite(expecting(expected, CHECK_PATH, "hook:renderHtml"));
    await site.admin.putPages({ site: site.id, pages: [published("posts", "en")] });
    const caveats = { "hook:renderHtml": { paths } };
    const results = await site.admin.dryRunGrant({ site: site.id, plugin, caveats });
    expect(results).toMatchObject([{ hook: "renderHtml", outcome: "ok" }]);
  });

  it.each([
    ["a title that is longer than any query", { title: "t".repeat(1_001) }],
    ["a path that is longer than any event's", { slug: "\u00e9".repeat(400) }],
  ])("is not put off by a page with %s", async (_what, odd) => {
    const site = await makeSite(marking);
    await site.admin.putPages({ site: site.id, pages: [{ ...published("posts", "en"), ...odd }] });
    const results = await site.admin.dryRunGrant({ site: site.id, plugin });
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("reports a plugin that hangs, throws or answers nonsense beside those that work", async () => {
    const site = await makeSite({
      code: `export default {
        beforePublish() { return new Promise((resolve) => setTimeout(resolve, 20_000)); },
        async renderHtml() { throw new Error("s3cr3t"); },
        async onSearch() { return 5; },
        async onSchedule() {},
      };`,
      scopes: HOOKS,
      manifest: { limits: { timeoutMs: 200 } },
      grant: false,
    });
    const results = await site.admin.dryRunGrant({ site: site.id, plugin });
    expect(results.map(({ hook, outcome, error }) => [hook, outcome, error?.code])).toEqual([
      ["beforePublish", "timeout", "DEADLINE_EXCEEDED"],
      ["renderHtml", "error", "PLUGIN_ERROR"],
      ["onSearch", "rejected", "RESULT_REJECTED"],
      ["onSchedule", "ok", undefined],
    ]);
    expect(JSON.stringify(results)).not.toContain("s3cr3t");
  });

  it("tries the held update, while the version that runs is not touched", async () => {
    const site = await makeSite({ code: "async beforePublish() { return say('runs'); }" });
    const version = await site.register({ code: "async beforePublish() { throw 1; }" });
    const at = { site: site.id, plugin };
    await site.admin.update({ ...at, to: version });
    expect(await site.admin.dryRunGrant(at)).toMatchObject([{ hook: "beforePublish", outcome: "error" }]);
    expect(await site.ask()).toBe("runs");
  });

  it("refuses what could not be granted either", async () => {
    const site = await makeSite({ code: "async beforePublish() { return true; }", grant: false });
    const refusal = await refusalOf(() =>
      site.admin.dryRunGrant({ site: site.id, plugin, scopes: ["write:kv"] }),
    );
    expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining("write:kv") });
  });
});
