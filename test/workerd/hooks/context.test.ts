import { describe, expect, it } from "vitest";
import { events, makeSite } from "../site.ts";

describe("context", () => {
  it("says whose call it is, where, and until when", async () => {
    const site = await makeSite({ code: "async beforePublish({ context }) { return say(context); }" });
    const [startedMs, outcome] = [Date.now(), await site.hooks.beforePublish(events.beforePublish)];
    const context = JSON.parse(outcome.issues[0]?.message ?? "");
    expect(context).toEqual({
      hook: "beforePublish",
      site: site.id,
      siteUrl: `https://${site.id}.example`,
      siteName: expect.stringMatching(/^Site \d+$/),
      plugin: "probe",
      version: outcome.trace.plugins[0]?.version,
      invocationId: outcome.trace.id,
      deadline: expect.any(Number),
      locale: "en",
      settings: {},
      attempt: 1,
      idempotencyKey: outcome.trace.id,
    });
    expect(context.deadline - startedMs).toBeGreaterThanOrEqual(25_000);
    expect(context.deadline - startedMs).toBeLessThan(50_000);
  });

  it("takes the event's locale, and a deadline that the manifest lowered", async () => {
    const site = await makeSite({
      code: "async beforePublish({ context }) { return say([context.locale, context.deadline - Date.now()]); }",
      manifest: { limits: { timeoutMs: 500 } },
    });
    const outcome = await site.hooks.beforePublish({ ...events.beforePublish, locale: "de-CH" });
    const [locale, leftMs] = JSON.parse(outcome.issues[0]?.message ?? "");
    expect(locale).toBe("de-CH");
    expect(leftMs).toBeLessThanOrEqual(500);
  });

  it("gives several plugins of one call invocation ids of their own", async () => {
    const code = "async beforePublish({ context }) { return say(context.invocationId); }";
    const site = await makeSite({ id: "first", code }, { id: "second", code });
    const { issues, trace } = await site.hooks.beforePublish(events.beforePublish);
    expect(issues.map(({ message }) => JSON.parse(message))).toEqual([
      `${trace.id}:first`,
      `${trace.id}:second`,
    ]);
  });

  it("holds the settings' defaults, of the properties that have one", async () => {
    const properties = {
      title: { type: "string", default: "Notes" },
      limits: { type: "object", default: { words: [5, 10] } },
      off: { type: "boolean", default: false },
      nothing: { type: "string" },
    };
    const site = await makeSite({
      code: "async beforePublish({ context }) { return say(context.settings); }",
      manifest: { settings: { type: "object", properties } },
    });
    expect(await site.ask()).toEqual({ title: "Notes", limits: { words: [5, 10] }, off: false });
  });
});

describe("api.can", () => {
  it("tells the scopes in effect, synchronously: granted ones, and of the hooks this one", async () => {
    const asked = [
      "read:pages",
      "read:kv",
      "write:kv",
      "transform:html",
      "hook:beforePublish",
      "hook:onSearch",
      "nope",
    ];
    const site = await makeSite({
      code: `async beforePublish({ api }) { return say(${JSON.stringify(asked)}.filter((s) => api.can(s) === true)); }`,
      scopes: ["hook:beforePublish", "hook:onSearch", "read:pages", "read:kv", "write:kv"],
      grant: { scopes: ["hook:beforePublish", "hook:onSearch", "read:kv"] },
    });
    expect(await site.ask()).toEqual(["read:kv", "hook:beforePublish"]);
  });
});

describe("optional scopes", () => {
  const code = `async beforePublish({ api }) {
    return say([api.kv === undefined ? "no kv" : Object.keys(api.kv).filter((name) => api.kv[name]),
      typeof api.pages, typeof api.getPage, typeof api.html, typeof api.transformHtml]);
  }`;
  const kv = [
    { scope: "read:kv", optional: true },
    { scope: "write:kv", optional: true },
  ] as const;
  const others = [
    { scope: "read:pages", optional: true },
    { scope: "transform:html", optional: true },
  ] as const;

  it("leave their members out of api when they were not granted", async () => {
    const scopes = ["hook:beforePublish", ...kv, ...others] as const;
    const site = await makeSite({ code, scopes, grant: { scopes: ["hook:beforePublish"] } });
    expect(await site.ask()).toEqual(["no kv", "undefined", "undefined", "undefined", "undefined"]);
  });

  it("leave the members in when they were granted", async () => {
    const site = await makeSite({ code, scopes: ["hook:beforePublish", ...kv, ...others] });
    const [members, ...types] = (await site.ask()) as [string[], ...string[]];
    expect(members.sort()).toEqual(["delete", "get", "getWithMetadata", "list", "put"]);
    expect(types).toEqual(["object", "function", "object", "function"]);
  });

  it("leave api.kv with what the other scope gives", async () => {
    const site = await makeSite({
      code,
      scopes: ["hook:beforePublish", "read:kv", { scope: "write:kv", optional: true }],
      grant: { scopes: ["hook:beforePublish", "read:kv"] },
    });
    expect(((await site.ask()) as [string[]])[0].sort()).toEqual(["get", "getWithMetadata", "list"]);
  });

  it("keep a required scope's members when it was left out, so that the call is denied by name", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        const error = await api.kv.put("k", "v").catch((error) => error);
        return say([error.name, error.code, error.scope]);
      }`,
      scopes: ["hook:beforePublish", "write:kv"],
      grant: { scopes: ["hook:beforePublish"] },
    });
    expect(await site.ask()).toEqual(["PermissionDenied", "PERMISSION_DENIED", "write:kv"]);
  });
});
