// A plugin answers with something other than plain data of its hook's shape.
import { beforeAll, describe, expect, it } from "vitest";
import { choosing, events, makeSite, type TestSite } from "../workerd/site.ts";

/** A plugin that answers to three hooks with the expression whose number core names. */
async function makeAnswering(expressions: readonly string[], prelude = ""): Promise<TestSite> {
  return makeSite({
    code: `${prelude} ${choosing(expressions)}
      export default {
        async beforePublish({ data }) { return choose(data); },
        async onSearch({ data }) { return choose(data); },
        async renderHtml({ data }) { return choose(data); },
      };`,
    scopes: ["hook:beforePublish", "hook:onSearch", "hook:renderHtml", "transform:html"],
    manifest: { limits: { timeoutMs: 400 } },
  });
}

/** How a gate, a search and a render end with the answer of this number. */
async function answerOf({ hooks }: TestSite, index: number) {
  const number = String(index);
  const [gate, search, render] = await Promise.all([
    hooks.beforePublish({ ...events.beforePublish, slug: number }),
    hooks.onSearch({ ...events.onSearch, query: number }),
    hooks.renderHtml({ ...events.renderHtml, path: number }),
  ]);
  return { gate, search, render };
}

async function answerWith(answer: string, prelude = "") {
  return answerOf(await makeAnswering([answer], prelude), 0);
}

const CYCLE = "(() => { const a = { allow: true }; a.self = a; return a; })()";

describe("an answer that is not plain data of the hook's shape", () => {
  const answers: Record<string, [string, string]> = {
    "a thenable that never settles": ["{ allow: true, then() {} }", "DEADLINE_EXCEEDED"],
    "a thenable inside": ["{ allow: true, issues: [{ then() {} }] }", "RESULT_REJECTED"],
    "a thenable that resolves to a function": [
      "{ then(resolve) { resolve(() => true); } }",
      "RESULT_REJECTED",
    ],
    "a function": ["() => ({ allow: true })", "RESULT_REJECTED"],
    "a class": ["class { static allow = true }", "RESULT_REJECTED"],
    "a symbol": ["Symbol.for('allow')", "RESULT_REJECTED"],
    "a BigInt": ["1n", "RESULT_REJECTED"],
    "a BigInt inside": ["{ allow: true, issues: [1n] }", "RESULT_REJECTED"],
    "a cycle": [CYCLE, "RESULT_REJECTED"],
    "a toJSON that throws": ["{ toJSON() { throw new Error('x'); } }", "RESULT_REJECTED"],
    "a toJSON that answers with nothing": ["{ allow: true, toJSON() {} }", "RESULT_REJECTED"],
    "a getter that throws": ["{ get allow() { throw new Error('x'); } }", "RESULT_REJECTED"],
    "a proxy that throws": [
      "new Proxy({}, { ownKeys() { throw new Error('x'); }, get() { throw new Error('x'); } })",
      "PLUGIN_ERROR",
    ],
    "a Map": ["new Map([['allow', true]])", "RESULT_REJECTED"],
    "more than a result may hold": ["{ allow: true, note: 'x'.repeat(2_000_000) }", "RESULT_REJECTED"],
    "5,000 levels of nesting": ["JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))", "RESULT_REJECTED"],
    "an own __proto__": [`JSON.parse('{"__proto__": {"allow": true}}')`, "RESULT_REJECTED"],
    "an own constructor": ["{ allow: true, constructor: {} }", "RESULT_REJECTED"],
    "an API object": ["{ allow: true, response: new Response('x') }", "RESULT_REJECTED"],
  };
  let site: TestSite;
  beforeAll(async () => {
    site = await makeAnswering(Object.values(answers).map(([answer]) => answer));
  });

  it.each(Object.entries(answers).map(([what, [, code]], index) => [what, code, index] as const))(
    "%s is %s",
    async (_what, code, index) => {
      const { gate, search, render } = await answerOf(site, index);
      expect(gate).toMatchObject({ allow: false, refusedBy: ["probe"] });
      expect(gate.trace.plugins).toMatchObject([{ error: { code } }]);
      expect(search).toMatchObject({ order: ["posts:a", "posts:b", "posts:c"], hidden: [] });
      expect(render).toMatchObject({ patch: {} });
    },
  );

  it("is no vote although Object.prototype says allow in the plugin's realm", async () => {
    const { gate } = await answerWith("{}", "Object.prototype.allow = true;");
    expect(gate).toMatchObject({
      allow: false,
      trace: { plugins: [{ error: { code: "RESULT_REJECTED" } }] },
    });
  });

  it("is not told with the plugin's words: keys of its own are left out of the refusal", async () => {
    const site = await makeSite({
      code: `async onSearch() { return { boosts: { "<b>call 555-0100</b>": -1 } }; },
        async renderHtml() { return { elements: [{ selector: "p", setAttributes: { "buy now": 5 } }] }; }`,
      scopes: ["hook:onSearch", "hook:renderHtml", "transform:html"],
    });
    const { trace } = await site.hooks.onSearch(events.onSearch);
    expect(trace.plugins).toMatchObject([{ error: { code: "RESULT_REJECTED" } }]);
    expect(trace.plugins[0]?.error?.message).toContain("at boosts.");
    expect(JSON.stringify(trace)).not.toContain("call 555-0100");
    const rendered = await site.hooks.renderHtml(events.renderHtml);
    expect(rendered.trace.plugins[0]?.error?.message).toContain("at elements.0.setAttributes.");
    expect(JSON.stringify(rendered.trace)).not.toContain("buy now");
  });
});

describe("prototype keys in an honest shape", () => {
  it("of a ranking's boosts touch nothing on the host", async () => {
    const { search } = await answerWith(`JSON.parse('{"boosts": {"__proto__": 5, "posts:b": 9}}')`);
    expect(search.order[0] === "posts:b" || search.trace.plugins[0]?.outcome === "rejected").toBe(true);
    expect(({} as Record<string, unknown>)["posts:b"]).toBeUndefined();
  });

  it.each(["constructor", "toString", "hasOwnProperty"])("a boost of «%s» is a foreign id", async (key) => {
    const { search } = await answerWith(`{ boosts: { "${key}": 2 } }`);
    expect(search.trace.plugins).toMatchObject([{ error: { code: "RESULT_REJECTED" } }]);
  });

  it("of a continuation's cursor come back as the data they are", async () => {
    const site = await makeSite({
      code: `async onSchedule({ data }) {
        return { again: { afterMs: 0, cursor: JSON.parse('{"__proto__": {"polluted": true}}') } };
      }`,
      scopes: ["hook:onSchedule"],
    });
    expect((await site.hooks.onSchedule(events.onSchedule)).queued).toBe(1);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
