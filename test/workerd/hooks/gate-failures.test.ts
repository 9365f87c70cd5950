import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { choosing, events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

const event = events.beforePublish;

const failures: Record<string, [FixturePlugin, { outcome: string; error: object }]> = {
  "throws at once": [
    { code: "beforePublish() { throw new Error('secret text'); }" },
    { outcome: "error", error: { code: "PLUGIN_ERROR", message: "probe threw in beforePublish" } },
  ],
  "rejects after an await": [
    { code: "async beforePublish() { await scheduler.wait(5); throw new Error('secret text'); }" },
    { outcome: "error", error: { code: "PLUGIN_ERROR", message: "probe threw in beforePublish" } },
  ],
  "awaits past its limit": [
    {
      code: "async beforePublish() { await scheduler.wait(20_000); return true; }",
      manifest: { limits: { timeoutMs: 200 } },
    },
    {
      outcome: "timeout",
      error: { code: "DEADLINE_EXCEEDED", message: "probe did not end beforePublish within 200 ms" },
    },
  ],
  "computes past its limit, which keeps every timer from ringing, and returns": [
    {
      code: "beforePublish() { for (let i = 0, x = 1; i < 1e8; i += 1) x = (x * 31) % 65521; return true; }",
      manifest: { limits: { timeoutMs: 50 } },
    },
    {
      outcome: "timeout",
      error: { code: "DEADLINE_EXCEEDED", message: "probe did not end beforePublish within 50 ms" },
    },
  ],
  "never answers": [
    {
      code: "beforePublish() { return new Promise(() => {}); }",
      manifest: { limits: { timeoutMs: 200 } },
    },
    {
      outcome: "timeout",
      error: { code: "DEADLINE_EXCEEDED", message: "probe did not end beforePublish within 200 ms" },
    },
  ],
  "lacks a scope and lets the denial through": [
    { code: "async beforePublish({ api }) { await api.kv.put('k', 'v'); return true; }" },
    {
      outcome: "denied",
      error: { code: "PERMISSION_DENIED", message: "probe called what needs the scope write:kv" },
    },
  ],
  "has no such hook": [
    { code: "async renderHtml() {}" },
    { outcome: "error", error: { code: "PLUGIN_ERROR", message: "probe has no beforePublish" } },
  ],
};

describe("a gate whose plugin fails", () => {
  it.each(Object.entries(failures))(
    "refuses and names the plugin that %s",
    async (_name, [plugin, trace]) => {
      const site = await makeSite(plugin);
      const outcome = await site.hooks.beforePublish(event);
      expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"], trace: { plugins: [trace] } });
      expect(outcome.issues).toEqual([
        { severity: "error", plugin: "probe", message: (trace.error as { message: string }).message },
      ]);
      expect(JSON.stringify(outcome)).not.toContain("secret");
    },
  );

  it("refuses though the others allow, and keeps what they said", async () => {
    const site = await makeSite(
      { id: "good", code: "async beforePublish() { return say('fine'); }" },
      { id: "bad", code: "async beforePublish() { throw 1; }" },
    );
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome).toMatchObject({ allow: false, refusedBy: ["bad"] });
    expect(outcome.issues.map(({ plugin }) => plugin)).toEqual(["good", "bad"]);
  });
});

describe("a gate's result of another shape", () => {
  const answers = [
    "undefined",
    "null",
    "0",
    '"true"',
    "[]",
    "{}",
    "{ allow: 1 }",
    '{ allow: "yes" }',
    "{ allow: true, extra: 1 }",
    "{ allow: true, issues: {} }",
    '{ allow: true, issues: [{ severity: "fatal", message: "x" }] }',
    '{ allow: true, issues: [{ severity: "info", message: "" }] }',
    '{ allow: true, issues: [{ severity: "info" }] }',
    '{ allow: true, issues: [{ severity: "info", message: "x", plugin: "other" }] }',
    '{ allow: true, issues: Array(101).fill({ severity: "info", message: "x" }) }',
    '{ allow: true, changes: { title: "x" } }',
    "() => true",
  ];
  let site: TestSite;
  beforeAll(async () => {
    const code = `${choosing(answers)} export default {
      async beforePublish({ data }) { return choose(data); },
      async onSearch() {},
    };`;
    site = await makeSite({ code, scopes: ["hook:beforePublish", "hook:onSearch"] });
  });
  // A call that ends well, so that the breaker stays closed.
  afterEach(() => site.hooks.onSearch(events.onSearch));

  it.each(answers.map((answer, index) => [answer, index] as const))(
    "%s is RESULT_REJECTED and refuses",
    async (_answer, index) => {
      const outcome = await site.hooks.beforePublish({ ...event, slug: String(index) });
      expect(outcome).toMatchObject({
        allow: false,
        refusedBy: ["probe"],
        trace: { plugins: [{ outcome: "rejected", error: { code: "RESULT_REJECTED" } }] },
      });
    },
  );
});

describe("the site's policy «allow»", () => {
  it("turns failures into warnings and still lets a plugin refuse", async () => {
    const site = await makeSite({ id: "broken", code: "async beforePublish() { throw 1; }" });
    await site.admin.setPolicy({ site: site.id, gate: "allow" });
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome).toMatchObject({ allow: true, refusedBy: [] });
    expect(outcome.issues).toEqual([
      { severity: "warning", plugin: "broken", message: "broken threw in beforePublish" },
    ]);
    await site.add({ id: "strict", code: "async beforePublish() { return false; }" });
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: false, refusedBy: ["strict"] });
  });
});
