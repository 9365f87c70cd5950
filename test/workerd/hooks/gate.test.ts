import { describe, expect, it } from "vitest";
import { events, makeSite } from "../site.ts";

const event = events.beforePublish;

function gate(answer: string, id = "probe") {
  return { id, code: `async beforePublish() { return ${answer}; }` };
}

describe("a gate's answer", () => {
  it.each(["true", "{ allow: true }", "{ allow: true, issues: [] }"])("allows on %s", async (answer) => {
    const site = await makeSite(gate(answer));
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome).toMatchObject({ allow: true, issues: [], refusedBy: [] });
    expect(outcome.trace.plugins).toEqual([
      { plugin: "probe", version: expect.any(String), outcome: "ok", ms: expect.any(Number), calls: [] },
    ]);
  });

  it.each(["false", "{ allow: false }", "{ allow: false, issues: [] }"])(
    "refuses on %s and says who did",
    async (answer) => {
      const site = await makeSite(gate(answer));
      expect(await site.hooks.beforePublish(event)).toMatchObject({
        allow: false,
        refusedBy: ["probe"],
        issues: [{ severity: "error", message: "probe refused the publication", plugin: "probe" }],
      });
    },
  );

  it("is decided by allow alone: an error informs, and so does an info on a refusal", async () => {
    const allowed = await makeSite(gate(`{ allow: true, issues: [{ severity: "error", message: "bad" }] }`));
    expect(await allowed.hooks.beforePublish(event)).toMatchObject({
      allow: true,
      refusedBy: [],
      issues: [{ severity: "error", message: "bad", plugin: "probe" }],
    });
    const refused = await makeSite(gate(`{ allow: false, issues: [{ severity: "info", message: "meh" }] }`));
    const outcome = await refused.hooks.beforePublish(event);
    expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"] });
    expect(outcome.issues).toEqual([{ severity: "info", message: "meh", plugin: "probe" }]);
  });

  it("keeps an issue's field and severity", async () => {
    const issue = { severity: "warning", message: "too short", field: "title" };
    const site = await makeSite(gate(JSON.stringify({ allow: true, issues: [issue] })));
    expect((await site.hooks.beforePublish(event)).issues).toEqual([{ ...issue, plugin: "probe" }]);
  });
});

describe("several gates", () => {
  it("merge in the site's order, each issue under its plugin's name", async () => {
    const site = await makeSite(
      gate(`{ allow: true, issues: [{ severity: "warning", message: "one" }] }`, "first"),
      gate(`{ allow: true, issues: [{ severity: "info", message: "two" }] }`, "second"),
    );
    const outcome = await site.hooks.beforePublish(event);
    expect(outcome.allow).toBe(true);
    expect(outcome.issues.map(({ plugin, message }) => [plugin, message])).toEqual([
      ["first", "one"],
      ["second", "two"],
    ]);
    expect(outcome.trace.plugins.map(({ plugin }) => plugin)).toEqual(["first", "second"]);
  });

  it("refuse when one refuses, naming that one", async () => {
    const site = await makeSite(gate("true", "first"), gate("false", "second"), gate("true", "third"));
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow: false, refusedBy: ["second"] });
  });

  it("are all asked although the first refuses", async () => {
    const site = await makeSite(gate("false", "first"), gate("false", "second"));
    expect((await site.hooks.beforePublish(event)).refusedBy).toEqual(["first", "second"]);
  });
});

describe("a site without gates", () => {
  it("allows, with an empty trace", async () => {
    const site = await makeSite({ code: "async renderHtml() {}", scopes: ["hook:renderHtml"] });
    expect(await site.hooks.beforePublish(event)).toEqual({
      allow: true,
      issues: [],
      refusedBy: [],
      trace: { id: expect.any(String), plugins: [] },
    });
  });
});
