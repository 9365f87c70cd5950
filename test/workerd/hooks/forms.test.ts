import { describe, expect, it } from "vitest";
import { events, makeSite, page } from "../site.ts";

describe("the plain form", () => {
  it("runs as it stands in the brief", async () => {
    const site = await makeSite({
      code: `export default {
        async beforePublish({ data, api }) {
          const page = await api.getPage(data.pageId);
          return { allow: page.title.length >= 10, issues: [] };
        },
      };`,
      scopes: ["hook:beforePublish", "read:pages"],
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect((await site.hooks.beforePublish({ ...events.beforePublish, title: "Short" })).allow).toBe(false);
  });

  it("takes hooks that are not async, and keeps `this`", async () => {
    const site = await makeSite({
      code: "export default { allow() { return true; }, beforePublish() { return this.allow(); } };",
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  });
});

describe("the single hook", () => {
  const code = `export default {
    async hook({ context, data, api }) {
      if (context.hook === "beforePublish") return { allow: data.pageId === "${page.id}" };
      if (context.hook === "onSearch") return { hide: ["posts:b"] };
      if (context.hook !== "renderHtml") return;
      const page = await api.getPage(data.pageId);
      return api.transformHtml(page?.html ?? "", { appendHead: '<meta name="description" content="d">' });
    },
  };`;
  const scopes = [
    "hook:beforePublish",
    "hook:onSearch",
    "hook:renderHtml",
    "read:pages",
    "transform:html",
  ] as const;

  it("gets every hook that it subscribes to, told apart by context.hook", async () => {
    const site = await makeSite({ code, scopes });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect((await site.hooks.onSearch(events.onSearch)).order).toEqual(["posts:a", "posts:c"]);
    expect((await site.hooks.renderHtml(events.renderHtml)).patch.appendHead).toContain('content="d"');
  });

  it("is not called for a hook that has a method of its own", async () => {
    const site = await makeSite({
      code: "export default { hook() { return false; }, beforePublish() { return true; } };",
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  });

  it("stands in for no method that is not a function", async () => {
    const site = await makeSite({ code: "export default { hook() { return true; }, beforePublish: 5 };" });
    expect(await site.hooks.beforePublish(events.beforePublish)).toMatchObject({
      allow: false,
      trace: { plugins: [{ error: { code: "PLUGIN_ERROR", message: "probe has no beforePublish" } }] },
    });
  });
});
