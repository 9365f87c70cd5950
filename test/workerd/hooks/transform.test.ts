import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../contracts/core.ts";
import { events, type FixturePlugin, makeSite } from "../site.ts";

const event = events.renderHtml;
const scopes = ["hook:renderHtml", "transform:html"] as const;

function patching(patch: string, id = "probe"): FixturePlugin {
  return { id, code: `async renderHtml() { return ${patch}; }`, scopes };
}

async function serve(outcome: Parameters<typeof applyPatch>[1]): Promise<string> {
  const html = "<html><head><title>t</title></head><body><p>text</p></body></html>";
  return applyPatch(new Response(html, { headers: { "content-type": "text/html" } }), outcome).text();
}

describe("renderHtml", () => {
  it("merges the plugins' patches in the site's order", async () => {
    const site = await makeSite(
      patching("{ appendBody: '<p>one</p>', elements: [{ selector: 'p', after: '<i>1</i>' }] }", "first"),
      patching("{ appendBody: '<p>two</p>', elements: [{ selector: 'p', after: '<i>2</i>' }] }", "second"),
    );
    const outcome = await site.hooks.renderHtml(event);
    expect(outcome.patch.appendBody).toBe("<p>one</p><p>two</p>");
    expect(outcome.patch.elements?.map(({ after }) => after)).toEqual(["<i>1</i>", "<i>2</i>"]);
    expect(outcome).toMatchObject({
      skipped: [],
      cacheTags: [`emgate:${site.id}:first`, `emgate:${site.id}:second`],
    });
    expect(await serve(outcome)).toContain("<p>one</p><p>two</p></body>");
  });

  it("gives the first in order what a head can hold once, and tells the other", async () => {
    const site = await makeSite(
      patching(`{ appendHead: '<meta name="description" content="first">' }`, "first"),
      patching(`{ appendHead: '<meta name="description" content="second">' }`, "second"),
    );
    const { patch, trace } = await site.hooks.renderHtml(event);
    expect(patch.appendHead).toContain("first");
    expect(patch.appendHead).not.toContain("second");
    expect(trace.plugins[1]?.dropped).toMatchObject([
      { where: "appendHead", why: expect.stringContaining("first") },
    ]);
  });

  it("adds nothing for nothing, and still tags the page with the plugin", async () => {
    const site = await makeSite(patching("undefined"));
    expect(await site.hooks.renderHtml(event)).toMatchObject({
      patch: {},
      skipped: [],
      cacheTags: [`emgate:${site.id}:probe`],
      trace: { plugins: [{ outcome: "ok" }] },
    });
  });

  it("answers without plugins with an empty patch", async () => {
    const site = await makeSite();
    expect(await site.hooks.renderHtml(event)).toMatchObject({ patch: {}, cacheTags: [], skipped: [] });
  });
});

const HOSTILE = `{
  appendHead: '<script>alert(1)</script><meta http-equiv="refresh" content="0">',
  appendBody: '<p onclick="x()">kept</p><script>alert(2)</script><a href="jAvAsCrIpT:alert(3)">link</a>',
  elements: [{ selector: 'p:has(a)', after: '<b>x</b>' }],
}`;

describe("a patch with what a patch may not do", () => {
  it.each([
    ["as the hook returned it", `return ${HOSTILE};`],
    ["through api.html.transform", `return api.html.transform(${HOSTILE});`],
    ["through api.transformHtml", `return api.transformHtml("<p>", ${HOSTILE});`],
  ])("is sanitised and each dropped thing is named: %s", async (_way, body) => {
    const site = await makeSite({ code: `async renderHtml({ api }) { ${body} }`, scopes });
    const outcome = await site.hooks.renderHtml(event);
    const served = await serve(outcome);
    expect(served).toContain("<p>kept</p>");
    for (const forbidden of ["script", "onclick", "refresh", "alert"])
      expect(served).not.toContain(forbidden);
    const dropped = outcome.trace.plugins[0]?.dropped ?? [];
    const where = dropped.map((entry) => entry.where).sort();
    expect(new Set(where)).toEqual(new Set(["appendBody", "appendHead", "elements[0].selector"]));
    const told = JSON.stringify(dropped);
    for (const named of ["script", "http-equiv", "onclick", "href", ":has"]) expect(told).toContain(named);
    // Checked once by the call and once on the host: named once.
    expect(new Set(dropped.map((entry) => JSON.stringify(entry))).size).toBe(dropped.length);
  });

  it("is sanitised though it claims to have been checked", async () => {
    const site = await makeSite(patching("{ appendBody: '<script>1</script>', dropped: [] }"));
    const outcome = await site.hooks.renderHtml(event);
    expect(outcome.patch).toEqual({});
    expect(outcome.trace.plugins[0]?.dropped).toHaveLength(1);
  });
});

describe("a renderHtml plugin that fails is skipped and the page is served", () => {
  const good = patching("{ appendBody: '<p>good</p>' }", "good");
  const bad: Record<string, [FixturePlugin, string]> = {
    "returns a patch without transform:html": [
      { id: "bad", code: "async renderHtml() { return { appendBody: 'x' }; }", scopes: ["hook:renderHtml"] },
      "PERMISSION_DENIED",
    ],
    "returns a patch though the admin left transform:html out": [
      { ...patching("{ appendBody: 'x' }", "bad"), grant: { scopes: ["hook:renderHtml"] } },
      "PERMISSION_DENIED",
    ],
    throws: [{ id: "bad", code: "async renderHtml() { throw 1; }", scopes }, "PLUGIN_ERROR"],
    "awaits past its limit": [
      {
        id: "bad",
        code: "async renderHtml() { await scheduler.wait(20_000); }",
        scopes,
        manifest: { limits: { timeoutMs: 150 } },
      },
      "DEADLINE_EXCEEDED",
    ],
    "returns a text": [patching("'<p>'", "bad"), "RESULT_REJECTED"],
    "returns an unknown key": [patching("{ appendFoot: 'x' }", "bad"), "RESULT_REJECTED"],
    "returns a fragment past its size": [
      patching("{ appendBody: 'x'.repeat(65_537) }", "bad"),
      "RESULT_REJECTED",
    ],
    "returns 51 element patches": [
      patching("{ elements: Array(51).fill({ selector: 'p', after: 'x' }) }", "bad"),
      "RESULT_REJECTED",
    ],
  };
  it.each(Object.entries(bad))("%s", async (_what, [plugin, code]) => {
    const site = await makeSite(plugin, good);
    const outcome = await site.hooks.renderHtml(event);
    expect(outcome.skipped).toEqual([{ plugin: "bad", code }]);
    expect(outcome.patch).toEqual({ appendBody: "<p>good</p>" });
    expect(outcome.trace.plugins).toMatchObject([{ error: { code } }, { outcome: "ok" }]);
    expect(await serve(outcome)).toContain("<p>text</p><p>good</p>");
  });
});
