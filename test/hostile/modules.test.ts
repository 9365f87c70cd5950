// A plugin's module is not what a plugin is: it does not start, exports something else, or brings entrypoints.
import { describe, expect, it } from "vitest";
import { events, makeSite } from "../workerd/site.ts";

const whole = "export default { beforePublish() { return true; } };";

async function publishWith(code: string) {
  const site = await makeSite({ code }, { id: "other", code: whole });
  const outcome = await site.hooks.beforePublish(events.beforePublish);
  expect(outcome.trace.plugins[1]).toMatchObject({ plugin: "other", outcome: "ok" });
  return { outcome, error: outcome.trace.plugins[0]?.error };
}

describe("a module that does not start", () => {
  const modules: Record<string, string> = {
    "throws at its top": "throw new Error('s3cr3t');",
    "has a syntax error": "export default { beforePublish( { s3cr3t",
    "imports what is not there": "import 's3cr3t.js'; export default {};",
    "awaits for ever at its top": "await new Promise(() => {}); export default {};",
    "is empty bytes": " ",
    "is no JavaScript": "<html>s3cr3t</html>",
    "fetches at its top": `const s3cr3t = await fetch("https://example.com"); ${whole}`,
  };
  it.each(Object.entries(modules))("refuses the gate, without its text: %s", async (_what, code) => {
    const { outcome, error } = await publishWith(code);
    expect(outcome).toMatchObject({ allow: false, refusedBy: ["probe"] });
    expect(error?.code).toBe("PLUGIN_ERROR");
    expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
  });

  it("is skipped in a render, and the page is served", async () => {
    const site = await makeSite({ code: "throw 1;", scopes: ["hook:renderHtml"] });
    expect((await site.hooks.renderHtml(events.renderHtml)).skipped).toEqual([
      { plugin: "probe", code: "PLUGIN_ERROR" },
    ]);
  });
});

describe("a default export that is no plugin", () => {
  it.each([
    ["none", "export const beforePublish = () => true;"],
    ["null", "export default null;"],
    ["undefined", "export default undefined;"],
    ["a text", "export default 'beforePublish';"],
    ["a function", "export default function beforePublish() { return true; }"],
    ["a class", "export default class { static beforePublish() { return true; } }"],
    ["an array", "export default [() => true];"],
    ["an empty object", "export default {};"],
    ["a hook of its prototype", `export default Object.create({ beforePublish() { return true; } });`],
    ["a promise", `export default Promise.resolve({ beforePublish() { return true; } });`],
  ])("has no hook: %s", async (_what, code) => {
    const { outcome, error } = await publishWith(code);
    expect(outcome.allow).toBe(false);
    expect(error).toEqual({ code: "PLUGIN_ERROR", message: "probe has no beforePublish" });
  });

  it.each([
    [
      "a proxy",
      "export default new Proxy({}, { getOwnPropertyDescriptor() { throw 1; }, get() { throw 1; } });",
    ],
    ["a getter that throws", "export default { get beforePublish() { throw 1; } };"],
  ])("fails like a hook that throws: %s", async (_what, code) => {
    const { outcome, error } = await publishWith(code);
    expect(outcome.allow).toBe(false);
    expect(error?.code).toBe("PLUGIN_ERROR");
  });
});

describe("a module that brings entrypoints of its own", () => {
  it("answers through the shell alone", async () => {
    const { outcome } = await publishWith(`
      import { WorkerEntrypoint, DurableObject } from "cloudflare:workers";
      export class Shell extends WorkerEntrypoint { call() { return '{"status":"returned","result":false}'; } }
      export class Other extends DurableObject {}
      export function fetch() { return new Response("mine"); }
      export default { call() { return "mine"; }, fetch() { return new Response("mine"); }, beforePublish() { return true; } };`);
    expect(outcome.allow).toBe(true);
  });

  it.each(["fetch", "call", "describe", "constructor", "__proto__", "toString", "then"])(
    "is not called by the name «%s»",
    async (name) => {
      const site = await makeSite({
        code: `export default { ["${name}"]() { return true; }, beforePublish() { return true; } };`,
      });
      const refusal = await site.hooks.dispatch(name, events.beforePublish).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "HOOK_UNKNOWN" });
      expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    },
  );
});
