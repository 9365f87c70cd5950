import { describe, expect, it } from "vitest";
import { HtmlTransformer } from "../../../capabilities/index.ts";
import { failureOf, makeInvocation } from "./fixture.ts";
import { describeGuard } from "./guard-cases.ts";

const patch = { appendBody: "<p>added</p>" };
const page = "<html><head><title>t</title></head><body><main>text</main></body></html>";

const makeTransformer = () => new HtmlTransformer(makeInvocation({ "transform:html": {} }).invocation);

// Both only compute: what they would have done is to answer.
describeGuard("html", {
  transform: {
    traced: ["html.transform", "transform"],
    scope: "transform:html",
    call: async (invocation, effect) => {
      const checked = await new HtmlTransformer(invocation).transform(patch);
      effect();
      return checked;
    },
  },
  apply: {
    traced: ["html.transform", "apply"],
    scope: "transform:html",
    call: async (invocation, effect) => {
      const html = await new HtmlTransformer(invocation).apply(page, patch);
      effect();
      return html;
    },
  },
});

describe("html.transform", () => {
  it("answers the patch as it would be served, with what was dropped from it", async () => {
    const checked = await makeTransformer().transform({
      appendBody: "<p>added</p><script>alert(1)</script>",
    });
    expect(checked.appendBody).toBe("<p>added</p>");
    expect(checked.dropped).toMatchObject([{ where: "appendBody" }]);
  });

  it("answers no dropped parts of the plugin's own making", async () => {
    const dropped = [{ where: "appendBody", what: "nothing", why: "I say so" }];
    const answer = makeTransformer().transform({ ...patch, dropped });
    expect(
      await answer.then(
        (checked) => checked.dropped,
        () => [],
      ),
    ).toEqual([]);
  });

  it.each([
    [null],
    [undefined],
    ["<p>"],
    [[]],
    [{ appendBody: 1 }],
    [{ body: "<p>" }],
    [{ elements: "main" }],
  ])("refuses the patch %j", async (wrong) => {
    expect(await failureOf(makeTransformer().transform(wrong))).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await failureOf(makeTransformer().apply(page, wrong))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("html.apply", () => {
  it("shows the patched document", async () => {
    expect(await makeTransformer().apply(page, patch)).toBe(page.replace("</body>", "<p>added</p></body>"));
  });

  it("shows no more than would be served", async () => {
    const hostile = { appendBody: '<img src=x onerror="alert(1)">', appendHead: "<script>alert(1)</script>" };
    const html = await makeTransformer().apply(page, hostile);
    expect(html).not.toMatch(/onerror|<script/);
  });

  it.each([[null], [undefined], [1], [["<p>"]], ["x".repeat(2_000_001)]])(
    "refuses a document that is none",
    async (html) => {
      expect(await failureOf(makeTransformer().apply(html, patch))).toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    },
  );
});
