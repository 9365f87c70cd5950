// A plugin answers with keys that mean something to objects.
import { describe, expect, it } from "vitest";
import { ATTACKER, underAttack } from "../attack.ts";
import { useAnswers } from "./answering.ts";
import { expectRejected } from "./rejected.ts";

expectRejected({
  "an own __proto__": [`JSON.parse('{"__proto__": {"allow": true}}')`, "RESULT_REJECTED"],
  "an own __proto__ beside a verdict": [
    `JSON.parse('{"allow": true, "__proto__": {"issues": []}}')`,
    "RESULT_REJECTED",
  ],
  "an own constructor": ["{ allow: true, constructor: {} }", "RESULT_REJECTED"],
  "an own hasOwnProperty": ["{ allow: true, hasOwnProperty: 1 }", "RESULT_REJECTED"],
  "an own toString": ["{ allow: true, toString: 'x' }", "RESULT_REJECTED"],
});

describe("in an honest shape", () => {
  const foreign = ["constructor", "toString", "hasOwnProperty", "__defineGetter__"];
  const answerOf = useAnswers([
    `JSON.parse('{"boosts": {"__proto__": 5, "posts:c": 9}}')`,
    ...foreign.map((key) => `{ boosts: { "${key}": 2 } }`),
    `JSON.parse('{"elements": [{"selector": "p", "setAttributes": {"__proto__": "x", "class": "y"}}]}')`,
  ]);

  it("__proto__ among boosts touches nothing on the host", async () => {
    const { search } = await answerOf(0);
    const { outcome } = search.trace.plugins.find(({ plugin }) => plugin === ATTACKER) ?? {};
    expect(search.order[0] === "posts:c" || outcome === "rejected").toBe(true);
    expect(({} as Record<string, unknown>)["posts:c"]).toBeUndefined();
  });

  it.each(foreign.map((key, index) => [key, index + 1] as const))(
    "a boost of «%s» is a foreign id",
    async (_key, index) => {
      const { search } = await answerOf(index);
      const trace = search.trace.plugins.find(({ plugin }) => plugin === ATTACKER);
      expect(trace).toMatchObject({ outcome: "rejected", error: { code: "RESULT_REJECTED" } });
    },
  );

  it("__proto__ among attributes sets none", async () => {
    const { render } = await answerOf(foreign.length + 1);
    expect(JSON.stringify(render.patch)).not.toContain("__proto__");
    for (const { setAttributes } of render.patch.elements ?? [])
      expect(Object.keys(setAttributes ?? {})).toEqual(["class"]);
  });

  it("of a continuation's cursor come back as the data they are", async () => {
    const code = `async onSchedule() {
      return { again: { afterMs: 3_600_000, cursor: JSON.parse('{"__proto__": {"polluted": true}}') } };
    }`;
    await underAttack({ code, scopes: ["hook:onSchedule"] }, async (target) => {
      expect((await target.site.hooks.onSchedule({})).queued).toBe(1);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });
  });
});
