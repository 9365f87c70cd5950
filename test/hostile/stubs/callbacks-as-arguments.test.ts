// A plugin passes functions and targets where values belong, to be called by the host.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const code = pluginOf(
  `async beforePublish({ api }) {
    let called = 0;
    const trap = () => { called += 1; return "x"; };
    class Trap extends RpcTarget {
      then(resolve) { trap(); resolve("x"); }
      toString() { return trap(); }
      toJSON() { return trap(); }
      get length() { return trap(); }
      [Symbol.toPrimitive]() { return trap(); }
      isWellFormed() { return trap(); }
    }
    const values = [trap, { then: trap, toString: trap, toJSON: trap }, [trap], { k: trap }, new Trap(), new RpcStub(trap), { then: new Trap() }];
    const answers = [];
    for (const value of values) {
      for (const call of [
        () => api.kv.get(value), () => api.kv.put("k", value),
        () => api.kv.put(value, "v"), () => api.kv.put("k", "v", { metadata: value }), () => api.kv.delete(value),
        () => api.kv.list({ prefix: value }), () => api.kv.list({ cursor: value }), () => api.pages.get(value),
        () => api.pages.list({ collection: value }), () => api.html.transform(value),
        () => api.html.transform({ appendBody: value }), () => api.html.apply(value, {}), () => steal(api).log.write(value),
      ]) answers.push((await attempt(call)).split(":")[0]);
    }
    await scheduler.wait(10);
    return tell({ called, codes: [...new Set(answers)].sort() });
  }`,
  'import { RpcTarget } from "cloudflare:workers";',
);

it("is refused each, and none is called", async () => {
  const attacker = {
    code,
    scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages", "transform:html"] as const,
  };
  const { told } = await attack(attacker, {
    refused: [
      "html.transform.apply",
      "html.transform.transform",
      "kv.read.get",
      "kv.read.list",
      "kv.write.delete",
      "kv.write.put",
      "pages.read.get",
      "pages.read.list",
    ],
  });
  expect(told).toEqual({ called: "0", codes: "INVALID_ARGUMENT" });
});
